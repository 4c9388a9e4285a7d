package dev.turnpike.sink.provider;

import java.util.TreeSet;

/** Which records of a partition are begun and not finished. Used by the executor's thread and by the task's. */
final class Offsets {

    static final long NONE = -1;

    private final TreeSet<Long> unfinished = new TreeSet<>();
    private long next = NONE;

    /** Whether this is new; offsets before one that was begun have been here already. */
    synchronized boolean begin(long offset) {
        if (offset < next) {
            return false;
        }
        next = offset + 1;
        return unfinished.add(offset);
    }

    synchronized void finish(long offset) {
        unfinished.remove(offset);
    }

    synchronized int unfinished() {
        return unfinished.size();
    }

    /** Where another executor must begin; {@link #NONE} if nothing was begun. */
    synchronized long firstUnfinished() {
        return unfinished.isEmpty() ? next : unfinished.first();
    }
}
