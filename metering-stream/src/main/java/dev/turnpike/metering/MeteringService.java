package dev.turnpike.metering;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.http.MeterApi;
import dev.turnpike.metering.processor.MeterMetrics;
import dev.turnpike.metering.state.MeterView;
import dev.turnpike.metering.state.QueriedMeter;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.streams.HttpServer;
import dev.turnpike.streams.KafkaLogs;
import dev.turnpike.streams.StreamsService;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.InstantSource;

/** A running meter. */
public final class MeteringService implements AutoCloseable {

    private final MeteringConfig config;
    private final StreamsService streams;
    private final MeterView view;

    private MeteringService(MeteringConfig config, StreamsService streams, int partitions) {
        this.config = config;
        this.streams = streams;
        this.view = new QueriedMeter(streams.streams(), partitions);
    }

    /**
     * Checks the topics and starts; returns while partitions are assigned and stores are restored.
     *
     * @throws IllegalStateException with a line for each topic that is missing or wrong
     */
    public static MeteringService start(MeteringConfig config, MeterRegistry registry) {
        int partitions = StreamsService.checkTopics(config.streams(), MeteringTopology.TOPICS);
        EventSerdes serdes = new EventSerdes(config.streams().registry());
        var topology = MeteringTopology.build(
                config, serdes, partitions, new MeterMetrics(registry), new KafkaLogs(config.streams()));
        return new MeteringService(config, StreamsService.start(config.streams(), topology, registry), partitions);
    }

    /** Serves health, metrics and the API where the settings say. */
    public HttpServer http(PrometheusMeterRegistry metrics) {
        return HttpServer.start(
                config.httpHost(), config.httpPort(), metrics, () -> !hasFailed(), this::isReady, api()::addTo);
    }

    /** The API, for a server that serves more than this. */
    public MeterApi api() {
        return new MeterApi(view, InstantSource.system());
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
        streams.close();
    }
}
