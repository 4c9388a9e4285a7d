package dev.turnpike.cluster;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/** The system's clock, and as much later as it is set. Only the time of day is another one; durations pass as they do. */
public final class ShiftedClock implements Time, InstantSource {

    private volatile long offsetMillis;

    /** Sets it so much later than the system's, or earlier where negative. */
    public void shift(Duration offset) {
        offsetMillis = offset.toMillis();
    }

    @Override
    public Instant instant() {
        return Instant.now().plusMillis(offsetMillis);
    }

    @Override
    public long millis() {
        return milliseconds();
    }

    @Override
    public long milliseconds() {
        return SYSTEM.milliseconds() + offsetMillis;
    }

    @Override
    public long nanoseconds() {
        return SYSTEM.nanoseconds();
    }

    @Override
    public void sleep(long millis) {
        SYSTEM.sleep(millis);
    }

    @Override
    public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMillis)
            throws InterruptedException {
        SYSTEM.waitObject(object, condition, deadlineMillis - offsetMillis);
    }
}
