package dev.turnpike.router.state;

import dev.turnpike.router.decision.Borrowed;
import dev.turnpike.schemas.PositionKey;
import org.apache.kafka.streams.state.KeyValueStore;

/** What a task's teams have borrowed of their orgs' limits. */
public final class Leases {

    private final KeyValueStore<String, Borrowed> store;

    public Leases(KeyValueStore<String, Borrowed> store) {
        this.store = store;
    }

    /** {@link Borrowed#NOTHING} where no lease is known. */
    public Borrowed at(PositionKey key) {
        Borrowed lease = store.get(key.encode());
        return lease == null ? Borrowed.NOTHING : lease;
    }

    public void put(PositionKey key, Borrowed lease) {
        store.put(key.encode(), lease);
    }

    public void forget(String key) {
        store.delete(key);
    }
}
