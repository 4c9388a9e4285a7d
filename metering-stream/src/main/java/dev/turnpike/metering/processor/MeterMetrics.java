package dev.turnpike.metering.processor;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the meter counts about itself. A record that is tried again after a failure is counted again. */
public final class MeterMetrics {

    private final MeterRegistry registry;
    private final Timer settleLatency;
    private final Counter overruns;
    private final Counter unpriced;
    private final Counter repeats;
    // a task's count, by its partition: a task that moves away takes it along
    private final DistributionSummary holdPerCost;
    private final Map<Integer, Long> openHolds = new ConcurrentHashMap<>();

    public MeterMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.settleLatency = Timer.builder("turnpike.usage.settle.latency")
                .description("From the broker's time of a usage report to its booking")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        this.overruns = Counter.builder("turnpike.ledger.overruns")
                .description("Usage that cost more than was held for it")
                .register(registry);
        this.unpriced = Counter.builder("turnpike.ledger.unpriced")
                .description("Usage without a known price")
                .register(registry);
        this.repeats = Counter.builder("turnpike.usage.repeats")
                .description("Usage reports that were known already")
                .register(registry);
        this.holdPerCost = DistributionSummary.builder("turnpike.hold.per.cost")
                .description("What was held for a request over what it cost, once everything is reported")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        Gauge.builder(
                        "turnpike.holds.open",
                        openHolds,
                        holds -> holds.values().stream()
                                .mapToLong(Long::longValue)
                                .sum())
                .description("Holds that are neither settled nor expired")
                .register(registry);
    }

    void entry(String kind) {
        Counter.builder("turnpike.ledger.entries")
                .description("Ledger entries written")
                .tag("kind", kind)
                .register(registry)
                .increment();
    }

    void alert(String kind) {
        Counter.builder("turnpike.alerts")
                .description("Alerts raised")
                .tag("kind", kind)
                .register(registry)
                .increment();
    }

    void deadLetter(String reason) {
        Counter.builder("turnpike.dead.letters")
                .description("Records set aside")
                .tag("reason", reason)
                .register(registry)
                .increment();
    }

    void holdPerCost(double ratio) {
        holdPerCost.record(ratio);
    }

    void settled(long millis) {
        // broker and meter have clocks of their own
        settleLatency.record(Duration.ofMillis(Math.max(0, millis)));
    }

    void overrun() {
        overruns.increment();
    }

    void unpriced() {
        unpriced.increment();
    }

    void repeat() {
        repeats.increment();
    }

    void openHolds(int partition, long number) {
        openHolds.put(partition, number);
    }

    void left(int partition) {
        openHolds.remove(partition);
    }
}
