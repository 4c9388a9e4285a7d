package dev.turnpike.metering.state;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What is due when, in the order of time.
 *
 * <p>It is read from where the last reading ended: what was taken out before leaves marks in a log-structured store that
 * would have to be passed over again each time. So what is added as due in the past is put behind that point.
 */
public final class ExpiryIndex {

    private static final byte[] NOTHING = {};

    // a tick's work must end well before the group takes the task for dead
    private static final int MOST_TIMES = 32;

    private final KeyValueStore<Bytes, byte[]> store;
    private final Progress progress;

    public ExpiryIndex(KeyValueStore<Bytes, byte[]> store, Progress progress) {
        this.store = store;
        this.progress = progress;
    }

    public void add(long at, Due.Kind kind, String subject) {
        if (at != Long.MAX_VALUE) {
            store.put(new Due(Math.max(at, progress.expiredUntil()), kind, subject).encode(), NOTHING);
        }
    }

    /** Puts what was due in one way in another; null: it was not due. */
    public void move(@Nullable Due before, Due after) {
        if (!after.equals(before)) {
            // what was put behind the point of reading is gone with the next reading
            if (before != null && before.at() > progress.expiredUntil()) {
                remove(before);
            }
            add(after.at(), after.kind(), after.subject());
        }
    }

    /** All subjects of a kind that will be due. */
    public List<String> subjects(Due.Kind kind) {
        List<String> subjects = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> all =
                store.range(Due.from(progress.expiredUntil()), Due.from(Long.MAX_VALUE))) {
            while (all.hasNext()) {
                Due due = Due.decode(all.next().key);
                if (due.kind() == kind) {
                    subjects.add(due.subject());
                }
            }
        }
        return subjects;
    }

    /**
     * Takes out what is due by an instant; at least so much where there is, the rest comes next time. While there is a rest,
     * each reading takes twice as much as the one before, so that no backlog stays, whatever the load.
     */
    public List<Due> take(long now, int least) {
        long since = progress.expiredUntil();
        if (now < since) {
            return List.of();
        }
        int most = (int) Math.max(least, Math.min(progress.expiryBudget(), (long) least * MOST_TIMES));
        List<Due> due = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> waiting = store.range(Due.from(since), Due.from(now + 1))) {
            while (waiting.hasNext() && due.size() < most) {
                KeyValue<Bytes, byte[]> next = waiting.next();
                due.add(Due.decode(next.key));
            }
        }
        due.forEach(this::remove);
        boolean isRest = due.size() == most;
        progress.expiredUntil(isRest ? due.get(most - 1).at() : now);
        progress.expiryBudget(isRest ? 2L * most : most / 2);
        return due;
    }

    // a deletion would be told what it deletes, and has to look for it
    private void remove(Due due) {
        store.put(due.encode(), null);
    }
}
