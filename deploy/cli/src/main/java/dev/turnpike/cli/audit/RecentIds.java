package dev.turnpike.cli.audit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known by id for as long as repeats of it are to be recognised, counted in the time of the log. */
final class RecentIds<V> {

    private final long horizonMillis;
    private final Map<Id, Known<V>> known = new HashMap<>();
    private final Deque<Id> order = new ArrayDeque<>();

    private record Known<V>(long since, V value) {}

    RecentIds(long horizonMillis) {
        this.horizonMillis = horizonMillis;
    }

    /** What was first known by an id within the horizon before a time; null if nothing. */
    @Nullable
    V get(Id id, long at) {
        Known<V> found = known.get(id);
        return found == null || found.since + horizonMillis < at ? null : found.value;
    }

    /** Remembers a value, unless one is known already within the horizon. */
    void add(Id id, long at, V value) {
        forget(at);
        Known<V> found = known.get(id);
        if (found == null || found.since + horizonMillis < at) {
            known.put(id, new Known<>(at, value));
            order.add(id);
        }
    }

    private void forget(long at) {
        for (Id oldest = order.peek(); oldest != null; oldest = order.peek()) {
            Known<V> found = known.get(oldest);
            // twice the horizon: topics are read side by side, and one may be behind the other
            if (found != null && found.since + 2 * horizonMillis >= at) {
                return;
            }
            order.remove();
            known.remove(oldest);
        }
    }
}
