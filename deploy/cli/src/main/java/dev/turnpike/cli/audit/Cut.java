package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import java.util.Map;
import java.util.Set;

/**
 * What part of a log that is still being written can be judged.
 *
 * <p>Three looks at the log, one after the other, make the cut consistent: where committed records ended (settled), how far
 * the router and the meter had come by the offsets they commit with their output (processed), and where everything
 * ended (what is read). Whatever belongs to a settled record, or follows from a processed one, was written before the
 * third look. What is neither was in flight.
 *
 * @param prefix of the topics' names
 * @param partitions of the topics keyed by team
 * @param settled per partition the end of committed records at the first look
 * @param processed per partition of an input the offset before which it was processed at the second look
 * @param dead what was set aside, and so had no effect
 * @param truncated topics whose beginning is not there any more
 * @param from the first instant that is judged, milliseconds since 1970-01-01 UTC
 * @param to the first instant that is judged no more
 */
record Cut(
        String prefix,
        int partitions,
        Map<Slot, Long> settled,
        Map<Slot, Long> processed,
        Set<Place> dead,
        Set<Topic<?>> truncated,
        long from,
        long to) {

    /** @throws IllegalArgumentException if there is no topic of this full name */
    Topic<?> topic(String name) {
        return Topics.ALL.stream()
                .filter(topic -> topic.name(prefix).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + ": is no topic with the prefix " + prefix));
    }

    /** Whether a partition is its team's. */
    boolean isOwner(String team, int partition) {
        return Ownership.partitionOf(team, partitions) == partition;
    }

    /** Whether a record was set aside. */
    boolean isDead(Entry<?> entry) {
        return dead.contains(Place.of(entry));
    }

    /** Whether all that was committed with a record has been read. */
    boolean isSettled(Entry<?> entry) {
        return entry.offset() < settled.getOrDefault(Slot.of(entry), Long.MAX_VALUE);
    }

    /** Whether all that follows from an input has been read. */
    boolean isProcessed(Entry<?> entry) {
        return isProcessed(entry.topic(), entry.partition(), entry.offset());
    }

    boolean isProcessed(Topic<?> topic, int partition, long offset) {
        return offset < processed.getOrDefault(new Slot(topic, partition), Long.MAX_VALUE);
    }

    /** Whether what is wrong at an instant counts. */
    boolean isJudged(long instant) {
        return from <= instant && instant < to;
    }

    /** Whether the beginning of a topic is there. */
    boolean isWhole(Topic<?> topic) {
        return !truncated.contains(topic);
    }
}
