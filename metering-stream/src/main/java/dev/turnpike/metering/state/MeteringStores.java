package dev.turnpike.metering.state;

import dev.turnpike.metering.budget.Counting;
import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.RequestAccount;
import dev.turnpike.metering.lease.OrgWindow;
import dev.turnpike.metering.performance.Performance;
import dev.turnpike.metering.watch.BudgetWatch;
import dev.turnpike.metering.watch.PastWatch;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.streams.ObjectCachingStore;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;

/** The stores of the meter. A store's name is a contract: a new meaning is a new name. */
public final class MeteringStores {

    /** {@link Position} by {@link dev.turnpike.schemas.PositionKey#encode()}. */
    public static final String POSITIONS = "budget-positions";
    /** {@link RequestAccount} by {@link RequestAccount#key}. */
    public static final String ACCOUNTS = "request-accounts";
    /** Nothing, by the hash of a usage id, at its broker time; kept for the horizon. */
    public static final String SEEN_USAGE = "seen-usage";
    /** Nothing, by time and what is to be done then. */
    public static final String EXPIRY = "expiry";
    /** {@link SpendAggregate} by {@link dev.turnpike.metering.budget.SpendKey#encode()}. */
    public static final String SPEND_CELLS = "spend-cells";
    /** Nothing, by the ids of alerts about models without a price that were raised. */
    public static final String UNPRICED_ALERTS = "unpriced-alerts";
    /** Nothing, by the ids of alerts that were raised on how fast money is spent, and on orgs. */
    public static final String RAISED_ALERTS = "raised-alerts";
    /** All that a team has spent since there is this state, nano-dollars; without corrections. */
    public static final String TEAM_SPEND = "team-spend";
    /** {@link BudgetWatch} by position, unit and enforcement. */
    public static final String BUDGET_WATCHES = "budget-watches";
    /** {@link PastWatch} by {@code team/} or {@code org/} and the name. */
    public static final String PAST_WATCHES = "past-watches";
    /** {@link Counting} by team: every team of which anything was read. */
    public static final String COUNTING = "counting-budgets";
    /** How far a task has come, by the names in {@link Progress}. */
    public static final String PROGRESS = "meter-progress";
    /** {@link Performance} by model and task type. */
    public static final String PERFORMANCE = "performance-by-model-and-task-type";
    /** How far a task that folds performance has come, by the names in {@link Progress}. */
    public static final String PERFORMANCE_PROGRESS = "performance-progress";
    /** Every {@link TeamPolicy} by team, on every instance. */
    public static final String POLICIES = "policies";
    /** Every {@link Org} by its name, on every instance. */
    public static final String ORGS = "orgs";
    /** Every {@link ModelOffer} by its id, on every instance. */
    public static final String CATALOG = "catalog";

    /** Nothing, by the key of a position in an org's window whose lender has not been told of it yet. */
    public static final String UNTOLD_ORG_SPEND = "untold-org-spend";
    /** {@link OrgWindow} by {@link OrgWindow#key()}. */
    public static final String ORG_WINDOWS = "org-windows";
    /** How far partitions have told of all spend, by org and partition. */
    public static final String TOLD_OFFSETS = "told-offsets";

    // some kilobytes each at most, for each store of each task
    private static final int MOST_CACHED = 2_000;

    private MeteringStores() {}

    /** Everything that booking takes. */
    public static List<StoreBuilder<?>> books() {
        return List.of(
                cached(POSITIONS, StateSerdes.position()),
                cached(ACCOUNTS, StateSerdes.account()),
                stored(EXPIRY, Serdes.Bytes(), Serdes.ByteArray()),
                cached(SPEND_CELLS, StateSerdes.spend()),
                stored(UNPRICED_ALERTS, Serdes.String(), Serdes.ByteArray()),
                stored(RAISED_ALERTS, Serdes.String(), Serdes.ByteArray()),
                cached(TEAM_SPEND, Serdes.Long()),
                cached(BUDGET_WATCHES, StateSerdes.budgetWatch()),
                cached(PAST_WATCHES, StateSerdes.pastWatch()),
                cached(UNTOLD_ORG_SPEND, Serdes.ByteArray()),
                cached(COUNTING, StateSerdes.counting()),
                cached(PROGRESS, Serdes.Long()));
    }

    /** Everything that lending takes. */
    public static List<StoreBuilder<?>> lender() {
        return List.of(cached(ORG_WINDOWS, StateSerdes.orgWindow()), cached(TOLD_OFFSETS, Serdes.Long()));
    }

    public static StoreBuilder<WindowStore<Bytes, byte[]>> seenUsage(Duration horizon) {
        return Stores.windowStoreBuilder(
                Stores.persistentWindowStore(SEEN_USAGE, horizon, horizon, false), Serdes.Bytes(), Serdes.ByteArray());
    }

    /** Everything that folding performance takes. */
    public static List<StoreBuilder<?>> performance() {
        return List.of(cached(PERFORMANCE, StateSerdes.performance()), cached(PERFORMANCE_PROGRESS, Serdes.Long()));
    }

    /** A table that every instance reads whole from its topic. */
    public static <V> StoreBuilder<KeyValueStore<String, Kept<V>>> table(String name, Serde<V> values) {
        return Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), Serdes.String(), Kept.serde(values))
                .withLoggingDisabled();
    }

    // what many records change between two commits is written once
    private static <V> StoreBuilder<KeyValueStore<String, V>> cached(String name, Serde<V> values) {
        return ObjectCachingStore.around(stored(name, Serdes.String(), values), MOST_CACHED);
    }

    private static <K, V> StoreBuilder<KeyValueStore<K, V>> stored(String name, Serde<K> keys, Serde<V> values) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), keys, values);
    }
}
