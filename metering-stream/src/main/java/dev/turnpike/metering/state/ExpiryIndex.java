package dev.turnpike.metering.state;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What is due when, in the order of time.
 *
 * <p>It is read from where the last reading ended: what was taken out before leaves marks in a log-structured store that
 * would have to be passed over again each time. So what is added as due in the past is put behind that point.
 */
public final class ExpiryIndex {

    private static final byte[] NOTHING = {};

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

    /** Takes out what is due by an instant; at most so much, the rest comes next time. */
    public List<Due> take(long now, int most) {
        long since = progress.expiredUntil();
        if (now < since) {
            return List.of();
        }
        List<Due> due = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> waiting = store.range(Due.from(since), Due.from(now + 1))) {
            while (waiting.hasNext() && due.size() < most) {
                KeyValue<Bytes, byte[]> next = waiting.next();
                due.add(Due.decode(next.key));
            }
        }
        due.forEach(done -> store.delete(done.encode()));
        progress.expiredUntil(due.size() < most ? now : due.get(most - 1).at());
        return due;
    }
}
