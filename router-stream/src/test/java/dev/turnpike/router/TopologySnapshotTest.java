package dev.turnpike.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.router.config.RouterConfig;
import dev.turnpike.router.processor.RouterMetrics;
import dev.turnpike.schemas.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/**
 * The topology is a contract with the state of running routers. Where {@code router.txt} changes:
 *
 * <ol>
 *   <li>A new or renamed store starts empty. {@code budget-positions} without its content opens closed budgets until feedback comes;
 *       {@code decided-requests} without its content decides repeats again. So a store that changes its meaning gets a new name
 *       together with a way to fill it, or a new {@code application.id} together with a reset of offsets.
 *   <li>A store that moves to another sub-topology gets another changelog: the same.
 *   <li>A change of sources, processors or sinks alone keeps all state: roll out one instance after the other.
 *   <li>Put the new description, printed by the failing test, into {@code router.txt}, and say in the commit what happens to the
 *       state of running routers.
 * </ol>
 */
class TopologySnapshotTest {

    private static final Path GOLDEN = Path.of("src/test/resources/topology/router.txt");

    private final String description = RouterTopology.build(
                    RouterConfig.of(Settings.of(Driven.SETTINGS)),
                    4,
                    new RouterMetrics(new SimpleMeterRegistry(), InstantSource.system()),
                    new RecordedLogs())
            .describe()
            .toString();

    @Test
    void shouldBeAsRunningRoutersKnowIt() throws IOException {
        assertThat(description).isEqualTo(Files.readString(GOLDEN));
    }

    @Test
    void shouldDecideInTheTaskThatFeedbackReaches() {
        // five global tables, and one sub-topology for all that shares the positions
        assertThat(description).contains("Sub-topology: 5\n").doesNotContain("Sub-topology: 6");
    }

    @Test
    void shouldNameEveryNode() {
        assertThat(description).doesNotContain("KSTREAM-").doesNotContain("KTABLE-");
    }
}
