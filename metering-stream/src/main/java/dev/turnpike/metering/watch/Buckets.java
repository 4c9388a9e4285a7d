package dev.turnpike.metering.watch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What was spent lately, in {@value #COUNT} buckets of equal length, the last of which is being filled.
 *
 * @param width length of a bucket, milliseconds
 * @param newest number of the last bucket since 1970-01-01 UTC
 * @param amounts of each bucket, the oldest first
 */
public record Buckets(long width, long newest, List<Long> amounts) {

    static final int COUNT = 12;

    public Buckets {
        amounts = List.copyOf(amounts);
    }

    /** Buckets in which nothing was spent. */
    static Buckets of(long width) {
        return new Buckets(width, 0, Collections.nCopies(COUNT, 0L));
    }

    /** The buckets after more was spent; what is older than all of them is forgotten. */
    Buckets add(long amount, long at) {
        long number = Math.max(newest, Math.floorDiv(at, width));
        int passed = (int) Math.min(COUNT, number - newest);
        List<Long> moved = new ArrayList<>(amounts.subList(passed, COUNT));
        moved.addAll(Collections.nCopies(passed, 0L));
        moved.set(COUNT - 1, Math.addExact(moved.get(COUNT - 1), amount));
        return new Buckets(width, number, moved);
    }

    /** The sum of the last buckets. */
    long last(int count) {
        return amounts.subList(COUNT - count, COUNT).stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** How long the last buckets have lasted, milliseconds. */
    long length(int count, long at) {
        return (count - 1) * width + at - newest * width + 1;
    }
}
