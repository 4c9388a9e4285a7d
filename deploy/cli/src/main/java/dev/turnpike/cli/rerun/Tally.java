package dev.turnpike.cli.rerun;

import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.event.Decision;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What came of many requests. */
public final class Tally {

    private long requests;
    private long dispatched;
    private long downgraded;
    private long nanoUsd;
    private double completed;
    private final Map<String, Long> rejections = new TreeMap<>();
    private final Map<String, Long> models = new TreeMap<>();

    void add(Decision decision) {
        requests++;
        if (decision.getModel() == null) {
            rejections.merge(String.valueOf(decision.getCode()), 1L, Long::sum);
            return;
        }
        dispatched++;
        downgraded += decision.getOutcome().equals("downgraded") ? 1 : 0;
        nanoUsd += decision.getExpectedNanoUsd() == null ? 0 : decision.getExpectedNanoUsd();
        completed += decision.getExpectedSuccess() == null ? 0 : decision.getExpectedSuccess();
        models.merge(BudgetScopes.offerId(decision.getProvider(), decision.getModel()), 1L, Long::sum);
    }

    public long requests() {
        return requests;
    }

    public long dispatched() {
        return dispatched;
    }

    public long downgraded() {
        return downgraded;
    }

    /** Rejections by code. */
    public Map<String, Long> rejections() {
        return rejections;
    }

    /** Dispatches by the first model. */
    public Map<String, Long> models() {
        return models;
    }

    /** Expected cost of all dispatches, nano-dollars. */
    public long nanoUsd() {
        return nanoUsd;
    }

    /** Requests that are expected to succeed. */
    public double completed() {
        return completed;
    }

    /** Expected success of a dispatched request; null where there is none. */
    public @Nullable Double success() {
        return dispatched == 0 ? null : (Double) (completed / dispatched);
    }

    /** Expected cost per completed task, nano-dollars; null where none is expected. */
    public @Nullable Long perCompleted() {
        return completed <= 0 ? null : (Long) Math.round(nanoUsd / completed);
    }
}
