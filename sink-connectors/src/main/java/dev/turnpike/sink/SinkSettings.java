package dev.turnpike.sink;

import static org.apache.kafka.common.config.ConfigDef.NO_DEFAULT_VALUE;

import dev.turnpike.schemas.Topics;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/** The settings that every sink connector has, and how they are checked. */
public final class SinkSettings {

    public static final String ISOLATION = "consumer.override.isolation.level";
    public static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
    public static final String TOPICS_PREFIX = "topics.prefix";

    private static final String REGISTRY_URL = "schema.registry.url";
    private static final String KAFKA = "kafka.";

    private SinkSettings() {}

    /**
     * A definition of these settings, to which a connector adds its own.
     *
     * @param danger what becomes of records that were never committed, as in "must be read_committed, or ..."
     * @param written what is written to the brokers
     */
    public static ConfigDef definition(String danger, String written) {
        return new ConfigDef()
                .define(
                        ISOLATION,
                        Type.STRING,
                        NO_DEFAULT_VALUE,
                        (key, value) -> requireReadCommitted(key, value, danger),
                        Importance.HIGH,
                        "Must be read_committed. The worker's own setting cannot be seen from here, so it does not count.")
                .define(
                        BOOTSTRAP_SERVERS,
                        Type.STRING,
                        NO_DEFAULT_VALUE,
                        Importance.HIGH,
                        "Where " + written + " are written: host:port, comma separated.")
                .define(
                        REGISTRY_URL,
                        Type.STRING,
                        NO_DEFAULT_VALUE,
                        Importance.HIGH,
                        "The schema registry; its client's other settings by Confluent's names are understood too.")
                .define(
                        TOPICS_PREFIX,
                        Type.STRING,
                        Topics.DEFAULT_PREFIX,
                        Importance.MEDIUM,
                        "First part of every topic name.");
    }

    /** @throws ConfigException unless the connector reads this topic and no other */
    public static void requireTopic(Map<String, String> settings, String topic) {
        if (!topic.equals(settings.get("topics"))) {
            throw new ConfigException("topics", settings.get("topics"), "must be " + topic + ", and nothing else");
        }
    }

    /** What is set below {@code kafka.}: further settings of the connector's own Kafka clients. */
    public static Map<String, String> kafka(Map<String, String> settings) {
        Map<String, String> found = new HashMap<>();
        settings.forEach((key, value) -> {
            if (key.startsWith(KAFKA)) {
                found.put(key.substring(KAFKA.length()), value);
            }
        });
        return found;
    }

    /** @throws ConfigException if a secret is still the placeholder of a config provider */
    public static void requireResolved(String key, Object value) {
        if (value instanceof Password secret && secret.value().startsWith("${")) {
            throw new ConfigException(key + " is the placeholder " + secret.value()
                    + ", which the worker did not replace; name its config provider on the worker (config.providers=env)"
                    + " and give it the value");
        }
    }

    /** Whether a text is the address of an HTTP server. */
    public static boolean isHttpAddress(String text) {
        try {
            URI uri = URI.create(text);
            return uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The version of a connector or a task, as the jar's manifest says. */
    public static String version(Class<?> type) {
        @Nullable String version = type.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }

    private static void requireReadCommitted(String key, Object value, String danger) {
        if (!"read_committed".equals(value)) {
            throw new ConfigException(key, value, "must be read_committed, or " + danger);
        }
    }
}
