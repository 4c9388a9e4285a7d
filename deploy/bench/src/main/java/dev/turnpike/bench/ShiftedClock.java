package dev.turnpike.bench;

import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/** The system's clock, and as much later as it has been moved. Only the time of day moves; durations pass as they do. */
final class ShiftedClock implements Time {

    private volatile long offsetMillis;

    void forward(Duration by) {
        offsetMillis += by.toMillis();
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
