package dev.turnpike.metering.recent;

import dev.turnpike.document.Document;
import dev.turnpike.document.Kind;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.OrgLease;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was read of the topics last: the newest decisions, alerts, dead letters and edits, and the tables whole. Written by
 * one reader, read by many.
 */
public final class Recent {

    static final int DECISIONS = 1_000;
    private static final int ALERTS = 1_000;
    private static final int DEAD_LETTERS = 500;
    private static final int EDITS = 200;
    private static final int MINUTES = 180;
    private static final int LAGS = 1_000;
    private static final int WINDOWS = 2_000;
    private static final long MINUTE_MILLIS = 60_000;

    private final Ring<Decision> decisions = new Ring<>(DECISIONS);
    private final Ring<BudgetAlert> alerts = new Ring<>(ALERTS);
    private final Ring<SetAside> deadLetters = new Ring<>(DEAD_LETTERS);
    private final Ring<Edit> edits = new Ring<>(EDITS);
    private final Map<Kind, NavigableMap<String, Applied>> tables = new HashMap<>();
    private final Map<String, ModelPerformance> performance = new TreeMap<>();
    private final NavigableMap<Long, Minute> minutes = new TreeMap<>();
    private final Map<String, Burn> burns = new HashMap<>();
    private final Map<String, OrgLease> leases = new HashMap<>();
    private final Deque<Long> lags = new ArrayDeque<>();
    private long budgetChanges;

    /** A document that was applied or withdrawn, and by whom. */
    public record Edit(
            Kind kind,
            String key,
            boolean isWithdrawn,
            long at,
            @Nullable String by) {}

    /** What a budget window had used at an instant, in one unit. */
    public record Used(long at, long spent, long open) {}

    public Recent() {
        for (Kind kind : Kind.values()) {
            tables.put(kind, new TreeMap<>());
        }
    }

    public Ring<Decision> decisions() {
        return decisions;
    }

    public Ring<BudgetAlert> alerts() {
        return alerts;
    }

    public Ring<SetAside> deadLetters() {
        return deadLetters;
    }

    public Ring<Edit> edits() {
        return edits;
    }

    /** The documents of a kind in force, by key. */
    public synchronized List<Applied> documents(Kind kind) {
        return List.copyOf(table(kind).values());
    }

    /** Null where there is none under the key. */
    public synchronized @Nullable Applied document(Kind kind, String key) {
        return table(kind).get(key);
    }

    /** Every document in force. */
    public synchronized List<Document> documents() {
        return tables.values().stream()
                .map(Map::values)
                .flatMap(Collection::stream)
                .map(Applied::document)
                .toList();
    }

    public synchronized List<ModelPerformance> performance() {
        return List.copyOf(performance.values());
    }

    /** The last {@value #MINUTES} minutes in which something was decided, oldest first. */
    public synchronized List<Minute> minutes() {
        return minutes.values().stream().map(Minute::copy).toList();
    }

    /** What is lent of the windows of orgs that have not ended, by the key of the position whose limit it is. */
    public synchronized Map<String, OrgLease> leases() {
        return Map.copyOf(leases);
    }

    /** How long feedback took from usage to this reader, milliseconds, sorted. */
    public synchronized List<Long> lags() {
        return lags.stream().sorted(Comparator.naturalOrder()).toList();
    }

    /** Counts what was read of budgets. */
    public synchronized long budgetChanges() {
        return budgetChanges;
    }

    /** How a budget window was used while this watched, oldest first. */
    public synchronized List<Used> used(PositionKey window, Unit unit) {
        Burn burn = burns.get(window.encode());
        List<Used> used = new ArrayList<>();
        if (burn != null) {
            burn.points()
                    .forEach(point -> used.add(new Used(
                            point.at(), point.spent().in(unit), point.open().in(unit))));
        }
        return used;
    }

    synchronized void decided(Decision decision, long at) {
        decisions.add(decision);
        Minute minute = minutes.computeIfAbsent(Math.floorDiv(at, MINUTE_MILLIS) * MINUTE_MILLIS, Minute::new);
        if (minutes.size() > MINUTES) {
            minutes.pollFirstEntry();
        }
        if (decision.getModel() == null) {
            minute.rejected(decision.getCode() == null ? decision.getOutcome() : decision.getCode());
        } else {
            long expected = decision.getExpectedNanoUsd() == null ? 0 : decision.getExpectedNanoUsd();
            minute.dispatched(
                    BudgetScopes.offerId(decision.getProvider(), decision.getModel()),
                    decision.getDowngradedFrom() != null,
                    expected,
                    decision.getBaselineNanoUsd() == null ? expected : decision.getBaselineNanoUsd());
        }
    }

    void alerted(BudgetAlert alert) {
        alerts.add(alert);
    }

    void setAside(SetAside letter) {
        deadLetters.add(letter);
    }

    synchronized void applied(Applied applied) {
        Document document = applied.document();
        table(document.kind()).put(document.key(), applied);
        edits.add(new Edit(document.kind(), document.key(), false, applied.at(), applied.by()));
    }

    synchronized void withdrawn(Kind kind, String key, long at, @Nullable String by) {
        if (table(kind).remove(key) != null) {
            edits.add(new Edit(kind, key, true, at, by));
        }
    }

    synchronized void performed(String key, @Nullable ModelPerformance model) {
        if (model == null) {
            performance.remove(key);
        } else {
            performance.put(key, model);
        }
    }

    /** @param lease null where it is over */
    synchronized void lent(String key, @Nullable OrgLease lease, long at) {
        if (lease == null) {
            leases.remove(key);
        } else if (leases.put(key, lease) == null) {
            leases.values().removeIf(each -> each.getWindowEnd() <= at);
        }
    }

    /** @param lag from the usage that caused it to now; null where none did, or it was long ago */
    synchronized void fedBack(BudgetState state, long at, @Nullable Long lag) {
        budgetChanges++;
        if (lag != null) {
            lags.addLast(lag);
            if (lags.size() > LAGS) {
                lags.removeFirst();
            }
        }
        String key = PositionKey.of(state).encode();
        Burn burn = burns.get(key);
        if (burn == null) {
            if (burns.size() >= WINDOWS) {
                burns.values().removeIf(each -> each.hasEnded(at));
            }
            // windows beyond that have no history here, only their present state in the stores
            if (burns.size() >= WINDOWS) {
                return;
            }
            burn = new Burn(state.getWindowEnd());
            burns.put(key, burn);
        }
        burn.add(at, state);
    }

    private NavigableMap<String, Applied> table(Kind kind) {
        NavigableMap<String, Applied> table = tables.get(kind);
        if (table == null) {
            throw new IllegalStateException(kind + ": has no table");
        }
        return table;
    }
}
