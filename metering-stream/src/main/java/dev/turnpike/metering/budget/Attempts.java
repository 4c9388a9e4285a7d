package dev.turnpike.metering.budget;

import dev.turnpike.schemas.event.UsageReport;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one request that reports have told of.
 *
 * @param started attempts that were announced before the call, and the most that each can cost, nano-dollars;
 *     {@link #UNKNOWN} where it was not said
 * @param reported numbers of attempts whose usage is known
 * @param unnumbered how many reports of usage gave no number
 * @param announced how many attempts the final report speaks of; {@link #NOT_FINAL} before it
 */
public record Attempts(SortedMap<Integer, Long> started, SortedSet<Integer> reported, int unnumbered, int announced) {

    public static final int NOT_FINAL = -1;
    public static final long UNKNOWN = -1;
    public static final Attempts NONE =
            new Attempts(Collections.emptySortedMap(), Collections.emptySortedSet(), 0, NOT_FINAL);

    /** Whether a report tells what an attempt used, rather than that one starts or that none was needed. */
    public static boolean hasUsage(UsageReport report) {
        return report.getStatus().equals("ok") || report.getStatus().equals("error");
    }

    Attempts with(UsageReport report) {
        Integer number = report.getAttempt();
        boolean used = hasUsage(report);
        return new Attempts(
                report.getStatus().equals("started") && number != null
                        ? started(number, report.getBoundNanoUsd())
                        : started,
                used && number != null ? added(reported, number) : reported,
                used && number == null ? unnumbered + 1 : unnumbered,
                report.getFinal$() ? Math.max(announced, announcedBy(report)) : announced);
    }

    /** Nothing further will be started: so many were, says whoever stopped. */
    Attempts closed(int number) {
        return new Attempts(started, reported, unnumbered, Math.max(announced, number));
    }

    /** Whether nothing more is to be expected: the final report came, and so did one for every attempt. */
    boolean complete() {
        return announced != NOT_FINAL
                && reported.size() + unnumbered >= announced
                && reported.containsAll(started.keySet());
    }

    /**
     * The most that attempts can still cost which were started and have not been reported, nano-dollars; {@link #UNKNOWN} as
     * long as others may start or may have been, or where a bound was not said.
     */
    long stillUnknown() {
        long bounds = 0;
        int silent = 0;
        for (var attempt : started.entrySet()) {
            if (!reported.contains(attempt.getKey())) {
                if (attempt.getValue() == UNKNOWN) {
                    return UNKNOWN;
                }
                bounds = Math.addExact(bounds, attempt.getValue());
                silent++;
            }
        }
        boolean isEachKnown = announced != NOT_FINAL && reported.size() + unnumbered + silent >= announced;
        return isEachKnown ? bounds : UNKNOWN;
    }

    private static int announcedBy(UsageReport report) {
        if (report.getAttempts() != null) {
            return report.getAttempts();
        }
        if (!hasUsage(report)) {
            return 0;
        }
        return report.getAttempt() == null ? 1 : report.getAttempt();
    }

    private SortedMap<Integer, Long> started(int number, @Nullable Long bound) {
        SortedMap<Integer, Long> more = new TreeMap<>(started);
        more.merge(number, bound == null || bound < 0 ? UNKNOWN : bound, Math::max);
        return Collections.unmodifiableSortedMap(more);
    }

    private static SortedSet<Integer> added(SortedSet<Integer> numbers, int number) {
        SortedSet<Integer> more = new TreeSet<>(numbers);
        more.add(number);
        return Collections.unmodifiableSortedSet(more);
    }
}
