package dev.turnpike.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.cluster.ShiftedClock;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("long")
class StateBenchmarkIT {

    @TempDir
    Path folder;

    @Test
    void shouldFindNothingLeftOfUsersWhoseWindowsHaveEnded() throws InterruptedException {
        // given
        var json = new ByteArrayOutputStream();
        var clock = new ShiftedClock();

        // when
        try (LocalCluster cluster = LocalCluster.start(LocalCluster.Options.temporary(), clock)) {
            new StateBenchmark(TestPlans.of(new Size(1, 50, 0), json), cluster, clock, folder, 1).run();
        }

        // then
        assertThat(json.toString(StandardCharsets.UTF_8))
                .contains("\"figure\":\"bytes per open hold, meter, 50 users\"")
                .contains("\"figure\":\"router seconds to serve without its state, 50 users\"")
                .contains("\"figure\":\"holds left in the meter after their end, 50 users\",\"value\":0");
    }
}
