package dev.turnpike.metering.state;

import static dev.turnpike.metering.state.Fields.readAmounts;
import static dev.turnpike.metering.state.Fields.writeAmounts;

import dev.turnpike.metering.lease.Lease;
import dev.turnpike.metering.lease.OrgLimit;
import dev.turnpike.metering.lease.OrgWindow;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.Encoder;

final class OrgWindowLayout implements StateSerde.Layout<OrgWindow> {

    static final int FORMAT = 1;

    @Override
    public void write(OrgWindow window, Encoder out) throws IOException {
        out.writeString(window.org());
        out.writeString(window.period());
        out.writeLong(window.start());
        out.writeLong(window.end());
        writeAmounts(window.limit().amounts(), out);
        Fields.writeList(
                window.limit().units().stream().sorted().toList(), out, (unit, to) -> to.writeString(unit.name()));
        out.writeBoolean(window.lends());
        out.writeLong(window.version());
        Fields.writeList(List.copyOf(window.leases().entrySet()), out, (entry, to) -> {
            to.writeString(entry.getKey());
            write(entry.getValue(), to);
        });
    }

    @Override
    public OrgWindow read(Decoder in) throws IOException {
        String org = in.readString();
        String period = in.readString();
        long start = in.readLong();
        long end = in.readLong();
        Amounts limit = readAmounts(in);
        List<Unit> units = Fields.readList(in, from -> Unit.valueOf(from.readString()));
        boolean lends = in.readBoolean();
        long version = in.readLong();
        TreeMap<String, Lease> leases = new TreeMap<>();
        Fields.readList(in, from -> Map.entry(from.readString(), lease(from)))
                .forEach(entry -> leases.put(entry.getKey(), entry.getValue()));
        return new OrgWindow(org, period, start, end, new OrgLimit(limit, Set.copyOf(units)), lends, version, leases);
    }

    private static void write(Lease lease, Encoder out) throws IOException {
        out.writeLong(lease.version());
        writeAmounts(lease.granted(), out);
        out.writeLong(lease.lentAt());
        writeAmounts(lease.returned(), out);
        out.writeBoolean(lease.recalled());
        writeAmounts(lease.wanted(), out);
        out.writeBoolean(lease.refused());
        writeAmounts(lease.used(), out);
        writeAmounts(lease.spent(), out);
        out.writeLong(lease.routerSaid());
        out.writeLong(lease.meterSaid());
    }

    private static Lease lease(Decoder in) throws IOException {
        return new Lease(
                in.readLong(),
                readAmounts(in),
                in.readLong(),
                readAmounts(in),
                in.readBoolean(),
                readAmounts(in),
                in.readBoolean(),
                readAmounts(in),
                readAmounts(in),
                in.readLong(),
                in.readLong());
    }
}
