package dev.turnpike.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The topology as it was released.
 *
 * <p>When a change makes this fail, decide what happens to the state that running meters have, then put the description that
 * the failure prints into {@code src/test/resources/topology/metering.txt} and say in the commit what you decided:
 *
 * <ul>
 *   <li>a node or a sink was added, removed or renamed: state is not touched; roll the instances one by one
 *   <li>a store was added: it starts empty on every task; say what that means until it has filled
 *   <li>a store was removed or renamed: its content is gone; delete the old changelog topic after the last instance is new
 *   <li>a source topic was added or removed: tasks may be numbered anew; stop all instances before the first new one starts
 *   <li>a source moved to another sub-topology: stores move with it, which loses them; give the application another id
 * </ul>
 */
class TopologySnapshotTest {

    @Test
    void shouldBeTheReleasedTopology(@TempDir Path stateDir) throws Exception {
        String released;
        try (var resource = Objects.requireNonNull(getClass().getResourceAsStream("/topology/metering.txt"))) {
            released = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }

        String described = MeterDriver.topology(stateDir).describe().toString();

        assertThat(described).isEqualTo(released);
    }

    @Test
    void shouldLeaveNoNodeWithoutANameOfItsOwn(@TempDir Path stateDir) {
        assertThat(MeterDriver.topology(stateDir).describe().toString())
                .doesNotContain("KSTREAM-")
                .doesNotContain("KTABLE-");
    }
}
