package dev.turnpike.router;

import dev.turnpike.router.config.RouterConfig;
import dev.turnpike.router.processor.RouterMetrics;
import dev.turnpike.streams.KafkaLogs;
import dev.turnpike.streams.StreamsService;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;

/** A running router. */
public final class RouterService implements AutoCloseable {

    private final StreamsService streams;
    private final KafkaLogs logs;

    private RouterService(StreamsService streams, KafkaLogs logs) {
        this.streams = streams;
        this.logs = logs;
    }

    /**
     * Checks the topics and starts; returns while partitions are assigned and stores are restored.
     *
     * @throws IllegalStateException with a line for each topic that is missing or wrong
     */
    public static RouterService start(RouterConfig config, MeterRegistry registry) {
        int partitions = StreamsService.checkTopics(config.streams(), RouterTopology.TOPICS);
        var metrics = new RouterMetrics(registry, InstantSource.system());
        KafkaLogs logs = new KafkaLogs(config.streams());
        return new RouterService(
                StreamsService.start(
                        config.streams(), RouterTopology.build(config, partitions, metrics, logs), registry),
                logs);
    }

    /** Whether it decides now. */
    public boolean isReady() {
        return streams.isReady();
    }

    /** Whether it will never decide again without a restart of the process. */
    public boolean hasFailed() {
        return streams.hasFailed();
    }

    @Override
    public void close() {
        streams.close();
        logs.close();
    }
}
