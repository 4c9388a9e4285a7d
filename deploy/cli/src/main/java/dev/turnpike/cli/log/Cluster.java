package dev.turnpike.cli.log;

import dev.turnpike.schemas.Settings;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.streams.StreamsSettings;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A Kafka cluster with the topics of the contract and its schema registry.
 *
 * @param bootstrapServers host:port, comma separated
 * @param prefix first part of every topic name
 * @param registry settings of the schema registry client by Confluent's names
 * @param kafka further settings of every Kafka client
 */
public record Cluster(String bootstrapServers, String prefix, Map<String, String> registry, Map<String, String> kafka) {

    // a wrong address is told after this, not after a minute
    private static final int PATIENCE_MILLIS = 15_000;

    /** @throws IllegalArgumentException naming key, value and cure */
    public static Cluster of(Settings settings) {
        StreamsSettings read = StreamsSettings.of(settings, "turnpike");
        return new Cluster(read.bootstrapServers(), read.topicPrefix(), read.registry(), read.kafka());
    }

    /** A cluster on this machine. */
    public static Cluster local(String bootstrapServers, String registryUrl) {
        return new Cluster(
                bootstrapServers, Topics.DEFAULT_PREFIX, Map.of("schema.registry.url", registryUrl), Map.of());
    }

    public String name(Topic<?> topic) {
        return topic.name(prefix);
    }

    public EventSerdes serdes() {
        return new EventSerdes(registry);
    }

    public Admin admin() {
        return Admin.create(client(Map.of()));
    }

    /** A consumer of committed records without a group. */
    public Consumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                client(Map.of(
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "none",
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        2_000,
                        // a partition that is read to its end must not hold up the others
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                        20)),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** A producer that loses nothing; {@code more} adds to its settings. */
    public Producer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 5);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 2 * PATIENCE_MILLIS);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MILLIS);
        return new KafkaProducer<>(client(settings), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private Map<String, Object> client(Map<String, Object> own) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
        settings.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
        settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, "turnpike-cli");
        settings.putAll(kafka);
        settings.putAll(own);
        // the default api timeout is unknown to producers, which then say so in the log
        if (own.containsKey(ProducerConfig.ACKS_CONFIG)) {
            settings.remove(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG);
        }
        return settings;
    }

    /** Without what is passed on to clients, since secrets are among it. */
    @Override
    public String toString() {
        return prefix + "* at " + bootstrapServers;
    }
}
