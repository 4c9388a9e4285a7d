package dev.turnpike.sink.provider;

import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.UsageReport;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Reads what executors before this one wrote about the dispatches of a partition, after they were fenced.
 *
 * <p>It begins at the time of the first unfinished dispatch, since nothing about it or a later one can have been written
 * earlier; and it ends at what is the end of the log when it begins, not at the last stable offset: behind somebody else's
 * open transaction there may be committed notes of ours, and to miss one would be to pay twice. So it waits for that
 * transaction.
 */
final class ReadBack {

    // clocks of brokers differ
    private static final long SKEW_MS = 60_000;

    private final ProviderSinkConfig config;
    private final Events events;

    ReadBack(ProviderSinkConfig config, Events events) {
        this.config = config;
        this.events = events;
    }

    /** @param since time of the first unfinished dispatch of the partition, milliseconds since 1970-01-01 UTC */
    History read(int partition, long since) {
        TopicPartition dispatches = partition(Topics.DISPATCHES, partition);
        TopicPartition usage = partition(Topics.USAGE, partition);
        TopicPartition redecisions = partition(Topics.REDECISIONS, partition);
        List<TopicPartition> read = List.of(usage, redecisions);
        try (Admin admin = Admin.create(config.client(Map.of()));
                Consumer<byte[], byte[]> consumer = config.consumer()) {
            Map<TopicPartition, Long> ends =
                    offsets(admin, List.of(dispatches, usage, redecisions), OffsetSpec.latest());
            Map<TopicPartition, Long> begins =
                    offsets(admin, read, OffsetSpec.forTimestamp(Math.max(0, since - SKEW_MS)));
            History history = new History(end(ends, dispatches));
            consumer.assign(read);
            for (TopicPartition each : read) {
                long begin = end(begins, each);
                consumer.seek(each, begin < 0 ? end(ends, each) : begin);
            }
            while (read.stream().anyMatch(each -> consumer.position(each) < end(ends, each))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    add(history, record, record.topic().equals(usage.topic()));
                }
            }
            return history;
        }
    }

    private void add(History history, ConsumerRecord<byte[], byte[]> record, boolean isUsage) {
        if (isUsage) {
            UsageReport report = events.usage(record.value());
            if (report != null) {
                history.add(report);
            }
        } else {
            Redecision asked = events.redecision(record.value());
            if (asked != null) {
                history.add(asked);
            }
        }
    }

    private TopicPartition partition(Topic<?> topic, int partition) {
        return new TopicPartition(config.topic(topic), partition);
    }

    private static Map<TopicPartition, Long> offsets(Admin admin, List<TopicPartition> partitions, OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, which));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        try {
            admin.listOffsets(asked).all().get().forEach((partition, info) -> offsets.put(partition, info.offset()));
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException refused ? refused : new KafkaException(e.getCause());
        }
        return offsets;
    }

    private static long end(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        Long offset = offsets.get(partition);
        return offset == null ? 0 : offset;
    }
}
