package dev.turnpike.cluster;

import java.time.Duration;

/**
 * How slowly a connection passes bytes on.
 *
 * @param bytesPerSecond 0: none at all
 * @param delay before each piece
 */
record Pace(long bytesPerSecond, Duration delay) {

    static final Pace FREE = new Pace(Long.MAX_VALUE, Duration.ZERO);

    private static final Duration FOR_EVER = Duration.ofDays(365);

    Pace {
        if (bytesPerSecond < 0 || delay.isNegative()) {
            throw new IllegalArgumentException(
                    "pace=" + bytesPerSecond + " bytes/s, " + delay + ": neither may be negative");
        }
    }

    /** How long a piece of this many bytes waits before it is passed on. */
    Duration pause(int bytes) {
        return bytesPerSecond == 0
                ? FOR_EVER
                : delay.plusNanos((long) ((double) bytes * Duration.ofSeconds(1).toNanos() / bytesPerSecond));
    }
}
