package dev.turnpike.metering;

import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.streams.Logs;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.test.TestRecord;

/** The ledger as a meter under test reads it back. */
final class WrittenLedger implements Logs {

    private final List<TestRecord<String, LedgerEntry>> entries = new ArrayList<>();
    private int read;

    void add(List<TestRecord<String, LedgerEntry>> written) {
        entries.addAll(written);
    }

    /** What a test has not asked for yet. */
    List<TestRecord<String, LedgerEntry>> unread() {
        List<TestRecord<String, LedgerEntry>> unread = List.copyOf(entries.subList(read, entries.size()));
        read = entries.size();
        return unread;
    }

    @Override
    public <V extends SpecificRecord> void read(Topic<V> topic, int partition, From from, Consumer<Entry<V>> reader) {
        // whose state is looked for has just begun
    }

    @Override
    @SuppressWarnings("unchecked") // nobody reads anything else
    public <V extends SpecificRecord> long read(
            Topic<V> topic, int partition, long from, long until, int most, Consumer<Entry<V>> reader) {
        long next = from;
        while (next < Math.min(until, entries.size()) && next < from + most) {
            TestRecord<String, LedgerEntry> record = entries.get((int) next);
            reader.accept((Entry<V>) new Entry<>(record.key(), record.value(), next, record.timestamp()));
            next++;
        }
        return next;
    }

    @Override
    public long first(Topic<?> topic, int partition, long timestamp) {
        if (!topic.equals(Topics.LEDGER)) {
            return 0;
        }
        int first = 0;
        while (first < entries.size() && entries.get(first).timestamp() < timestamp) {
            first++;
        }
        return first;
    }

    @Override
    public long newest(Topic<?> topic, int partition) {
        return entries.stream().mapToLong(TestRecord::timestamp).max().orElse(NEVER);
    }

    @Override
    public long committed(Topic<?> topic, int partition) {
        return 0;
    }

    @Override
    public long end(Topic<?> topic, int partition) {
        return topic.equals(Topics.LEDGER) ? entries.size() : 0;
    }
}
