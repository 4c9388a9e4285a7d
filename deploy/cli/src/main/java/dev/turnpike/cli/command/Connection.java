package dev.turnpike.cli.command;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.schemas.Settings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the cluster is: flags, then {@code TURNPIKE_} variables, then a properties file, then this machine. */
final class Connection {

    private static final Map<String, String> THIS_MACHINE = Map.of(
            "bootstrap.servers", "127.0.0.1:9092",
            "schema.registry.url", "http://127.0.0.1:8081/apis/ccompat/v7");

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "Kafka brokers (bootstrap.servers, TURNPIKE_BOOTSTRAP_SERVERS); default 127.0.0.1:9092.")
    @Nullable
    String bootstrapServers;

    @Option(
            names = "--registry",
            paramLabel = "URL",
            description = "Schema registry (schema.registry.url, TURNPIKE_SCHEMA_REGISTRY_URL); default that of up.")
    @Nullable
    String registry;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Properties file with these and all other settings, kafka.* among them.")
    @Nullable
    Path config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any setting; may be given several times.")
    Map<String, String> more = new LinkedHashMap<>();

    /**
     * The cluster, which answers.
     *
     * @throws IllegalArgumentException if a setting is refused
     * @throws KafkaException if no broker answers
     */
    Cluster cluster() {
        Map<String, String> flags = flags();
        Settings given = Settings.load(flags, config);
        THIS_MACHINE.forEach((key, value) -> {
            if (given.find(key) == null) {
                flags.put(key, value);
            }
        });
        Cluster cluster = Cluster.of(Settings.load(flags, config));
        requireAnswer(cluster);
        return cluster;
    }

    /** What is given, and nothing instead of what is not. */
    Settings settings() {
        return Settings.load(flags(), config);
    }

    private Map<String, String> flags() {
        Map<String, String> flags = new HashMap<>(more);
        if (bootstrapServers != null) {
            flags.put("bootstrap.servers", bootstrapServers);
        }
        if (registry != null) {
            flags.put("schema.registry.url", registry);
        }
        return flags;
    }

    private static void requireAnswer(Cluster cluster) {
        try (Admin admin = cluster.admin()) {
            admin.describeCluster().nodes().get(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while looking for a broker", e);
        } catch (ExecutionException | TimeoutException e) {
            if (e.getCause() instanceof AuthenticationException refused) {
                throw new KafkaException(
                        cluster.bootstrapServers() + ": the broker does not let us in: " + refused.getMessage()
                                + "; check kafka.security.protocol, kafka.sasl.* and kafka.ssl.*",
                        refused);
            }
            throw new KafkaException(
                    cluster.bootstrapServers()
                            + ": no Kafka broker answers; start one (turnpike up) or check --bootstrap-servers",
                    e);
        }
    }
}
