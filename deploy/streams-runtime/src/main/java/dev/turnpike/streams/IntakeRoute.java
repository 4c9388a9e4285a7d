package dev.turnpike.streams;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the records of a public topic go.
 *
 * @param team the team in a value
 * @param problem one line on what is wrong with a value; null where nothing is
 * @param partitions how many partitions the team-keyed topics have
 * @param movedSink the sink of the {@code …-moved} topic; null on the source that reads that topic
 * @param next the processor that takes what is in order
 * @param application who sets records aside, for their headers
 */
public record IntakeRoute<V>(
        Function<V, String> team,
        Function<V, @Nullable String> problem,
        int partitions,
        @Nullable String movedSink,
        String next,
        String application) {}
