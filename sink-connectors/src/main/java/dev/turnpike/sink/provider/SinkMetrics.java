package dev.turnpike.sink.provider;

import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.sink.provider.call.CallMetrics;
import dev.turnpike.sink.provider.execution.Step.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import java.util.Locale;

/**
 * What the executors of a worker tell about themselves. One for all tasks of a process. Safe for many threads.
 *
 * <table>
 *   <caption>Meters besides those of {@link CallMetrics}</caption>
 *   <tr><td>{@code turnpike.calls.repeated}</td><td>further attempts with a model after a failure, by provider and model</td></tr>
 *   <tr><td>{@code turnpike.models.passed.over}</td><td>models of chains whose provider is not configured, by provider</td></tr>
 *   <tr><td>{@code turnpike.redecisions}</td><td>dispatches handed back to the router</td></tr>
 *   <tr><td>{@code turnpike.dispatches.finished}</td><td>dispatches that are done, by {@code status}</td></tr>
 * </table>
 */
final class SinkMetrics {

    /** Micrometer's registry of this process, or of this plugin where the worker isolates plugins. */
    static final SinkMetrics OF_PROCESS = new SinkMetrics(Metrics.globalRegistry);

    private static final String PROVIDER = "gen_ai.provider.name";

    private final MeterRegistry registry;
    private final CallMetrics calls;

    SinkMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.calls = new CallMetrics(registry);
    }

    CallMetrics calls() {
        return calls;
    }

    void repeated(ChainModel model) {
        registry.counter(
                        "turnpike.calls.repeated",
                        PROVIDER,
                        model.getProvider(),
                        "gen_ai.request.model",
                        model.getModel())
                .increment();
    }

    void passedOver(ChainModel model) {
        registry.counter("turnpike.models.passed.over", PROVIDER, model.getProvider())
                .increment();
    }

    void handedBack() {
        registry.counter("turnpike.redecisions").increment();
    }

    void finished(Status status) {
        registry.counter("turnpike.dispatches.finished", "status", status.name().toLowerCase(Locale.ROOT))
                .increment();
    }
}
