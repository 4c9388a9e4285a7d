package dev.turnpike.schemas;

import java.time.Duration;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * A topic of the contract: its name below the prefix, what its values are, and how the broker must keep them.
 *
 * @param suffix the name without the prefix, for example {@code requests}
 * @param value the event type; null where the topic carries bytes as they came
 * @param partitioning how many partitions it has
 * @param retention how long records are kept; null: for ever
 * @param compacted whether the broker keeps the newest record per key
 * @param brokerTime whether records carry the broker's time instead of the producer's
 */
public record Topic<V extends SpecificRecord>(
        String suffix,
        @Nullable Class<V> value,
        Partitioning partitioning,
        @Nullable Duration retention,
        boolean compacted,
        boolean brokerTime) {

    /** How many partitions a topic has. */
    public enum Partitioning {
        /** As many as every other topic keyed by team, so that a team's records share a task. */
        BY_TEAM,
        /** One: a small table that every instance reads whole. */
        SINGLE
    }

    /** The full name under a prefix such as {@code llm.}. */
    public String name(String prefix) {
        return prefix + suffix;
    }
}
