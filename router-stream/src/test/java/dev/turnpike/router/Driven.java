package dev.turnpike.router;

import dev.turnpike.router.config.RouterConfig;
import dev.turnpike.router.processor.RouterMetrics;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Settings;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.streams.Logs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The whole topology on one partition, without a broker, its time driven by its records. */
final class Driven implements AutoCloseable {

    static final Map<String, String> SETTINGS = Map.of(
            "bootstrap.servers", "none:1", "schema.registry.url", "mock://router", "application.id", "turnpike-router");

    private static final Instant START = Instant.parse("2026-08-05T00:00:00Z");

    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final EventSerdes serdes = new EventSerdes(SETTINGS);
    private final TopologyTestDriver driver;

    /** @param partitions that the topology believes there are; more than one: teams of other partitions are misplaced here */
    Driven(Path stateDir, int partitions) {
        this(stateDir, partitions, new RecordedLogs());
    }

    /** @param logs what the topics held when the router started without state */
    Driven(Path stateDir, int partitions, Logs logs) {
        RouterConfig config = RouterConfig.of(Settings.of(SETTINGS));
        Topology topology = RouterTopology.build(
                config,
                partitions,
                new RouterMetrics(metrics, InstantSource.fixed(Instant.parse("2026-08-05T12:00:00Z"))),
                logs);
        Properties properties = config.streams().properties();
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        driver = new TopologyTestDriver(topology, properties, START);
        countPolicies(Long.MAX_VALUE);
    }

    /** The meter says below which offset of the policies it counts what was spent before a budget began. */
    void countPolicies(long offset) {
        countPolicies(offset, Long.MAX_VALUE);
    }

    /** The same, when it has read the dispatches up to one of a number. */
    void countPolicies(long offset, long dispatch) {
        BudgetState state = policies(0, offset);
        state.setDispatchNumber(dispatch);
        send(Topics.BUDGETS, PositionKey.of(state).encode(), state, START);
    }

    /** What the meter says of a partition. */
    static BudgetState policies(int partition, long offset) {
        return BudgetState.newBuilder()
                .setTeam("")
                .setScope("policies")
                .setScopeValue(String.valueOf(partition))
                .setPeriod("total")
                .setWindowStart(0)
                .setWindowEnd(Long.MAX_VALUE)
                .setEpoch(1)
                .setVersion(offset)
                .setOpened(Amounts.ZERO.toAvro())
                .setClosed(Amounts.ZERO.toAvro())
                .setSpent(Amounts.ZERO.toAvro())
                .setDispatchOffset(-1)
                .build();
    }

    <V extends SpecificRecord> void send(Topic<V> topic, String key, @Nullable V value, Instant at) {
        byte[] bytes = value == null ? null : serdes.avro(topic).serializer().serialize(name(topic), value);
        send(topic, key.getBytes(StandardCharsets.UTF_8), bytes, at);
    }

    void send(Topic<?> topic, byte @Nullable [] key, byte @Nullable [] value, Instant at) {
        send(topic, key, value, new RecordHeaders(), at);
    }

    void send(Topic<?> topic, byte @Nullable [] key, byte @Nullable [] value, Headers headers, Instant at) {
        driver.createInputTopic(name(topic), new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(new TestRecord<>(key, value, headers, at));
    }

    /** What came out since the last call. */
    <V extends SpecificRecord> List<TestRecord<String, V>> read(Topic<V> topic) {
        return driver.createOutputTopic(
                        name(topic),
                        new StringDeserializer(),
                        serdes.avro(topic).deserializer())
                .readRecordsToList();
    }

    /** The same as bytes. */
    List<TestRecord<byte[], byte[]>> readBytes(Topic<?> topic) {
        return driver.createOutputTopic(name(topic), new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList();
    }

    List<DeadLetter> readDeadLetters() {
        return readBytes(Topics.DEAD_LETTERS).stream()
                .map(letter -> Objects.requireNonNull(DeadLetter.of(letter.headers())))
                .toList();
    }

    @Override
    public void close() {
        driver.close();
    }

    private static String name(Topic<?> topic) {
        return topic.name(Topics.DEFAULT_PREFIX);
    }
}
