package dev.turnpike.metering.recent;

import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.streams.StreamsSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Finds decisions that are no longer among the newest: block by block from the end of the topic back, all partitions in
 * turn, until the block is read in which something was found, or the time is over.
 */
final class DecisionSearch {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final int BLOCK = 2_000;

    private final StreamsSettings settings;
    private final EventSerdes serdes;
    private final InstantSource clock;

    DecisionSearch(StreamsSettings settings, EventSerdes serdes, InstantSource clock) {
        this.settings = settings;
        this.serdes = serdes;
        this.clock = clock;
    }

    List<Decision> find(String requestId, @Nullable Integer only, Duration atMost) {
        long until = clock.millis() + atMost.toMillis();
        var values = serdes.avro(Topics.DECISIONS).deserializer();
        List<Decision> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = RecentReader.consumer(settings, "search")) {
            List<TopicPartition> partitions = consumer.partitionsFor(settings.topic(Topics.DECISIONS)).stream()
                    .filter(each -> only == null || each.partition() == only)
                    .map(each -> new TopicPartition(each.topic(), each.partition()))
                    .toList();
            Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
            Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
            while (found.isEmpty() && !ends.isEmpty() && clock.millis() < until) {
                for (TopicPartition partition : List.copyOf(ends.keySet())) {
                    long end = ends.getOrDefault(partition, 0L);
                    long begin = Math.max(begins.getOrDefault(partition, 0L), end - BLOCK);
                    if (begin >= end) {
                        ends.remove(partition);
                        continue;
                    }
                    consumer.assign(List.of(partition));
                    consumer.seek(partition, begin);
                    while (consumer.position(partition) < end && clock.millis() < until) {
                        for (ConsumerRecord<byte[], byte[]> record :
                                consumer.poll(POLL).records(partition)) {
                            if (record.offset() < end && record.value() != null) {
                                Decision decision =
                                        values.deserialize(record.topic(), record.headers(), record.value());
                                if (decision.getRequestId().equals(requestId)) {
                                    found.add(decision);
                                }
                            }
                        }
                    }
                    ends.put(partition, begin);
                }
            }
        }
        found.sort(Comparator.comparing(Decision::getTeam).thenComparingInt(Decision::getDecision));
        return found;
    }
}
