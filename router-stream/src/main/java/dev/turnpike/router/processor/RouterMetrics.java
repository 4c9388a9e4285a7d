package dev.turnpike.router.processor;

import dev.turnpike.router.decision.Outcome;
import dev.turnpike.router.decision.Outcome.Granted;
import dev.turnpike.router.decision.Outcome.Rejected;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * What the router tells about itself. The only place of the application that reads clocks; nothing it reads flows back.
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><td>{@code turnpike.decisions}</td><td>decisions by {@code outcome} and rejection {@code code}</td></tr>
 *   <tr><td>{@code turnpike.dispatches}</td><td>dispatches by provider and model</td></tr>
 *   <tr><td>{@code turnpike.decision.duration}</td><td>time that deciding takes, reading state included</td></tr>
 *   <tr><td>{@code turnpike.requests.repeated}</td><td>records dropped because their request is decided</td></tr>
 *   <tr><td>{@code turnpike.feedback.lag}</td><td>from a usage report's broker time to the router's knowing of it</td></tr>
 *   <tr><td>{@code turnpike.holds.open.usd}</td><td>held and not closed, summed over budget windows, dollars</td></tr>
 *   <tr><td>{@code turnpike.dead.letters}</td><td>records that deciding set aside, by {@code reason}</td></tr>
 *   <tr><td>{@code turnpike.tables.refused}</td><td>records of global tables that were not understood, by {@code table}</td></tr>
 * </table>
 */
public final class RouterMetrics {

    private static final double NANO_USD = 1e-9;

    private final MeterRegistry registry;
    private final InstantSource clock;
    private final Timer duration;
    private final Timer lag;
    private final Counter repeated;
    // a task's share, by its partition: a task that moves away takes it along
    private final Map<Integer, Long> openHolds = new ConcurrentHashMap<>();

    public RouterMetrics(MeterRegistry registry, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
        this.duration = Timer.builder("turnpike.decision.duration")
                .publishPercentileHistogram()
                .register(registry);
        this.lag = Timer.builder("turnpike.feedback.lag")
                .publishPercentileHistogram()
                .register(registry);
        this.repeated = registry.counter("turnpike.requests.repeated");
        registry.gauge("turnpike.holds.open.usd", openHolds, RouterMetrics::sumInUsd);
    }

    long start() {
        return System.nanoTime();
    }

    void decided(Outcome outcome, long start) {
        duration.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        String code = outcome instanceof Rejected rejected ? rejected.code().wireName() : "none";
        registry.counter("turnpike.decisions", "outcome", outcome.wireName(), "code", code)
                .increment();
        if (outcome instanceof Granted granted) {
            registry.counter(
                            "turnpike.dispatches",
                            "gen_ai.provider.name",
                            granted.provider(),
                            "gen_ai.request.model",
                            granted.model())
                    .increment();
        }
    }

    void repeated() {
        repeated.increment();
    }

    void deadLetter(String reason) {
        registry.counter("turnpike.dead.letters", "reason", reason).increment();
    }

    void tableRefused(String table) {
        registry.counter("turnpike.tables.refused", "table", table).increment();
    }

    void fedBack(long usageTime) {
        lag.record(Duration.ofMillis(Math.max(0, clock.millis() - usageTime)));
    }

    void openHoldsAre(int partition, long nanoUsd) {
        openHolds.put(partition, nanoUsd);
    }

    void openHoldsChanged(int partition, long nanoUsd) {
        openHolds.merge(partition, nanoUsd, Long::sum);
    }

    void left(int partition) {
        openHolds.remove(partition);
    }

    private static double sumInUsd(Map<Integer, Long> shares) {
        return shares.values().stream().mapToLong(Long::longValue).sum() * NANO_USD;
    }
}
