package dev.turnpike.failure;

import dev.turnpike.cluster.ShiftedClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.kafka.common.utils.Time;

/** A clock that another process can set, as on a machine whose clock was set: by as many milliseconds as a file says. */
final class SteppedClock {

    private static final long LOOK_AGAIN_MILLIS = 200;

    private SteppedClock() {}

    /** Follows a file that holds one whole number. */
    static ShiftedClock follow(Path file) {
        ShiftedClock clock = new ShiftedClock();
        look(file, clock);
        Thread thread = new Thread(() -> keepLooking(file, clock), "stepped-clock");
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

    private static void keepLooking(Path file, ShiftedClock clock) {
        while (true) {
            Time.SYSTEM.sleep(LOOK_AGAIN_MILLIS);
            look(file, clock);
        }
    }

    private static void look(Path file, ShiftedClock clock) {
        try {
            clock.shift(Duration.ofMillis(Long.parseLong(Files.readString(file).trim())));
        } catch (IOException | NumberFormatException e) {
            // not there yet, or half written: the next look will tell
        }
    }
}
