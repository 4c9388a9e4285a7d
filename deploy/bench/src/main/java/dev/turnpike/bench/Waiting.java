package dev.turnpike.bench;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Waits for what is under way. */
final class Waiting {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long LOOK_AGAIN_MILLIS = 10;

    private Waiting() {}

    /**
     * Until a number is as great as another.
     *
     * @throws IllegalStateException if it is not within five minutes
     */
    static void until(String what, LongSupplier seen, LongSupplier wanted) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (seen.getAsLong() < wanted.getAsLong()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        what + ": " + seen.getAsLong() + " of " + wanted.getAsLong() + " after " + PATIENCE);
            }
            Thread.sleep(LOOK_AGAIN_MILLIS);
        }
    }
}
