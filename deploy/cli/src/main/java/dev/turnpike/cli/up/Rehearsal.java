package dev.turnpike.cli.up;

import dev.turnpike.cli.demo.DemoDocuments;
import dev.turnpike.cli.demo.Replay;
import dev.turnpike.cli.demo.Trace;
import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cli.publish.Publisher;
import dev.turnpike.cluster.LocalBroker;
import dev.turnpike.metering.MeteringService;
import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.router.RouterService;
import dev.turnpike.router.config.RouterConfig;
import dev.turnpike.schemas.Settings;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.admin.TopicAdmin;
import dev.turnpike.streams.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;

/**
 * Router and meter on a broker of this process and a registry of nothing but memory, for as long as they take to decide and
 * book something. It needs nothing from outside, so it runs while an image is built: what the JVM loads meanwhile is what the
 * image's start-up archive holds.
 */
public final class Rehearsal {

    private static final String REGISTRY = "mock://rehearsal";
    private static final int ENOUGH_DECISIONS = 100;
    private static final double RATE = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private Rehearsal() {}

    /** @throws IllegalStateException if nothing was decided or booked in minutes */
    public static void run(Path dir) throws InterruptedException {
        try (LocalBroker broker = LocalBroker.start(dir.resolve("broker"), 0)) {
            Cluster cluster = Cluster.local(broker.bootstrapServers(), REGISTRY);
            try (Admin admin = cluster.admin()) {
                TopicAdmin.create(admin, cluster.prefix(), 1, 1);
            }
            DemoDocuments.publish(cluster);
            var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            RouterConfig routing = RouterConfig.of(settings(broker, dir.resolve("router")));
            MeteringConfig metering = MeteringConfig.of(settings(broker, dir.resolve("meter")));
            try (RouterService router = RouterService.start(routing, metrics);
                    MeteringService meter = MeteringService.start(metering, metrics);
                    HttpServer http = meter.http(metrics);
                    TopicLog log = TopicLog.open(cluster);
                    Publisher publisher = new Publisher(cluster, log.serdes())) {
                publishUntilBooked(publisher, log);
                ask(http, "/readyz");
                ask(http, "/metrics");
                ask(http, "/api/v1/teams");
            }
        }
    }

    private static void publishUntilBooked(Publisher publisher, TopicLog log) throws InterruptedException {
        InstantSource clock = InstantSource.system();
        Replay.prelude(publisher, clock);
        Thread requests = new Thread(
                () -> Replay.requests(publisher, clock, Trace.named(Trace.SHIPPED), RATE), "rehearsal-traffic");
        requests.setDaemon(true);
        requests.start();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (count(log, Topics.DECISIONS) < ENOUGH_DECISIONS || count(log, Topics.LEDGER) == 0) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("rehearsal: too little was decided or booked in " + PATIENCE);
            }
            Thread.sleep(100);
        }
        requests.interrupt();
        requests.join();
    }

    private static int count(TopicLog log, Topic<?> topic) {
        AtomicInteger count = new AtomicInteger();
        log.scan(topic, record -> count.incrementAndGet());
        return count.get();
    }

    private static void ask(HttpServer server, String path) throws InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
        try {
            HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Settings settings(LocalBroker broker, Path state) {
        return Settings.of(Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "schema.registry.url",
                REGISTRY,
                "state.dir",
                state.toString(),
                "http.port",
                "0"));
    }
}
