package dev.turnpike.router.state;

import dev.turnpike.router.decision.Borrowed;
import dev.turnpike.router.decision.Headroom;
import dev.turnpike.router.decision.Position;
import dev.turnpike.schemas.PositionKey;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** The positions of a task's teams. */
public final class Positions implements Headroom {

    private final KeyValueStore<String, Position> store;
    private final Progress progress;
    private final Leases leases;

    public Positions(KeyValueStore<String, Position> store, Progress progress, Leases leases) {
        this.store = store;
        this.progress = progress;
        this.leases = leases;
    }

    @Override
    public Position at(PositionKey key) {
        Position position = store.get(key.encode());
        return position == null ? Position.EMPTY : position;
    }

    @Override
    public Borrowed borrowedAt(PositionKey key) {
        return leases.at(key);
    }

    @Override
    public long countedPolicies() {
        return progress.countedPolicies();
    }

    public void put(PositionKey key, Position position) {
        store.put(key.encode(), position);
    }

    /** Takes note that the meter has forgotten a position: only what is open in it is left. */
    public void forget(String key) {
        Position position = store.get(key);
        if (position == null) {
            return;
        }
        if (position.isSettled()) {
            store.delete(key);
        } else {
            store.put(key, position.forgotten());
        }
    }

    /** Open holds over all positions, nano-dollars: reads them all. */
    public long sumOfOpen() {
        long sum = 0;
        try (KeyValueIterator<String, Position> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, Position> next = all.next();
                sum += next.value.open().nanoUsd();
            }
        }
        return sum;
    }
}
