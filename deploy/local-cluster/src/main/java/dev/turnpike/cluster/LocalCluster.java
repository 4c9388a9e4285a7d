package dev.turnpike.cluster;

import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.admin.TopicAdmin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/** A broker and a schema registry on this machine, with every topic of the contract. */
public final class LocalCluster implements AutoCloseable {

    private final String bootstrapServers;
    private final String registryUrl;
    private final String topicsPrefix;
    private final int partitions;
    private final Runnable end;

    private LocalCluster(
            String bootstrapServers, String registryUrl, String topicsPrefix, int partitions, Runnable end) {
        this.bootstrapServers = bootstrapServers;
        this.registryUrl = registryUrl;
        this.topicsPrefix = topicsPrefix;
        this.partitions = partitions;
        this.end = end;
    }

    /**
     * How a cluster starts.
     *
     * @param dataDir where everything is kept; null: in a temporary folder that goes with the cluster
     * @param kafkaPort 0 for a free one
     * @param registryPort 0 for a free one
     * @param topicsPrefix before the name of every topic, for example {@code llm.}
     * @param partitions of every topic keyed by team
     */
    public record Options(
            @Nullable Path dataDir, int kafkaPort, int registryPort, String topicsPrefix, int partitions) {

        /** Nothing kept, free ports, the default prefix, four partitions. */
        public static Options temporary() {
            return new Options(null, 0, 0, Topics.DEFAULT_PREFIX, 4);
        }
    }

    /**
     * Starts broker and registry side by side and creates the topics that are missing.
     *
     * @throws ClusterException if a port or the data folder is in use or the registry's server is not found
     */
    public static LocalCluster start(Options options) {
        return start(options, Time.SYSTEM);
    }

    /**
     * The same with a broker that tells the time by a clock.
     *
     * @throws ClusterException if a port or the data folder is in use or the registry's server is not found
     */
    public static LocalCluster start(Options options, Time clock) {
        Path kept = options.dataDir();
        if (kept != null) {
            return start(options, clock, kept, () -> {});
        }
        TemporaryFolder folder = TemporaryFolder.create();
        try {
            return start(options, clock, folder.path(), folder::delete);
        } catch (RuntimeException e) {
            folder.delete();
            throw e;
        }
    }

    /** The one cluster that the tests of a JVM share: started by the first call, closed when the JVM exits. */
    public static LocalCluster shared() {
        return Shared.CLUSTER;
    }

    /**
     * The same broker and registry with topics of their own under another prefix, so that tests do not read each other's
     * records. Closing this ends nothing.
     */
    public LocalCluster withTopics(String prefix) {
        LocalCluster view = new LocalCluster(bootstrapServers, registryUrl, prefix, partitions, () -> {});
        view.createTopics();
        return view;
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** For the setting {@code schema.registry.url}. */
    public String registryUrl() {
        return registryUrl;
    }

    /** For the setting {@code topics.prefix}. */
    public String topicsPrefix() {
        return topicsPrefix;
    }

    /** What readers that wait for transactions see of a topic at present, partition by partition. */
    public List<ConsumerRecord<byte[], byte[]>> committed(Topic<?> topic) {
        String name = topic.name(topicsPrefix);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            int count = consumer.partitionsFor(name).size();
            for (int partition = 0; partition < count; partition++) {
                var from = new TopicPartition(name, partition);
                consumer.assign(List.of(from));
                consumer.seekToBeginning(List.of(from));
                long end = Objects.requireNonNull(
                        consumer.endOffsets(List.of(from)).get(from));
                while (consumer.position(from) < end) {
                    consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
                }
            }
        }
        return records;
    }

    /** Ends broker and registry and waits until they have ended. */
    @Override
    public void close() {
        end.run();
    }

    private static LocalCluster start(Options options, Time clock, Path dataDir, Runnable afterwards) {
        CompletableFuture<LocalRegistry> starting = CompletableFuture.supplyAsync(
                () -> LocalRegistry.start(dataDir.resolve("registry"), options.registryPort()));
        LocalBroker broker;
        try {
            broker = LocalBroker.start(dataDir.resolve("broker"), BrokerNode.alone(options.kafkaPort()), clock);
        } catch (RuntimeException e) {
            starting.thenAccept(LocalRegistry::close)
                    .exceptionally(alsoFailed -> null)
                    .join();
            throw e;
        }
        try {
            LocalRegistry registry = starting.join();
            LocalCluster cluster = new LocalCluster(
                    broker.bootstrapServers(),
                    registry.url(),
                    options.topicsPrefix(),
                    options.partitions(),
                    () -> end(registry, broker, afterwards));
            return cluster.orClosed();
        } catch (CompletionException e) {
            broker.close();
            throw e.getCause() instanceof ClusterException clear ? clear : e;
        }
    }

    private LocalCluster orClosed() {
        try {
            createTopics();
            return this;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static void end(LocalRegistry registry, LocalBroker broker, Runnable afterwards) {
        try (broker;
                registry) {
            // closes both, even if one fails
        } finally {
            afterwards.run();
        }
    }

    private void createTopics() {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            TopicAdmin.create(admin, topicsPrefix, partitions, 1);
        }
    }

    private static final class Shared {

        static final LocalCluster CLUSTER = start(Options.temporary());

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(CLUSTER::close, "close-shared-cluster"));
        }
    }
}
