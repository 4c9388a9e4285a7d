package dev.turnpike.metering.state;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/** A table that every instance reads whole from its topic; for one thread. */
public final class Table<V> {

    /** The name, which nothing else has, under which the offset of the newest record of all is kept. */
    public static final String NEWEST = "";

    private static final long NONE = -1;

    private final ReadOnlyKeyValueStore<String, Kept<V>> store;
    // what is decoded is good until the table moves on: every record looks its policy up, hardly any finds another
    private final Map<String, Kept<V>> decoded = new HashMap<>();
    private long decodedAt = NONE;

    public Table(ReadOnlyKeyValueStore<String, Kept<V>> store) {
        this.store = store;
    }

    /** Null where there is none under the name. */
    public @Nullable V get(String name) {
        Kept<V> kept = kept(name);
        return kept == null ? null : kept.value();
    }

    /** The offset in the topic that is to be read next; 0 where nothing was. */
    public long next() {
        Kept<V> newest = store.get(NEWEST);
        return newest == null ? 0 : newest.offset() + 1;
    }

    /** Everything that is not deleted. */
    public void forEach(BiConsumer<String, Kept<V>> action) {
        try (KeyValueIterator<String, Kept<V>> all = store.all()) {
            all.forEachRemaining(entry -> {
                if (entry.value.value() != null) {
                    action.accept(entry.key, entry.value);
                }
            });
        }
    }

    @Nullable
    Kept<V> kept(String name) {
        // no team, org or offer has it
        if (name.equals(NEWEST)) {
            return null;
        }
        long next = next();
        if (next != decodedAt) {
            decoded.clear();
            decodedAt = next;
        }
        Kept<V> known = decoded.get(name);
        if (known == null) {
            known = store.get(name);
            if (known != null) {
                decoded.put(name, known);
            }
        }
        return known;
    }
}
