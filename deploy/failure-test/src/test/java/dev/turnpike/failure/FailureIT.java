package dev.turnpike.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The failure test, a short one: every process is real and every fault happens. */
class FailureIT {

    private static final int FAULTS = 12;

    @Test
    void shouldOverspendLoseAndDoubleNothingWhateverFails(@TempDir Path dir) throws Exception {
        Run.Plan plan = new Run.Plan(Duration.ofSeconds(60), FAULTS, 3, 12, false);

        Outcome outcome = new Run(plan, dir, System.out::println).execute();

        StringWriter text = new StringWriter();
        outcome.print(new PrintWriter(text));
        assertThat(outcome.isGood()).as(text.toString()).isTrue();
        assertThat(outcome.json()).contains("\"faults\" : " + FAULTS, "\"good\" : true");
        // it would be nothing to be proud of if nobody had come to a limit
        assertThat(outcome.tally().hotWindows()).isNotEmpty();
        assertThat(outcome.tally().dispatches()).isGreaterThan(100);
        // nor if nobody had executed what was dispatched
        assertThat((long) outcome.calls().size()).isGreaterThan(outcome.tally().dispatches() / 10);
    }
}
