package dev.turnpike.streams;

import dev.turnpike.schemas.Settings;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.admin.TopicAdmin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyConfig;

/**
 * What a stream application must know of its cluster.
 *
 * @param applicationId identity of the state; changes only when state is meant to be thrown away
 * @param bootstrapServers host:port, comma separated
 * @param topicPrefix first part of every topic name
 * @param stateDir folder of the local stores
 * @param threads stream threads in this process
 * @param commitInterval how long a transaction stays open: latency against throughput
 * @param standbyReplicas copies of the stores on other instances
 * @param stateMemoryMb megabytes that the local stores of the process share outside of the heap
 * @param sessionTimeout after this silence an instance is taken for dead
 * @param registry settings of the schema registry client by Confluent's names
 * @param kafka further settings of Kafka Streams and its clients, as they are
 */
public record StreamsSettings(
        String applicationId,
        String bootstrapServers,
        String topicPrefix,
        Path stateDir,
        int threads,
        Duration commitInterval,
        int standbyReplicas,
        int stateMemoryMb,
        Duration sessionTimeout,
        Map<String, String> registry,
        Map<String, String> kafka) {

    private static final Duration LONGEST_REBUILD = Duration.ofMinutes(30);
    private static final List<String> REGISTRY_KEYS = List.of(
            "schema.registry.url",
            "auto.register.schemas",
            "use.latest.version",
            "value.subject.name.strategy",
            "basic.auth.credentials.source",
            "basic.auth.user.info",
            "bearer.auth.credentials.source",
            "bearer.auth.token",
            "http.connect.timeout.ms",
            "http.read.timeout.ms",
            "max.retries",
            "retries.wait.ms",
            "retries.max.wait.ms",
            "turnpike.avro.serde");

    /**
     * Reads {@code bootstrap.servers}, {@code schema.registry.url}, {@code application.id}, {@code topics.prefix},
     * {@code state.dir}, {@code threads}, {@code commit.interval}, {@code standby.replicas}, {@code state.memory.mb}, {@code session.timeout} and
     * everything below {@code kafka.}.
     *
     * @throws IllegalArgumentException naming key, value and cure
     */
    public static StreamsSettings of(Settings settings, String defaultApplicationId) {
        settings.required("schema.registry.url");
        Map<String, String> registry = new HashMap<>();
        for (String key : REGISTRY_KEYS) {
            String value = settings.find(key);
            if (value != null) {
                registry.put(key, value);
            }
        }
        return new StreamsSettings(
                settings.text("application.id", defaultApplicationId),
                settings.required("bootstrap.servers"),
                settings.text("topics.prefix", Topics.DEFAULT_PREFIX),
                Path.of(settings.text("state.dir", "state")),
                settings.integer("threads", 1, 1, 64),
                settings.duration("commit.interval", Duration.ofMillis(30), Duration.ofMillis(1)),
                settings.integer("standby.replicas", 0, 0, 5),
                settings.integer("state.memory.mb", 256, 32, 1 << 16),
                settings.duration("session.timeout", Duration.ofSeconds(10), Duration.ofSeconds(1)),
                registry,
                settings.below("kafka."));
    }

    /** These settings with one more of Kafka Streams, unless {@code kafka.} has it. */
    public StreamsSettings with(String key, String value) {
        Map<String, String> more = new HashMap<>(kafka);
        more.putIfAbsent(key, value);
        return new StreamsSettings(
                applicationId,
                bootstrapServers,
                topicPrefix,
                stateDir,
                threads,
                commitInterval,
                standbyReplicas,
                stateMemoryMb,
                sessionTimeout,
                registry,
                more);
    }

    /** The full name of a topic. */
    public String topic(Topic<?> topic) {
        return topic.name(topicPrefix);
    }

    /** For {@code new Topology(…)}: refuses stores and internal topics without a name of their own. */
    public TopologyConfig topologyConfig() {
        return new TopologyConfig(new StreamsConfig(properties()));
    }

    /** Everything that Kafka Streams is started with. */
    public Properties properties() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        properties.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, standbyReplicas);
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SharedStateMemory.class.getName());
        properties.put(SharedStateMemory.MEGABYTES, stateMemoryMb);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitInterval.toMillis());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        properties.put(
                StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, UnreadableRecordHandler.class.getName());
        properties.put(UnreadableRecordHandler.TOPIC, topic(Topics.DEAD_LETTERS));
        // long polls delay commits while input is idle
        properties.put(StreamsConfig.POLL_MS_CONFIG, 5);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), (int)
                sessionTimeout.toMillis());
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), (int)
                Math.max(1, sessionTimeout.toMillis() / 4));
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        // a task that lost its state reads topics before it goes on, and must not be taken for hung meanwhile
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG), (int)
                LONGEST_REBUILD.toMillis());
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 1);
        // what a client compressed below its broker's limit must still fit when we write it on
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), TopicAdmin.MOST_BYTES_OF_OURS);
        properties.put(StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG), TopicAdmin.MOST_BYTES_OF_OURS);
        properties.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, RecordTime.class.getName());
        // a dead instance's open transaction hides everything behind it from readers until it times out
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 10_000);
        properties.putAll(kafka);
        return properties;
    }

    /** Without what is passed on to clients, since secrets are among it. */
    @Override
    public String toString() {
        return applicationId + " at " + bootstrapServers;
    }
}
