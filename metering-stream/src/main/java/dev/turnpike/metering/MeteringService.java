package dev.turnpike.metering;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.http.ConsoleService;
import dev.turnpike.metering.processor.MeterMetrics;
import dev.turnpike.metering.state.Instances;
import dev.turnpike.metering.state.QueriedMeter;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.streams.HttpServer;
import dev.turnpike.streams.KafkaLogs;
import dev.turnpike.streams.StreamsService;
import io.javalin.config.JavalinConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.InstantSource;

/** A running meter. */
public final class MeteringService implements AutoCloseable {

    private final MeteringConfig config;
    private final StreamsService streams;
    private final KafkaLogs logs;
    private final ConsoleService console;

    private MeteringService(
            MeteringConfig config, StreamsService streams, KafkaLogs logs, EventSerdes serdes, int partitions) {
        this.config = config;
        this.streams = streams;
        this.logs = logs;
        this.console = new ConsoleService(
                config,
                new QueriedMeter(streams.streams(), partitions),
                new Instances(streams.streams(), partitions, config.advertised()),
                serdes,
                partitions,
                InstantSource.system());
    }

    /**
     * Checks the topics and starts; returns while partitions are assigned and stores are restored.
     *
     * @throws IllegalStateException with a line for each topic that is missing or wrong
     */
    public static MeteringService start(MeteringConfig config, MeterRegistry registry) {
        int partitions = StreamsService.checkTopics(config.streams(), MeteringTopology.TOPICS);
        EventSerdes serdes = new EventSerdes(config.streams().registry());
        KafkaLogs logs = new KafkaLogs(config.streams());
        var topology = MeteringTopology.build(config, serdes, partitions, new MeterMetrics(registry), logs);
        StreamsService streams = StreamsService.start(config.reachable(), topology, registry);
        return new MeteringService(config, streams, logs, serdes, partitions);
    }

    /** Serves health, metrics and the API where the settings say. */
    public HttpServer http(PrometheusMeterRegistry metrics) {
        return HttpServer.start(
                config.httpHost(), config.httpPort(), metrics, () -> !hasFailed(), this::isReady, this::addTo);
    }

    /** Adds the API and the console to a server that serves more than this. */
    public void addTo(JavalinConfig routes) {
        console.addTo(routes);
    }

    /** Whether it books now. */
    public boolean isReady() {
        return streams.isReady();
    }

    /** Whether it will never book again without a restart of the process. */
    public boolean hasFailed() {
        return streams.hasFailed();
    }

    @Override
    public void close() {
        console.close();
        streams.close();
        logs.close();
    }
}
