package dev.turnpike.cli.log;

import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.serde.EventSerdes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** What the topics of a cluster hold: committed records only, to where the topics ended when reading began. */
public final class TopicLog implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    private final Cluster cluster;
    private final EventSerdes serdes;
    private final Admin admin;

    private TopicLog(Cluster cluster, EventSerdes serdes, Admin admin) {
        this.cluster = cluster;
        this.serdes = serdes;
        this.admin = admin;
    }

    public static TopicLog open(Cluster cluster) {
        return new TopicLog(cluster, cluster.serdes(), cluster.admin());
    }

    /** The serdes that this reads with. */
    public EventSerdes serdes() {
        return serdes;
    }

    /**
     * Where each partition of topics ends.
     *
     * @param isolation committed: before the first open transaction; uncommitted: behind everything that was written
     */
    public Map<TopicPartition, Long> ends(Collection<? extends Topic<?>> topics, IsolationLevel isolation) {
        return offsets(topics, OffsetSpec.latest(), isolation);
    }

    /** Where each partition of topics begins. */
    public Map<TopicPartition, Long> beginnings(Collection<? extends Topic<?>> topics) {
        return offsets(topics, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
    }

    /** How far a group has come by the offsets it has committed; empty where there is no such group. */
    public Map<TopicPartition, Long> committed(String group) {
        var options = new ListConsumerGroupOffsetsOptions().requireStable(true);
        var offsets = get(
                admin.listConsumerGroupOffsets(group, options).partitionsToOffsetAndMetadata(), "offsets of " + group);
        Map<TopicPartition, Long> committed = new HashMap<>();
        offsets.forEach((partition, offset) -> {
            if (offset != null) {
                committed.put(partition, offset.offset());
            }
        });
        return committed;
    }

    /**
     * Reads partitions to given ends in the order of the records' times.
     *
     * @param rank per topic name its place among records of the same time
     */
    public TimeOrder read(Map<TopicPartition, Long> ends, ToIntFunction<String> rank) {
        return new TimeOrder(cluster.consumer(), ends, rank);
    }

    /** Reads a topic to where its committed records end. */
    public void scan(Topic<?> topic, Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
        scan(List.of(topic), visitor);
    }

    /** Several topics at once to where their committed records end, in the order of the records' times. */
    public void scan(Collection<? extends Topic<?>> topics, Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
        scan(ends(topics, IsolationLevel.READ_COMMITTED), visitor);
    }

    private void scan(Map<TopicPartition, Long> ends, Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
        try (TimeOrder records = read(ends, name -> 0)) {
            for (var record = records.next(); record != null; record = records.next()) {
                visitor.accept(record);
            }
        }
    }

    /** The record at a place; null where there is none any more. */
    public @Nullable ConsumerRecord<byte[], byte[]> at(TopicPartition partition, long offset) {
        try (var consumer = cluster.consumer()) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, offset);
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                for (var record : consumer.poll(POLL).records(partition)) {
                    return record.offset() == offset ? record : null;
                }
            }
            return null;
        } catch (OffsetOutOfRangeException e) {
            return null;
        }
    }

    /** The name of a topic on the cluster. */
    public String name(Topic<?> topic) {
        return cluster.name(topic);
    }

    /** Every event of a topic in the order of their times. */
    public <V extends SpecificRecord> void each(Topic<V> topic, Consumer<Entry<V>> visitor) {
        each(topic, ends(List.of(topic), IsolationLevel.READ_COMMITTED), visitor);
    }

    /** The events of a topic on the partition that owns a team, in order; those of other teams are among them. */
    public <V extends SpecificRecord> void each(Topic<V> topic, String team, Consumer<Entry<V>> visitor) {
        Map<TopicPartition, Long> ends = ends(List.of(topic), IsolationLevel.READ_COMMITTED);
        int owner = Ownership.partitionOf(team, ends.size());
        ends.keySet().removeIf(partition -> partition.partition() != owner);
        each(topic, ends, visitor);
    }

    private <V extends SpecificRecord> void each(
            Topic<V> topic, Map<TopicPartition, Long> ends, Consumer<Entry<V>> visitor) {
        Deserializer<V> deserializer = serdes.avro(topic).deserializer();
        scan(ends, record -> {
            if (record.value() != null) {
                visitor.accept(entry(
                        topic, record, deserializer.deserialize(record.topic(), record.headers(), record.value())));
            }
        });
    }

    /** The newest event of every key of a compacted topic. */
    public <V extends SpecificRecord> Map<String, V> table(Topic<V> topic) {
        Deserializer<V> deserializer = serdes.avro(topic).deserializer();
        Map<String, V> table = new LinkedHashMap<>();
        scan(topic, record -> {
            if (record.value() == null) {
                table.remove(key(record));
            } else {
                table.put(key(record), deserializer.deserialize(record.topic(), record.headers(), record.value()));
            }
        });
        return table;
    }

    /** What is written to a topic from its current end on, until told to stop. */
    public <V extends SpecificRecord> void follow(Topic<V> topic, BooleanSupplier go, Consumer<Entry<V>> visitor) {
        Deserializer<V> deserializer = serdes.avro(topic).deserializer();
        Map<TopicPartition, Long> ends = ends(List.of(topic), IsolationLevel.READ_COMMITTED);
        try (var consumer = cluster.consumer()) {
            consumer.assign(ends.keySet());
            ends.forEach(consumer::seek);
            while (go.getAsBoolean()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (record.value() != null) {
                        V value = deserializer.deserialize(record.topic(), record.headers(), record.value());
                        visitor.accept(entry(topic, record, value));
                    }
                }
            }
        }
    }

    /** The record as an entry of its topic. */
    public static <V> Entry<V> entry(Topic<?> topic, ConsumerRecord<byte[], byte[]> record, V value) {
        return new Entry<>(topic, record.partition(), record.offset(), record.timestamp(), key(record), value);
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(5));
    }

    private Map<TopicPartition, Long> offsets(
            Collection<? extends Topic<?>> topics, OffsetSpec which, IsolationLevel isolation) {
        List<String> names = topics.stream().map(cluster::name).toList();
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        get(admin.describeTopics(names).allTopicNames(), "topics")
                .forEach((name, description) -> description
                        .partitions()
                        .forEach(partition -> wanted.put(new TopicPartition(name, partition.partition()), which)));
        var found =
                get(admin.listOffsets(wanted, new ListOffsetsOptions(isolation)).all(), "offsets");
        return found.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, end -> end.getValue().offset()));
    }

    private static <R> R get(KafkaFuture<R> future, String what) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while asking for " + what, e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException refused ? refused : new KafkaException(e);
        }
    }

    private static String key(ConsumerRecord<byte[], byte[]> record) {
        byte @Nullable [] key = record.key();
        return key == null ? "" : new String(key, StandardCharsets.UTF_8);
    }
}
