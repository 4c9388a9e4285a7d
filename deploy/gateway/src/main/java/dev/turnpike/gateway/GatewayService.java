package dev.turnpike.gateway;

import dev.turnpike.gateway.call.Calls;
import dev.turnpike.gateway.call.Door;
import dev.turnpike.gateway.config.GatewayConfig;
import dev.turnpike.gateway.http.DoorMetrics;
import dev.turnpike.gateway.http.DoorServlet;
import dev.turnpike.gateway.http.Places;
import dev.turnpike.gateway.kafka.AnswerReader;
import dev.turnpike.gateway.kafka.KafkaClients;
import dev.turnpike.gateway.kafka.RequestProducer;
import dev.turnpike.gateway.kafka.TableReader;
import dev.turnpike.gateway.state.Directory;
import dev.turnpike.schemas.RequestSignature;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.streams.HttpServer;
import dev.turnpike.streams.StreamsService;
import io.javalin.config.JavalinConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.security.PrivateKey;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running door. */
public final class GatewayService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayService.class);
    // of the heap: an eighth for what clients send and do not take, a sixteenth for answers that may be asked for again
    private static final int SHARE_OF_CALLS = 8;
    private static final int SHARE_OF_KEPT = 16;

    private final GatewayConfig config;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final TableReader tables;
    private final RequestProducer producer;
    private final DoorServlet servlet;

    private GatewayService(GatewayConfig config, MeterRegistry registry) {
        this.config = config;
        InstantSource clock = InstantSource.system();
        long heap = Runtime.getRuntime().maxMemory();
        EventSerdes serdes = new EventSerdes(config.cluster().registry());
        KafkaClients clients = new KafkaClients(config);
        Directory directory = new Directory();
        Calls calls = new Calls(heap / SHARE_OF_KEPT, clock);
        Places places = new Places(config.maxWaiting(), heap / SHARE_OF_CALLS);
        try {
            tables = add(new TableReader(clients, serdes, directory));
            // before anything is published, so that no answer is missed
            add(new AnswerReader(clients, serdes, calls));
            producer = add(new RequestProducer(clients, serdes, config.requestMaxBytes(), signer(config)));
            ScheduledThreadPoolExecutor timers = timers();
            add(timers::shutdownNow);
            add(calls::close);
            servlet = new DoorServlet(new DoorServlet.Ports(
                    new Door(calls, producer, timers, config.timeout()),
                    this::isReady,
                    directory::holderOf,
                    team -> directory.modelsOf(team, clock.millis()),
                    timers,
                    places,
                    config.requestMaxBytes(),
                    new DoorMetrics(registry, places)));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Checks the topics and starts reading them.
     *
     * @throws IllegalStateException with a line for each topic that is missing or wrong
     */
    public static GatewayService start(GatewayConfig config, MeterRegistry registry) {
        List<Topic<?>> topics = new ArrayList<>(List.of(Topics.REQUESTS, Topics.CANCELLATIONS));
        topics.addAll(TableReader.TOPICS);
        topics.addAll(AnswerReader.TOPICS);
        StreamsService.checkTopics(config.cluster(), topics);
        return new GatewayService(config, registry);
    }

    /** Adds {@code /v1/…} to a server. */
    public void addTo(JavalinConfig routes) {
        routes.jetty.modifyServletContextHandler(context -> {
            ServletHolder holder = new ServletHolder("door", servlet);
            holder.setAsyncSupported(true);
            context.addServlet(holder, "/v1/*");
        });
    }

    /** Serves health, metrics and the door where the settings say. */
    public HttpServer http(PrometheusMeterRegistry metrics) {
        return HttpServer.start(config.httpHost(), config.httpPort(), metrics, () -> true, this::isReady, this::addTo);
    }

    /** Whether it knows the keys and can publish requests. */
    public boolean isReady() {
        return tables.hasCaughtUp() && producer.isReady();
    }

    /** Refuses what waits, and ends. */
    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.warn("a part of the door did not end well", e);
            }
        }
    }

    private <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    private static @Nullable PrivateKey signer(GatewayConfig config) {
        return config.signingKey() == null ? null : RequestSignature.privateKey(config.signingKey());
    }

    private static ScheduledThreadPoolExecutor timers() {
        ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "gateway-timers");
            thread.setDaemon(true);
            return thread;
        });
        // or the timers of answered calls would be kept until they are due
        timers.setRemoveOnCancelPolicy(true);
        return timers;
    }
}
