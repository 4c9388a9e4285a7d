package dev.turnpike.router.state;

import dev.turnpike.router.decision.Borrowed;
import dev.turnpike.router.decision.Position;
import dev.turnpike.streams.ObjectCachingStore;
import java.time.Duration;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;

/**
 * The stores of the router. Name, key, value and grain of each are a contract: a new meaning gets a new name.
 *
 * @param positions {@value #BUDGET_POSITIONS}: a position by the text of its {@link dev.turnpike.schemas.PositionKey}
 * @param leases {@value #ORG_LEASES}: what a team has borrowed of its org's limit, by the same text
 * @param decided {@value #DECIDED_REQUESTS}: number of the last decision by the hash of team and request id
 * @param progress {@value #PROGRESS}: how far the task has come, by the names in {@link Progress}
 */
public record RouterStores(
        StoreBuilder<KeyValueStore<String, Position>> positions,
        StoreBuilder<KeyValueStore<String, Borrowed>> leases,
        StoreBuilder<WindowStore<byte[], Integer>> decided,
        StoreBuilder<KeyValueStore<String, Long>> progress) {

    public static final String BUDGET_POSITIONS = "budget-positions";
    public static final String ORG_LEASES = "org-leases";
    public static final String DECIDED_REQUESTS = "decided-requests";
    public static final String PROGRESS = "router-progress";

    // a position has some hundred bytes
    private static final int MOST_CACHED = 10_000;

    /**
     * The stores of a router.
     *
     * @param horizon how long a request id is remembered
     */
    public static RouterStores remembering(Duration horizon) {
        Duration grain = DecidedRequests.grain(horizon);
        return new RouterStores(
                // cached: a busy team's position changes many times between two commits, and one write of it will do
                cached(
                        Stores.persistentKeyValueStore(BUDGET_POSITIONS),
                        Serdes.serdeFrom(new PositionCodec.Writer(), new PositionCodec.Reader())),
                cached(Stores.persistentKeyValueStore(ORG_LEASES), BorrowedCodec.serde()),
                Stores.windowStoreBuilder(
                        Stores.persistentWindowStore(DECIDED_REQUESTS, horizon.plus(grain), grain, false),
                        Serdes.ByteArray(),
                        Serdes.Integer()),
                // a handful of numbers, some of which every decision asks for or changes
                cached(Stores.inMemoryKeyValueStore(PROGRESS), Serdes.Long()));
    }

    private static <V> StoreBuilder<KeyValueStore<String, V>> cached(
            KeyValueBytesStoreSupplier store, Serde<V> values) {
        return ObjectCachingStore.around(Stores.keyValueStoreBuilder(store, Serdes.String(), values), MOST_CACHED);
    }
}
