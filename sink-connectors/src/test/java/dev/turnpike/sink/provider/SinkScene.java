package dev.turnpike.sink.provider;

import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.cluster.SimulatedProvider;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.EventSerdes;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;

/** Topics of their own on the shared cluster, a simulated provider, and what is written to the one and asked of the other. */
final class SinkScene implements AutoCloseable {

    private static final Path SHIPPED = Path.of("..", "deploy", "connect", "provider-sink.properties");

    private final LocalCluster cluster;
    private final SimulatedProvider provider;
    private final EventSerdes serdes;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<ConsumerRecord<byte[], byte[]>> written = new ArrayList<>();

    private SinkScene(LocalCluster cluster, SimulatedProvider provider) {
        this.cluster = cluster;
        this.provider = provider;
        this.serdes = new EventSerdes(Map.of("schema.registry.url", cluster.registryUrl()));
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", cluster.bootstrapServers(),
                        "isolation.level", "read_committed",
                        "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = new ArrayList<>();
        for (Topic<?> topic : List.of(Topics.USAGE, Topics.COMPLETIONS, Topics.REDECISIONS, Topics.DEAD_LETTERS)) {
            consumer.partitionsFor(name(topic))
                    .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
        }
        consumer.assign(partitions);
    }

    /** @param prefix of its topics, unlike any other scene's */
    static SinkScene set(String prefix, SimulatedProvider.Options options) {
        return new SinkScene(LocalCluster.shared().withTopics(prefix), SimulatedProvider.start(options));
    }

    LocalCluster cluster() {
        return cluster;
    }

    SimulatedProvider provider() {
        return provider;
    }

    /** The settings that are shipped, with what differs here. */
    Map<String, String> settings() {
        Properties shipped = new Properties();
        try (Reader reader = Files.newBufferedReader(SHIPPED)) {
            shipped.load(reader);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Map<String, String> settings = new HashMap<>();
        shipped.forEach((key, value) -> settings.put((String) key, (String) value));
        settings.put("name", cluster.topicsPrefix() + "sink");
        settings.put("topics", name(Topics.DISPATCHES));
        settings.put("topics.prefix", cluster.topicsPrefix());
        settings.put("bootstrap.servers", cluster.bootstrapServers());
        settings.put("schema.registry.url", cluster.registryUrl());
        settings.put("providers", "simulated");
        settings.put("provider.simulated.url", provider.url());
        settings.put("provider.simulated.max.in.flight", "256");
        settings.put("retry.pause.ms", "20");
        return settings;
    }

    /** As the router does; admitted now, to be executed within ten minutes. */
    void publish(Dispatch dispatch) {
        Instant now = Instant.now();
        dispatch.setAdmittedAt(now.toEpochMilli());
        dispatch.setDeadline(now.plus(Duration.ofMinutes(10)).toEpochMilli());
        publishAsItIs(dispatch);
    }

    void publishAsItIs(Dispatch dispatch) {
        String topic = name(Topics.DISPATCHES);
        publish(dispatch.getTeam(), serdes.avro(Topics.DISPATCHES).serializer().serialize(topic, dispatch));
    }

    void publish(String team, byte[] value) {
        producer.send(new ProducerRecord<>(name(Topics.DISPATCHES), team.getBytes(StandardCharsets.UTF_8), value));
        producer.flush();
    }

    /** Somebody does not want the answer any more, and says so in plain JSON on whichever partition. */
    void cancel(String team, String requestId) {
        String json = "{\"team\":\"" + team + "\",\"request_id\":\"" + requestId + "\"}";
        producer.send(new ProducerRecord<>(name(Topics.CANCELLED), json.getBytes(StandardCharsets.UTF_8)));
        producer.flush();
    }

    /** Waits until what was written to a topic is as it should be. */
    void await(Predicate<SinkScene> done) {
        Awaitility.await().atMost(Duration.ofSeconds(180)).until(() -> {
            consumer.poll(Duration.ofMillis(50)).forEach(written::add);
            return done.test(this);
        });
    }

    List<UsageReport> usage(String requestId) {
        return usage().stream()
                .filter(report -> requestId.equals(report.getRequestId()))
                .toList();
    }

    List<UsageReport> usage() {
        return all(Topics.USAGE);
    }

    List<Completion> completions(String requestId) {
        return all(Topics.COMPLETIONS).stream()
                .filter(completion -> requestId.equals(completion.getRequestId()))
                .toList();
    }

    /** Whether the ends of its completions and of its usage were both seen, which are in different topics. */
    boolean isComplete(String requestId) {
        return completions(requestId).stream().anyMatch(Completion::getFinal$)
                && usage(requestId).stream().anyMatch(UsageReport::getFinal$);
    }

    List<Redecision> redecisions() {
        return all(Topics.REDECISIONS);
    }

    List<ConsumerRecord<byte[], byte[]>> deadLetters() {
        return written.stream()
                .filter(record -> record.topic().equals(name(Topics.DEAD_LETTERS)))
                .toList();
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
        provider.close();
    }

    private <V extends SpecificRecord> List<V> all(Topic<V> topic) {
        String name = name(topic);
        return written.stream()
                .filter(record -> record.topic().equals(name))
                .map(record -> serdes.avro(topic).deserializer().deserialize(name, record.value()))
                .toList();
    }

    private String name(Topic<?> topic) {
        return topic.name(cluster.topicsPrefix());
    }
}
