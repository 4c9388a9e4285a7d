package dev.turnpike.metering;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.processor.MeterMetrics;
import dev.turnpike.metering.state.Kept;
import dev.turnpike.schemas.Settings;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.serde.EventSerdes;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The meter's topology without a broker. */
final class MeterDriver implements AutoCloseable {

    final MeterRegistry metrics = new SimpleMeterRegistry();

    private final MeteringConfig config;
    private final EventSerdes serdes;
    private final TopologyTestDriver driver;
    private final WrittenLedger ledger = new WrittenLedger();

    MeterDriver(Path stateDir, int partitions, Map<String, String> settings) {
        this(stateDir, partitions, settings, null);
    }

    /** @param logs what its state is rebuilt from; null: it has lost none */
    MeterDriver(Path stateDir, int partitions, Map<String, String> settings, @Nullable RecordedLogs logs) {
        this.config = config(stateDir, settings);
        this.serdes = new EventSerdes(config.streams().registry());
        this.driver = new TopologyTestDriver(
                MeteringTopology.build(
                        config, serdes, partitions, new MeterMetrics(metrics), logs == null ? ledger : logs),
                config.streams().properties(),
                Instant.ofEpochMilli(Given.NOON));
    }

    static Topology topology(Path stateDir) {
        MeteringConfig config = config(stateDir, Map.of());
        EventSerdes serdes = new EventSerdes(config.streams().registry());
        return MeteringTopology.build(
                config, serdes, 4, new MeterMetrics(new SimpleMeterRegistry()), new WrittenLedger());
    }

    private static MeteringConfig config(Path stateDir, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(Map.of(
                "bootstrap.servers", "nowhere:9092",
                "schema.registry.url", "mock://meter",
                "state.dir", stateDir.toString()));
        all.putAll(settings);
        return MeteringConfig.of(Settings.of(all));
    }

    <V extends SpecificRecord> void pipe(Topic<V> topic, String key, V value, long at) {
        driver.createInputTopic(
                        config.streams().topic(topic),
                        new StringSerializer(),
                        serdes.avro(topic).serializer())
                .pipeInput(key, value, at);
    }

    void pipeBytes(Topic<?> topic, byte @Nullable [] key, byte @Nullable [] value, long at) {
        driver.createInputTopic(config.streams().topic(topic), new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(key, value, at);
    }

    @SuppressWarnings("unchecked") // the topic decides the class
    <V extends SpecificRecord> List<TestRecord<String, V>> read(Topic<V> topic) {
        if (topic.equals(Topics.LEDGER)) {
            ledger.add(written(Topics.LEDGER));
            return (List<TestRecord<String, V>>) (List<?>) ledger.unread();
        }
        return written(topic);
    }

    /** Lets the meter read back what it has written. */
    void commit() {
        ledger.add(written(Topics.LEDGER));
    }

    private <V extends SpecificRecord> List<TestRecord<String, V>> written(Topic<V> topic) {
        return driver.createOutputTopic(
                        config.streams().topic(topic),
                        new StringDeserializer(),
                        serdes.avro(topic).deserializer())
                .readRecordsToList();
    }

    List<TestRecord<byte[], byte[]>> readBytes(Topic<?> topic) {
        return driver.createOutputTopic(
                        config.streams().topic(topic), new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList();
    }

    /** A table that every instance reads whole. */
    <V> KeyValueStore<String, Kept<V>> table(String name) {
        return driver.getKeyValueStore(name);
    }

    void passSeconds(int seconds) {
        driver.advanceWallClockTime(Duration.ofSeconds(seconds));
    }

    long sizeOf(String store) {
        long size = 0;
        try (var entries = driver.<Object, Object>getKeyValueStore(store).all()) {
            while (entries.hasNext()) {
                entries.next();
                size++;
            }
        }
        return size;
    }

    @Override
    public void close() {
        driver.close();
    }

    static List<Topic<?>> outputs() {
        return List.of(
                Topics.LEDGER,
                Topics.BUDGETS,
                Topics.SPEND,
                Topics.ALERTS,
                Topics.MODEL_PERFORMANCE,
                Topics.USAGE_MOVED,
                Topics.DEAD_LETTERS);
    }
}
