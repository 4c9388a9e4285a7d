package dev.turnpike.sink.provider.call;

import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.sink.provider.execution.Outcome;
import dev.turnpike.sink.provider.execution.Outcome.Answered;
import dev.turnpike.sink.provider.execution.Outcome.Timing;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the calls of a worker tell about themselves, by the names of OpenTelemetry where it has one. One for all tasks of a
 * process. Safe for many threads.
 *
 * <table>
 *   <caption>Meters, by {@code gen_ai.provider.name} and, but for the first two, {@code gen_ai.request.model}</caption>
 *   <tr><td>{@code turnpike.calls.open}</td><td>calls without an end yet</td></tr>
 *   <tr><td>{@code turnpike.calls.waiting}</td><td>calls that wait for one of the provider's places</td></tr>
 *   <tr><td>{@code gen_ai.client.operation.duration}</td><td>time to the end of a call, by {@code error.type}: an HTTP status,
 *       {@code timeout}, {@code connect}, {@code connection}, {@code answer} (not one), or {@code none}</td></tr>
 *   <tr><td>{@code gen_ai.server.time_to_first_token}</td><td>time to the first chunk of a streamed answer</td></tr>
 *   <tr><td>{@code gen_ai.client.token.usage}</td><td>tokens of an answer, by {@code gen_ai.token.type}, inclusive</td></tr>
 * </table>
 */
public final class CallMetrics {

    private final MeterRegistry registry;
    private final Map<String, AtomicInteger> open = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> waiting = new ConcurrentHashMap<>();

    public CallMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    AtomicInteger open(String provider) {
        return open.computeIfAbsent(provider, name -> gauge("turnpike.calls.open", name));
    }

    AtomicInteger waiting(String provider) {
        return waiting.computeIfAbsent(provider, name -> gauge("turnpike.calls.waiting", name));
    }

    void ended(ChainModel model, Outcome outcome, Duration took, String error) {
        Tags tags = Tags.of("gen_ai.provider.name", model.getProvider(), "gen_ai.request.model", model.getModel());
        timer("gen_ai.client.operation.duration", tags.and("error.type", error)).record(took);
        if (outcome instanceof Answered answered) {
            Timing timing = answered.timing();
            if (timing.firstTokenMs() != null) {
                timer("gen_ai.server.time_to_first_token", tags).record(Duration.ofMillis(timing.firstTokenMs()));
            }
            tokens(tags, "input", answered.counts().input());
            tokens(tags, "output", answered.counts().output());
        }
    }

    private AtomicInteger gauge(String name, String provider) {
        AtomicInteger number = new AtomicInteger();
        registry.gauge(name, Tags.of("gen_ai.provider.name", provider), number);
        return number;
    }

    private Timer timer(String name, Tags tags) {
        return Timer.builder(name).tags(tags).publishPercentileHistogram().register(registry);
    }

    private void tokens(Tags tags, String type, long count) {
        DistributionSummary.builder("gen_ai.client.token.usage")
                .tags(tags.and("gen_ai.token.type", type))
                .register(registry)
                .record(count);
    }
}
