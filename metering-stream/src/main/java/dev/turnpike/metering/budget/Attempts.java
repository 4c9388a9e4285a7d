package dev.turnpike.metering.budget;

import dev.turnpike.schemas.event.UsageReport;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The attempts of one request that reports have told of.
 *
 * @param started numbers of attempts that were announced before the call
 * @param reported numbers of attempts whose usage is known
 * @param unnumbered how many reports of usage gave no number
 * @param announced how many attempts the final report speaks of; {@link #NOT_FINAL} before it
 */
public record Attempts(SortedSet<Integer> started, SortedSet<Integer> reported, int unnumbered, int announced) {

    public static final int NOT_FINAL = -1;
    public static final Attempts NONE =
            new Attempts(Collections.emptySortedSet(), Collections.emptySortedSet(), 0, NOT_FINAL);

    /** Whether a report tells what an attempt used, rather than that one starts or that none was needed. */
    static boolean hasUsage(UsageReport report) {
        return report.getStatus().equals("ok") || report.getStatus().equals("error");
    }

    Attempts with(UsageReport report) {
        Integer number = report.getAttempt();
        boolean used = hasUsage(report);
        return new Attempts(
                report.getStatus().equals("started") && number != null ? added(started, number) : started,
                used && number != null ? added(reported, number) : reported,
                used && number == null ? unnumbered + 1 : unnumbered,
                report.getFinal$() ? Math.max(announced, announcedBy(report)) : announced);
    }

    /** Whether nothing more is to be expected: the final report came, and so did one for every attempt. */
    boolean complete() {
        return announced != NOT_FINAL && reported.size() + unnumbered >= announced && reported.containsAll(started);
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

    private static SortedSet<Integer> added(SortedSet<Integer> numbers, int number) {
        SortedSet<Integer> more = new TreeSet<>(numbers);
        more.add(number);
        return Collections.unmodifiableSortedSet(more);
    }
}
