package dev.turnpike.sink.provider;

import static org.apache.kafka.common.config.ConfigDef.NO_DEFAULT_VALUE;

import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.sink.SinkSettings;
import dev.turnpike.sink.provider.call.ProviderSettings;
import dev.turnpike.sink.provider.call.ProviderSettings.Dialect;
import dev.turnpike.sink.provider.execution.Terms;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the provider sink.
 *
 * @param name of the connector; with the partition it identifies the producer that fences other executors of the partition
 * @param topicsPrefix first part of every topic name
 * @param providers who can be called
 * @param terms how often
 * @param mostUnfinished dispatches of a partition that are taken up before its reading pauses
 * @param grace how long calls that are open may go on when a partition is given up
 * @param metricsListen where Prometheus finds this process; null: nowhere
 * @param httpThreads threads that read the answers of all providers
 * @param bootstrapServers host:port, comma separated
 * @param kafka further settings of the sink's own Kafka clients
 * @param all everything, for the schema registry's client, which picks what it knows
 */
record ProviderSinkConfig(
        String name,
        String topicsPrefix,
        List<ProviderSettings> providers,
        Terms terms,
        int mostUnfinished,
        Duration grace,
        int httpThreads,
        @Nullable InetSocketAddress metricsListen,
        String bootstrapServers,
        Map<String, String> kafka,
        Map<String, String> all) {

    static final String PROVIDERS = "providers";

    private static final String RETRIES = "retries";
    private static final String RETRY_PAUSE = "retry.pause.ms";
    private static final String RETRY_LONGEST_PAUSE = "retry.longest.pause.ms";
    private static final String MOST_UNFINISHED = "max.unfinished";
    private static final String GRACE = "shutdown.grace.ms";
    private static final String HTTP_THREADS = "http.threads";
    private static final String METRICS_LISTEN = "metrics.listen";

    /** @throws ConfigException naming key, value and cure */
    static ProviderSinkConfig of(Map<String, String> settings) {
        List<String> names = providerNames(settings);
        AbstractConfig config = new AbstractConfig(definition(names), settings, false);
        String prefix = config.getString(SinkSettings.TOPICS_PREFIX);
        SinkSettings.requireTopic(settings, Topics.DISPATCHES.name(prefix));
        return new ProviderSinkConfig(
                settings.getOrDefault("name", ""),
                prefix,
                names.stream().map(provider -> provider(config, provider)).toList(),
                new Terms(
                        names.stream().collect(Collectors.toUnmodifiableSet()),
                        config.getInt(RETRIES),
                        Duration.ofMillis(config.getLong(RETRY_PAUSE)),
                        Duration.ofMillis(config.getLong(RETRY_LONGEST_PAUSE))),
                config.getInt(MOST_UNFINISHED),
                Duration.ofMillis(config.getLong(GRACE)),
                config.getInt(HTTP_THREADS),
                address(config.getString(METRICS_LISTEN)),
                config.getString(SinkSettings.BOOTSTRAP_SERVERS),
                SinkSettings.kafka(settings),
                Map.copyOf(settings));
    }

    /** What can be set, for the providers that these settings name. */
    static ConfigDef definition(Map<String, String> settings) {
        return definition(providerNames(settings));
    }

    String topic(Topic<?> topic) {
        return topic.name(topicsPrefix);
    }

    /** Settings of one of the sink's own Kafka clients. */
    Map<String, Object> client(Map<String, Object> own) {
        Map<String, Object> client = new HashMap<>(kafka);
        client.put(SinkSettings.BOOTSTRAP_SERVERS, bootstrapServers);
        client.putAll(own);
        return client;
    }

    /** A consumer of committed records without a group. */
    Consumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                client(Map.of(
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false)),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** Without values, since keys may be among them. */
    @Override
    public String toString() {
        return name + " for " + providers;
    }

    private static ConfigDef definition(List<String> providers) {
        ConfigDef definition = SinkSettings.definition(
                        "calls are made and paid for that were never decided", "usage and completions")
                .define(
                        PROVIDERS,
                        Type.LIST,
                        NO_DEFAULT_VALUE,
                        Importance.HIGH,
                        "Names of the providers, as dispatches name them; each has its settings below provider.NAME.")
                .define(
                        RETRIES,
                        Type.INT,
                        1,
                        Range.between(0, 20),
                        Importance.MEDIUM,
                        "How many more attempts a model gets after a failure that may pass.")
                .define(
                        RETRY_PAUSE,
                        Type.LONG,
                        250L,
                        Range.between(0, 60_000),
                        Importance.LOW,
                        "Pause before the first further attempt, doubled for each one after it.")
                .define(
                        RETRY_LONGEST_PAUSE,
                        Type.LONG,
                        5_000L,
                        Range.between(0, 600_000),
                        Importance.LOW,
                        "Rather than pausing longer, the next model of the chain is called.")
                .define(
                        MOST_UNFINISHED,
                        Type.INT,
                        1_000,
                        Range.between(1, 1_000_000),
                        Importance.MEDIUM,
                        "Dispatches of a partition that are taken up before its reading pauses.")
                .define(
                        GRACE,
                        Type.LONG,
                        10_000L,
                        Range.between(0, 600_000),
                        Importance.MEDIUM,
                        "How long open calls may go on when a partition is given up. A call that is cut costs its bound. "
                                + "Set the worker's task.shutdown.graceful.timeout.ms to more than this.")
                .define(
                        HTTP_THREADS,
                        Type.INT,
                        2,
                        Range.between(1, 64),
                        Importance.LOW,
                        "Threads that read the answers of all providers; an open call needs none.")
                .define(
                        METRICS_LISTEN,
                        Type.STRING,
                        "",
                        ProviderSinkConfig::requireAddress,
                        Importance.MEDIUM,
                        "Where Prometheus finds the worker's metrics, as host:port, for example 0.0.0.0:9404.");
        for (String provider : providers) {
            define(definition, provider);
        }
        return definition;
    }

    private static void define(ConfigDef definition, String provider) {
        definition
                .define(
                        key(provider, "url"),
                        Type.STRING,
                        NO_DEFAULT_VALUE,
                        ProviderSinkConfig::requireUrl,
                        Importance.HIGH,
                        "Base of its API, for example https://api.openai.com/v1.")
                .define(
                        key(provider, "api"),
                        Type.STRING,
                        Dialect.OPENAI.wireName(),
                        ValidString.in(Dialect.OPENAI.wireName(), Dialect.ANTHROPIC.wireName()),
                        Importance.HIGH,
                        "openai for chat completions, which most providers speak, or anthropic for its messages.")
                .define(
                        key(provider, "key"),
                        Type.PASSWORD,
                        "",
                        SinkSettings::requireResolved,
                        Importance.HIGH,
                        "Its API key; better by a config provider, such as ${env:OPENAI_API_KEY}, than in clear.")
                .define(
                        key(provider, "max.in.flight"),
                        Type.INT,
                        64,
                        Range.between(1, 100_000),
                        Importance.MEDIUM,
                        "Most calls that a task has open at a time.")
                .define(
                        key(provider, "timeout.ms"),
                        Type.LONG,
                        600_000L,
                        Range.between(1, 86_400_000),
                        Importance.MEDIUM,
                        "After this an answer is no longer waited for, and the attempt costs its bound.")
                .define(
                        key(provider, "output.cap.field"),
                        Type.STRING,
                        "max_completion_tokens",
                        ValidString.in("max_completion_tokens", "max_tokens"),
                        Importance.LOW,
                        "The field that caps the output; older APIs know only max_tokens.");
    }

    private static ProviderSettings provider(AbstractConfig config, String name) {
        // a file that holds a key mostly ends with a line break, which no header takes
        String secret = config.getPassword(key(name, "key")).value().strip();
        return new ProviderSettings(
                name,
                Dialect.valueOf(config.getString(key(name, "api")).toUpperCase(Locale.ROOT)),
                URI.create(config.getString(key(name, "url")).replaceFirst("/+$", "")),
                secret.isEmpty() ? null : secret,
                config.getInt(key(name, "max.in.flight")),
                Duration.ofMillis(config.getLong(key(name, "timeout.ms"))),
                config.getString(key(name, "output.cap.field")));
    }

    private static String key(String provider, String setting) {
        return "provider." + provider + "." + setting;
    }

    private static List<String> providerNames(Map<String, String> settings) {
        List<String> names = new ArrayList<>();
        for (String name : settings.getOrDefault(PROVIDERS, "").split(",")) {
            if (!name.isBlank() && !names.contains(name.trim())) {
                names.add(name.trim());
            }
        }
        return names;
    }

    private static void requireAddress(String key, Object value) {
        try {
            address(String.valueOf(value));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(key, value, "must be host:port, for example 0.0.0.0:9404");
        }
    }

    private static @Nullable InetSocketAddress address(String listen) {
        if (listen.isBlank()) {
            return null;
        }
        int colon = listen.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException(listen);
        }
        return new InetSocketAddress(listen.substring(0, colon), Integer.parseInt(listen.substring(colon + 1)));
    }

    private static void requireUrl(String key, Object value) {
        if (!SinkSettings.isHttpAddress(String.valueOf(value))) {
            throw new ConfigException(key, value, "must be an address such as https://host/v1");
        }
    }
}
