package dev.turnpike.cli.up;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.cluster.LocalConnect;
import dev.turnpike.cluster.SimulatedProvider;
import dev.turnpike.gateway.GatewayService;
import dev.turnpike.gateway.config.GatewayConfig;
import dev.turnpike.gateway.key.Digests;
import dev.turnpike.metering.MeteringService;
import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.router.RouterService;
import dev.turnpike.router.config.RouterConfig;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Settings;
import dev.turnpike.schemas.Topics;
import dev.turnpike.streams.HttpServer;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Broker, registry, router, meter, door, provider and provider sink in this JVM. */
final class LocalSystem implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LocalSystem.class);
    private static final String SINK = "provider-sink";
    private static final String SINK_FILE = "/connect/provider-sink.properties";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Consumer<String> progress;
    private final Path dir;
    private final Token token = Token.create();
    private Addresses addresses = new Addresses("", "", "", "");

    private LocalSystem(Path dir, Consumer<String> progress) {
        this.dir = dir;
        this.progress = progress;
    }

    /** Where the parts listen. */
    record Addresses(String api, String bootstrapServers, String registry, String provider) {}

    /**
     * Who may change what is in force over HTTP.
     *
     * @param secret the bearer token; null where the settings name others
     */
    record Token(@Nullable String secret) {

        static final String NAME = "console";

        /** A new one, unless the settings of this process name those who may. */
        static Token create() {
            if (Settings.load(Map.of(), null).find(SETTING) != null) {
                return new Token(null);
            }
            byte[] random = new byte[20];
            new SecureRandom().nextBytes(random);
            return new Token(Digests.letters(random));
        }

        private static final String SETTING = "api.tokens";

        private Map<String, String> settings() {
            return secret == null
                    ? Map.of()
                    : Map.of(SETTING, NAME + '=' + HexFormat.of().formatHex(Digests.sha256(secret)));
        }
    }

    /**
     * Starts everything, in order; if one part fails, those before it are ended.
     *
     * @param prepare told the cluster before the applications start: what it publishes is in force for the first request
     * @param providers who the simulated provider stands for
     */
    static LocalSystem start(
            Path dir,
            int httpPort,
            int kafkaPort,
            int registryPort,
            Consumer<String> progress,
            Consumer<Cluster> prepare,
            List<String> providers) {
        LocalSystem system = new LocalSystem(dir, progress);
        try {
            system.run(httpPort, kafkaPort, registryPort, prepare, providers);
            return system;
        } catch (RuntimeException e) {
            system.close();
            throw e;
        }
    }

    Addresses addresses() {
        return addresses;
    }

    Token token() {
        return token;
    }

    Cluster cluster() {
        return Cluster.local(addresses.bootstrapServers(), addresses.registry());
    }

    private void run(int httpPort, int kafkaPort, int registryPort, Consumer<Cluster> prepare, List<String> providers) {
        progress.accept("starting Kafka and the schema registry");
        LocalCluster cluster = add(
                LocalCluster.start(new LocalCluster.Options(dir, kafkaPort, registryPort, Topics.DEFAULT_PREFIX, 4)));
        prepare.accept(Cluster.local(cluster.bootstrapServers(), cluster.registryUrl()));

        progress.accept("starting router, meter and door");
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        // where connectors in this process count
        Metrics.addRegistry(metrics);
        parts.push(() -> Metrics.removeRegistry(metrics));
        RouterService router =
                add(RouterService.start(RouterConfig.of(settings(cluster, "router", httpPort)), metrics));
        MeteringConfig metering = MeteringConfig.of(settings(cluster, "meter", httpPort));
        MeteringService meter = add(MeteringService.start(metering, metrics));
        GatewayService gateway =
                add(GatewayService.start(GatewayConfig.of(settings(cluster, "gateway", httpPort)), metrics));
        int api = add(HttpServer.start(
                        metering.httpHost(),
                        metering.httpPort(),
                        metrics,
                        () -> !router.hasFailed() && !meter.hasFailed(),
                        () -> router.isReady() && meter.isReady() && gateway.isReady(),
                        routes -> {
                            meter.addTo(routes);
                            gateway.addTo(routes);
                        }))
                .port();
        await("router", router::isReady);
        await("meter", meter::isReady);
        try (TopicLog log = TopicLog.open(Cluster.local(cluster.bootstrapServers(), cluster.registryUrl()))) {
            await("meter's count of what was spent before", () -> budgetsAreInForce(log));
        }
        await("door", gateway::isReady);

        progress.accept("starting the provider and the provider sink");
        SimulatedProvider provider = add(SimulatedProvider.start(SimulatedProvider.Options.standard()));
        LocalConnect connect = add(LocalConnect.start(cluster.bootstrapServers(), dir));
        connect.deploy(sink(cluster, provider, providers));
        await("provider sink", () -> {
            LocalConnect.Status status = connect.status(SINK);
            if (!status.problems().isEmpty()) {
                throw new IllegalStateException(String.join("; ", status.problems()));
            }
            return status.running();
        });
        addresses = new Addresses(
                "http://127.0.0.1:" + api, cluster.bootstrapServers(), cluster.registryUrl(), provider.url());
    }

    /** Whether the meter has counted in every partition what was spent before the newest policy: hard budgets let nothing in before. */
    private static boolean budgetsAreInForce(TopicLog log) {
        // and not where the topic ends: that is behind the mark of the transaction that wrote it
        long[] next = {0};
        log.each(Topics.POLICIES, policy -> next[0] = Math.max(next[0], policy.offset() + 1));
        long policies = next[0];
        long counted = log.table(Topics.BUDGETS).values().stream()
                .filter(state -> PositionKey.of(state).isOfPolicies())
                .filter(state -> state.getVersion() >= policies)
                .count();
        return counted
                == log.ends(List.of(Topics.BUDGETS), IsolationLevel.READ_COMMITTED)
                        .size();
    }

    private Settings settings(LocalCluster cluster, String application, int httpPort) {
        Map<String, String> settings = new HashMap<>(token.settings());
        settings.put("bootstrap.servers", cluster.bootstrapServers());
        settings.put("schema.registry.url", cluster.registryUrl());
        settings.put("state.dir", dir.resolve("state").resolve(application).toString());
        settings.put("http.port", Integer.toString(httpPort));
        return Settings.load(settings, null);
    }

    /** The connector as anybody would deploy it, with the addresses of this machine. */
    private static Map<String, String> sink(LocalCluster cluster, SimulatedProvider provider, List<String> providers) {
        Map<String, String> sink = LocalConnect.shipped(SINK_FILE);
        sink.put("bootstrap.servers", cluster.bootstrapServers());
        sink.put("schema.registry.url", cluster.registryUrl());
        sink.put("providers", String.join(",", providers));
        for (String name : providers) {
            sink.put("provider." + name + ".api", "openai");
            sink.put("provider." + name + ".url", provider.url());
            sink.put("provider." + name + ".key", "");
        }
        return sink;
    }

    private <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        what + ": was not ready within " + PATIENCE.toSeconds() + " s; the log tells more");
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for the " + what, e);
            }
        }
    }

    /** Ends the parts, the last one first; one that fails does not keep the others. */
    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.warn("a part did not end well", e);
            }
        }
    }
}
