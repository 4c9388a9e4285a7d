package dev.turnpike.cli.up;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.LedgerEntry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;

/**
 * Reads along on the topics while the system runs: counts what happens, and tells of what happens for the first time.
 */
final class Watch implements AutoCloseable {

    private static final int KEPT_LAGS = 100_000;

    private final InstantSource clock;
    private final Consumer<String> tell;
    private final List<Thread> readers = new ArrayList<>();
    private final Set<String> told = new HashSet<>();
    private final Map<String, Long> dispatched = new TreeMap<>();
    private final Map<String, Long> rejected = new TreeMap<>();
    private final Map<String, Long> models = new TreeMap<>();
    private final List<Long> lags = new ArrayList<>();
    private volatile boolean open = true;
    private final long[] counts = new long[Count.values().length];

    /** What is counted. */
    enum Count {
        DISPATCHED,
        REJECTED,
        /** Requests whose last completion was seen. */
        FINISHED,
        /** Of requests that were dispatched. */
        TOKENS,
        /** By requests that were dispatched, nano-dollars. */
        SPENT,
        /** The same tokens at the strongest model, nano-dollars. */
        BASELINE,
        /** Spend that no dispatch stands behind, nano-dollars. */
        OTHER_SPENT,
        ALERTS
    }

    private Watch(InstantSource clock, Consumer<String> tell) {
        this.clock = clock;
        this.tell = tell;
    }

    /** Starts reading; {@code tell} gets a line for each thing worth a look. */
    static Watch start(TopicLog log, InstantSource clock, Consumer<String> tell) {
        Watch watch = new Watch(clock, tell);
        watch.read(Topics.DECISIONS, go -> log.follow(Topics.DECISIONS, go, watch::decision));
        watch.read(Topics.ALERTS, go -> log.follow(Topics.ALERTS, go, watch::alert));
        watch.read(Topics.LEDGER, go -> log.follow(Topics.LEDGER, go, watch::ledger));
        watch.read(Topics.BUDGETS, go -> log.follow(Topics.BUDGETS, go, watch::feedback));
        watch.read(Topics.COMPLETIONS, go -> log.follow(Topics.COMPLETIONS, go, watch::completion));
        return watch;
    }

    synchronized long count(Count what) {
        return counts[what.ordinal()];
    }

    long decided() {
        return count(Count.DISPATCHED) + count(Count.REJECTED);
    }

    /** Dispatches by outcome: routed or downgraded. */
    synchronized Map<String, Long> dispatched() {
        return new TreeMap<>(dispatched);
    }

    /** Rejections by code. */
    synchronized Map<String, Long> rejected() {
        return new TreeMap<>(rejected);
    }

    /** Dispatches by the model that was chosen. */
    synchronized Map<String, Long> models() {
        return new TreeMap<>(models);
    }

    /** Milliseconds from usage to the feedback that a router reads, sorted. */
    synchronized long[] lags() {
        return lags.stream().mapToLong(Long::longValue).sorted().toArray();
    }

    @Override
    public void close() {
        open = false;
        for (Thread reader : readers) {
            try {
                reader.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private <V extends SpecificRecord> void read(Topic<V> topic, Consumer<BooleanSupplier> follow) {
        Thread reader = new Thread(() -> follow.accept(() -> open), "watch-" + topic.suffix());
        reader.setDaemon(true);
        reader.start();
        readers.add(reader);
    }

    private synchronized void decision(Entry<Decision> entry) {
        Decision decision = entry.value();
        String code = decision.getCode();
        if (code != null) {
            add(Count.REJECTED, 1);
            rejected.merge(code, 1L, Long::sum);
            once(
                    "rejected " + decision.getTeam() + " " + code,
                    "rejected",
                    decision.getRequestId() + " of " + decision.getTeam() + ": " + decision.getReason()
                            + (decision.getRetryAt() == null
                                    ? ""
                                    : "; try again at " + Instant.ofEpochMilli(decision.getRetryAt())));
            return;
        }
        add(Count.DISPATCHED, 1);
        dispatched.merge(decision.getOutcome(), 1L, Long::sum);
        String model = BudgetScopes.offerId(decision.getProvider(), decision.getModel());
        models.merge(model, 1L, Long::sum);
        once(
                decision.getOutcome() + " " + decision.getTeam(),
                decision.getOutcome(),
                decision.getRequestId() + " of " + decision.getTeam() + ": " + decision.getReason());
    }

    private synchronized void alert(Entry<BudgetAlert> entry) {
        add(Count.ALERTS, 1);
        once(entry.value().getAlertId(), "alert", entry.value().getMessage());
    }

    private synchronized void ledger(Entry<LedgerEntry> entry) {
        LedgerEntry value = entry.value();
        long cost = value.getAmount().getNanoUsd();
        if (value.getDecision() == null) {
            add(Count.OTHER_SPENT, cost);
        } else {
            add(Count.TOKENS, value.getAmount().getTokens());
            add(Count.SPENT, cost);
            add(Count.BASELINE, value.getBaselineNanoUsd() == null ? cost : value.getBaselineNanoUsd());
        }
        if (!value.getKind().equals("usage")) {
            once(
                    value.getKind() + value.getTeam(),
                    value.getKind(),
                    value.getEntryId() + ": " + Money.display(cost) + ", " + value.getReason());
        }
    }

    private synchronized void feedback(Entry<BudgetState> entry) {
        Long usageTime = entry.value().getUsageTime();
        if (usageTime != null && lags.size() < KEPT_LAGS) {
            lags.add(Math.max(0, clock.millis() - usageTime));
        }
    }

    private synchronized void completion(Entry<Completion> entry) {
        if (entry.value().getFinal$()) {
            add(Count.FINISHED, 1);
        }
    }

    private void add(Count what, long amount) {
        counts[what.ordinal()] += amount;
    }

    private void once(String what, String kind, String line) {
        if (told.add(what)) {
            tell.accept(String.format("%-10s %s", kind, line));
        }
    }
}
