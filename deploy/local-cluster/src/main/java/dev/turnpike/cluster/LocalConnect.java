package dev.turnpike.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.connector.policy.AllConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.connector.policy.ConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.converters.ByteArrayConverter;
import org.apache.kafka.connect.errors.NotFoundException;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.runtime.ConnectorConfig;
import org.apache.kafka.connect.runtime.Herder;
import org.apache.kafka.connect.runtime.Worker;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorInfo;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorStateInfo;
import org.apache.kafka.connect.runtime.standalone.StandaloneConfig;
import org.apache.kafka.connect.runtime.standalone.StandaloneHerder;
import org.apache.kafka.connect.storage.FileOffsetBackingStore;
import org.apache.kafka.connect.util.FutureCallback;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka Connect worker inside this JVM, without its HTTP interface. Connectors come from the class path and end with
 * the worker; the positions of sinks are kept by the broker.
 */
public final class LocalConnect implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;

    private final StandaloneHerder herder;

    private LocalConnect(StandaloneHerder herder) {
        this.herder = herder;
    }

    /**
     * The state of a connector.
     *
     * @param running whether the connector and all of its tasks run
     * @param problems one line for each task, or the connector itself, that has failed
     */
    public record Status(boolean running, List<String> problems) {}

    /**
     * The settings of a connector's file on the class path, for whoever wants to change some.
     *
     * @throws IllegalStateException if this build has no such file
     */
    public static Map<String, String> shipped(String resource) {
        Properties read = new Properties();
        try (InputStream file = LocalConnect.class.getResourceAsStream(resource)) {
            if (file == null) {
                throw new IllegalStateException(resource + ": is not in this build");
            }
            read.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(resource + ": cannot be read", e);
        }
        Map<String, String> settings = new HashMap<>();
        read.forEach((key, value) -> settings.put((String) key, (String) value));
        return settings;
    }

    /** Starts a worker that keeps its files in a folder. */
    public static LocalConnect start(String bootstrapServers, Path dir) {
        return start(bootstrapServers, dir, null, Map.of());
    }

    /**
     * Starts a worker that keeps its files in a folder.
     *
     * @param more further settings of the worker, which win: how it logs in
     */
    public static LocalConnect start(String bootstrapServers, Path dir, Map<String, String> more) {
        return start(bootstrapServers, dir, null, more);
    }

    /**
     * Starts a worker that keeps its files in a folder.
     *
     * @param plugins folder with a folder for each further connector; null: only those of the class path
     */
    public static LocalConnect start(String bootstrapServers, Path dir, @Nullable Path plugins) {
        return start(bootstrapServers, dir, plugins, Map.of());
    }

    /**
     * Starts a worker that keeps its files in a folder.
     *
     * @param plugins folder with a folder for each further connector; null: only those of the class path
     * @param more further settings of the worker, which win: how it logs in
     */
    public static LocalConnect start(
            String bootstrapServers, Path dir, @Nullable Path plugins, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>();
        if (plugins != null) {
            settings.put("plugin.path", plugins.toAbsolutePath().toString());
        }
        settings.put("bootstrap.servers", bootstrapServers);
        settings.put("key.converter", ByteArrayConverter.class.getName());
        settings.put("value.converter", ByteArrayConverter.class.getName());
        settings.put(
                "offset.storage.file.filename", dir.resolve("connect.offsets").toString());
        settings.put("offset.flush.interval.ms", "5000");
        settings.put("task.shutdown.graceful.timeout.ms", "15000");
        // every plugin here declares itself; to scan the class path takes seconds
        settings.put("plugin.discovery", "service_load");
        // for secrets in connector files: ${env:OPENAI_API_KEY}
        settings.put("config.providers", "env");
        settings.put("config.providers.env.class", EnvVarConfigProvider.class.getName());
        settings.putAll(more);
        Plugins loaded = new Plugins(settings);
        JsonConverter keys = new JsonConverter();
        keys.configure(Map.of("schemas.enable", "false"), true);
        ConnectorClientConfigOverridePolicy overrides = new AllConnectorClientConfigOverridePolicy();
        StandaloneConfig config = new StandaloneConfig(settings);
        FileOffsetBackingStore offsets = new FileOffsetBackingStore(keys);
        offsets.configure(config);
        Worker worker = new Worker("local", Time.SYSTEM, loaded, config, offsets, overrides);
        StandaloneHerder herder = new StandaloneHerder(worker, "local", overrides);
        herder.start();
        return new LocalConnect(herder);
    }

    /**
     * Starts a connector, or starts it anew with other settings.
     *
     * @param settings of the connector, {@code name} among them
     * @throws ClusterException in one line, if the settings are refused or it does not start
     */
    public void deploy(Map<String, String> settings) {
        String name = settings.getOrDefault(ConnectorConfig.NAME_CONFIG, "");
        FutureCallback<Herder.Created<ConnectorInfo>> deployed = new FutureCallback<>();
        herder.putConnectorConfig(name, settings, true, deployed);
        await(name, deployed);
    }

    /** How a connector fares; neither running nor with problems while it starts, and where there is none of the name. */
    public Status status(String connector) {
        ConnectorStateInfo info;
        try {
            info = herder.connectorStatus(connector);
        } catch (NotFoundException e) {
            return new Status(false, List.of());
        }
        List<ConnectorStateInfo.AbstractState> parts = new ArrayList<>(info.tasks());
        parts.add(info.connector());
        List<String> problems = new ArrayList<>();
        for (ConnectorStateInfo.AbstractState part : parts) {
            if (part.state().equals("FAILED")) {
                problems.add("connector " + connector
                        + (part instanceof ConnectorStateInfo.TaskState task ? " task " + task.id() : "") + ": "
                        + cause(String.valueOf(part.trace())));
            }
        }
        boolean running = !info.tasks().isEmpty()
                && parts.stream().allMatch(part -> part.state().equals("RUNNING"));
        return new Status(running, List.copyOf(problems));
    }

    /** Stops all connectors, letting them finish what they have begun for some seconds, and the worker. */
    @Override
    public void close() {
        herder.stop();
    }

    private static void await(String name, FutureCallback<?> asked) {
        try {
            asked.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new ClusterException("connector " + name + ": " + line(String.valueOf(cause.getMessage())), e);
        } catch (TimeoutException e) {
            throw new ClusterException(
                    "connector " + name + ": has not started within " + PATIENCE_SECONDS + " s; see the log", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("connector " + name + ": interrupted while it started", e);
        }
    }

    /** The message of the innermost cause of a stack trace: Connect wraps it in words about itself. */
    private static String cause(String trace) {
        int last = trace.lastIndexOf("\nCaused by: ");
        String innermost = last < 0 ? trace : trace.substring(last + "\nCaused by: ".length());
        String first = innermost.lines().findFirst().orElse("");
        int type = first.indexOf(": ");
        return type < 0 ? first : first.substring(type + 2);
    }

    private static String line(String message) {
        return message.replaceAll("\\s*\\n\\s*", " ").trim();
    }
}
