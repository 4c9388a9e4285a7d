package dev.turnpike.metering.processor;

import dev.turnpike.metering.state.Due;
import dev.turnpike.metering.state.ExpiryIndex;
import dev.turnpike.schemas.event.BudgetAlert;
import java.time.Duration;
import java.util.Set;
import org.apache.kafka.streams.state.KeyValueStore;

/** The alerts of a task that are told apart by their ids alone: on how fast money is spent, and on orgs. */
final class RaisedAlerts {

    private static final byte[] NOTHING = {};
    private static final Set<String> KINDS = Set.of("forecast", "burn-rate", "runaway");

    private final KeyValueStore<String, byte[]> store;
    private final ExpiryIndex expiry;
    private final Duration horizon;

    RaisedAlerts(KeyValueStore<String, byte[]> store, ExpiryIndex expiry, Duration horizon) {
        this.store = store;
        this.expiry = expiry;
        this.horizon = horizon;
    }

    static boolean isOne(BudgetAlert alert) {
        return alert.getTeam().isEmpty() || KINDS.contains(alert.getKind());
    }

    boolean isRaised(String id) {
        return store.get(id) != null;
    }

    /** Takes note of an alert, until its window is over and nothing can change in it any more. */
    void remember(BudgetAlert alert) {
        store.put(alert.getAlertId(), NOTHING);
        Long end = alert.getWindowEnd();
        if (end != null && end != Long.MAX_VALUE) {
            expiry.add(end + horizon.toMillis(), Due.Kind.RAISED_ALERT, alert.getAlertId());
        }
    }
}
