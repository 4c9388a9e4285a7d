package dev.turnpike.metering.state;

import dev.turnpike.metering.budget.Counting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.Encoder;

final class CountingLayout implements StateSerde.Layout<Counting> {

    static final int FORMAT = 1;

    @Override
    public void write(Counting counting, Encoder out) throws IOException {
        out.writeLong(counting.policyOffset());
        out.writeLong(counting.orgOffset());
        Fields.writeList(new ArrayList<>(counting.since().entrySet()), out, (since, to) -> {
            to.writeString(since.getKey());
            to.writeLong(since.getValue());
        });
    }

    @Override
    public Counting read(Decoder in) throws IOException {
        long policyOffset = in.readLong();
        long orgOffset = in.readLong();
        Map<String, Long> since = new TreeMap<>();
        List<Map.Entry<String, Long>> entries =
                Fields.readList(in, from -> Map.entry(from.readString(), from.readLong()));
        entries.forEach(entry -> since.put(entry.getKey(), entry.getValue()));
        return new Counting(policyOffset, orgOffset, since);
    }
}
