package dev.turnpike.metering;

import dev.turnpike.schemas.Topic;
import dev.turnpike.streams.Logs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Topics of one partition in memory. */
final class RecordedLogs implements Logs {

    private final Map<String, List<Entry<?>>> topics = new HashMap<>();
    private final boolean areOffsetsKept;

    /** @param areOffsetsKept whether the group's offsets say that everything has been dealt with; otherwise they are rewound */
    RecordedLogs(boolean areOffsetsKept) {
        this.areOffsetsKept = areOffsetsKept;
    }

    <V extends SpecificRecord> void add(Topic<V> topic, String key, @Nullable V value, long timestamp) {
        List<Entry<?>> log = log(topic);
        log.add(new Entry<>(key, value, log.size(), timestamp));
    }

    @Override
    @SuppressWarnings("unchecked") // as they were added
    public <V extends SpecificRecord> void read(Topic<V> topic, int partition, From from, Consumer<Entry<V>> reader) {
        boolean begun = false;
        for (Entry<?> entry : List.copyOf(log(topic))) {
            begun |= entry.timestamp() >= from.timestamp() || entry.offset() >= from.offset();
            if (begun) {
                reader.accept((Entry<V>) entry);
            }
        }
    }

    @Override
    public long newest(Topic<?> topic, int partition) {
        return log(topic).stream().mapToLong(Entry::timestamp).max().orElse(NEVER);
    }

    @Override
    public long end(Topic<?> topic, int partition) {
        return log(topic).size();
    }

    @Override
    public long first(Topic<?> topic, int partition, long timestamp) {
        return log(topic).stream()
                .filter(entry -> entry.timestamp() >= timestamp)
                .mapToLong(Entry::offset)
                .min()
                .orElse(end(topic, partition));
    }

    @Override
    @SuppressWarnings("unchecked") // as they were added
    public <V extends SpecificRecord> long read(
            Topic<V> topic, int partition, long from, long until, int most, Consumer<Entry<V>> reader) {
        long next = from;
        while (next < Math.min(until, end(topic, partition)) && next < from + most) {
            reader.accept((Entry<V>) log(topic).get((int) next));
            next++;
        }
        return next;
    }

    @Override
    public long committed(Topic<?> topic, int partition) {
        return areOffsetsKept ? end(topic, partition) : 0;
    }

    private List<Entry<?>> log(Topic<?> topic) {
        return topics.computeIfAbsent(topic.suffix(), name -> new ArrayList<>());
    }
}
