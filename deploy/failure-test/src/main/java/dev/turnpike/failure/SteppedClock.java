package dev.turnpike.failure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/**
 * A clock that another process can set: the system's, and as many milliseconds as a file says. Only the time of day is
 * wrong; durations are right, as on a machine whose clock was set.
 */
final class SteppedClock implements Time, InstantSource {

    private static final long LOOK_AGAIN_MILLIS = 200;

    private final Path file;
    private volatile long offsetMillis;

    private SteppedClock(Path file) {
        this.file = file;
    }

    /** Follows a file that holds one whole number. */
    static SteppedClock follow(Path file) {
        SteppedClock clock = new SteppedClock(file);
        clock.look();
        Thread thread = new Thread(clock::keepLooking, "stepped-clock");
        thread.setDaemon(true);
        thread.start();
        return clock;
    }

    /** Sets the clocks that follow a file. */
    static void set(Path file, long offsetMillis) {
        try {
            Files.writeString(file, Long.toString(offsetMillis));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private void keepLooking() {
        while (true) {
            SYSTEM.sleep(LOOK_AGAIN_MILLIS);
            look();
        }
    }

    private void look() {
        try {
            offsetMillis = Long.parseLong(Files.readString(file).trim());
        } catch (IOException | NumberFormatException e) {
            // not there yet, or half written: the next look will tell
        }
    }
}
