package dev.turnpike.failure;

import dev.turnpike.sink.provider.ProviderSinkConnector;
import dev.turnpike.sink.provider.ProviderSinkTask;
import java.nio.file.Path;
import org.apache.kafka.connect.connector.Task;

/** The provider sink by a clock that the failure test sets; the file of the clock is a system property. */
public final class WrongClockSink extends ProviderSinkConnector {

    static final String CLOCK_FILE = "turnpike.failure.clock";

    @Override
    public Class<? extends Task> taskClass() {
        return WrongClockTask.class;
    }

    /** Its task. */
    public static final class WrongClockTask extends ProviderSinkTask {

        public WrongClockTask() {
            super(SteppedClock.follow(Path.of(System.getProperty(CLOCK_FILE))));
        }
    }
}
