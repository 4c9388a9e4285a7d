package dev.turnpike.cli.audit;

/**
 * What is known by id for as long as repeats of it are to be recognised, counted in the time of the log.
 *
 * <p>There are as many ids as requests in a horizon, far more than are open. So they are kept in plain arrays, 32 bytes for
 * each place: a table with open addressing that is at most three quarters full. When it is, it forgets what is older
 * than twice the horizon (topics are read side by side, and one may be behind the other) and grows if that was not enough.
 */
final class RecentIds {

    /** Stands for an id that is not known. */
    static final long UNKNOWN = -1;

    private static final int SMALLEST = 1 << 10;

    private final long horizonMillis;
    private long[] high = new long[SMALLEST];
    private long[] low = new long[SMALLEST];
    private long[] since = new long[SMALLEST];
    private long[] values = new long[SMALLEST];
    private int used;
    private long newest = Long.MIN_VALUE;

    RecentIds(long horizonMillis) {
        this.horizonMillis = horizonMillis;
    }

    /** What was first known by an id within the horizon before a time; {@link #UNKNOWN} if nothing. */
    long get(Id id, long at) {
        int slot = slot(id);
        return isFree(slot) || since[slot] + horizonMillis < at ? UNKNOWN : values[slot];
    }

    boolean contains(Id id, long at) {
        return get(id, at) != UNKNOWN;
    }

    /**
     * Remembers a value, unless one is known already within the horizon.
     *
     * @param value not negative
     */
    void add(Id id, long at, long value) {
        newest = Math.max(newest, at);
        int slot = slot(id);
        if (isFree(slot)) {
            used++;
        } else if (since[slot] + horizonMillis >= at) {
            return;
        }
        put(slot, id.high(), id.low(), at, value);
        if (used > high.length / 4 * 3) {
            rebuild();
        }
    }

    private void rebuild() {
        long[] oldHigh = high;
        long[] oldLow = low;
        long[] oldSince = since;
        long[] oldValues = values;
        int kept = 0;
        for (int i = 0; i < oldHigh.length; i++) {
            kept += isKept(oldHigh[i], oldLow[i], oldSince[i]) ? 1 : 0;
        }
        int size = oldHigh.length;
        while (kept > size / 2) {
            size *= 2;
        }
        high = new long[size];
        low = new long[size];
        since = new long[size];
        values = new long[size];
        used = kept;
        for (int i = 0; i < oldHigh.length; i++) {
            if (isKept(oldHigh[i], oldLow[i], oldSince[i])) {
                put(slot(oldHigh[i], oldLow[i]), oldHigh[i], oldLow[i], oldSince[i], oldValues[i]);
            }
        }
    }

    private boolean isKept(long highBits, long lowBits, long at) {
        return (highBits != 0 || lowBits != 0) && at + 2 * horizonMillis >= newest;
    }

    private void put(int slot, long highBits, long lowBits, long at, long value) {
        high[slot] = highBits;
        low[slot] = lowBits;
        since[slot] = at;
        values[slot] = value;
    }

    // no name has a hash of zeros
    private boolean isFree(int slot) {
        return high[slot] == 0 && low[slot] == 0;
    }

    private int slot(Id id) {
        return slot(id.high(), id.low());
    }

    /** Where an id is, or would be. */
    private int slot(long highBits, long lowBits) {
        int mask = high.length - 1;
        int slot = (int) lowBits & mask;
        while (!isFree(slot) && (high[slot] != highBits || low[slot] != lowBits)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
