package dev.turnpike.metering.state;

import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** Which instance of the meter has what, for reading from any of them. */
public interface Peers {

    /** HOST:PORT of this instance; null where others cannot reach it. */
    @Nullable
    String self();

    /** HOST:PORT of all other instances. */
    SortedSet<String> others();

    /** HOST:PORT of the instance that has a team's partition; null where that is this one, or none is known. */
    @Nullable
    String ownerOf(String team);

    /** What this instance does: running, rebalancing, … */
    String state();

    /** How far this instance has come in its partitions. */
    List<Progress> progress();

    /**
     * How far a partition is read.
     *
     * @param committed the offset to be read next
     * @param end where the partition ended when it was last looked at
     */
    record Progress(String topic, int partition, long committed, long end) {}
}
