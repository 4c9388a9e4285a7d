package dev.turnpike.bench;

import dev.turnpike.cluster.LocalCluster;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What a store holds, by the topic that it is restored from: keys that were not deleted since.
 *
 * @param bytes of keys and values
 */
record Changelog(long entries, long bytes) {

    static Changelog of(LocalCluster cluster, String application, String store) {
        String topic = application + '-' + store + "-changelog";
        // keys by their hash: among millions a pair of the same 64 bits is not to be expected
        Map<Long, Integer> sizes = new HashMap<>();
        try (var consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        cluster.bootstrapServers(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        10_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(each -> new TopicPartition(topic, each.partition()))
                    .toList();
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            for (TopicPartition partition : partitions) {
                long end = Objects.requireNonNull(ends.get(partition));
                consumer.assign(List.of(partition));
                consumer.seekToBeginning(List.of(partition));
                while (consumer.position(partition) < end) {
                    consumer.poll(Duration.ofSeconds(1)).forEach(record -> fold(sizes, record));
                }
            }
        }
        return new Changelog(
                sizes.size(),
                sizes.values().stream().mapToLong(Integer::longValue).sum());
    }

    private static void fold(Map<Long, Integer> sizes, ConsumerRecord<byte[], byte[]> record) {
        long hash = Arrays.hashCode(record.key()) * 0x9E3779B97F4A7C15L;
        for (byte each : record.key()) {
            hash = (hash ^ each) * 0x100000001B3L;
        }
        if (record.value() == null) {
            sizes.remove(hash);
        } else {
            sizes.put(hash, record.key().length + record.value().length);
        }
    }
}
