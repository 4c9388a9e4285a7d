package dev.turnpike.metering.watch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a team or an org spends, against what it used to. All in nano-dollars and days of UTC.
 *
 * @param seen what it had spent in all when it was last looked at
 * @param since what {@code seen} is counted from: another one begins anew
 * @param day number of today since 1970-01-01
 * @param days what was spent on each of the last days, the oldest first, today the last
 * @param minute the last minute, and the dearest one of each of those days
 * @param hour the last hour, and the dearest one of each of those days
 */
public record PastWatch(long seen, long since, long day, List<Long> days, Span minute, Span hour) {

    /*
     * A runaway spends a year's money in a week: 52 times its usual pace. It is told at half of that, and looked for in the last
     * minute, so that it is told within one, and in the last hour, for those who ask seldom and dearly. Either must also be four times as
     * dear as any it has known: a team that works in bursts has a low average, and a burst is what it always does. It needs three days of
     * history, and a minute of ten cents or an hour of a dollar at least.
     */

    private static final int DAYS = 28;
    private static final int LEAST_DAYS = 3;
    private static final long MINUTE_BUCKET = 5_000;
    private static final long HOUR_BUCKET = 300_000;
    private static final long DAY_MILLIS = 86_400_000;
    private static final int HOURS = 24;
    private static final int MINUTES = 1_440;
    private static final long TIMES_USUAL = 26;
    private static final int TIMES_DEAREST = 4;
    private static final long LEAST_MINUTE = 100_000_000;
    private static final long LEAST_HOUR = 1_000_000_000;

    public PastWatch {
        days = List.copyOf(days);
    }

    /**
     * A span of time that moves along.
     *
     * @param last what was spent in it
     * @param dearest the most that was ever spent in one, by day, today the last
     */
    public record Span(Buckets last, List<Long> dearest) {

        public Span {
            dearest = List.copyOf(dearest);
        }

        private long spent() {
            return last.last(Buckets.COUNT);
        }

        private Span add(long amount, long at) {
            Buckets added = last.add(amount, at);
            return new Span(
                    added, raised(dearest, Math.max(dearest.get(dearest.size() - 1), added.last(Buckets.COUNT))));
        }

        private Span pass(long passed) {
            return new Span(last, PastWatch.pass(dearest, passed));
        }

        private long dearestBefore() {
            return dearest.subList(0, dearest.size() - 1).stream()
                    .mapToLong(Long::longValue)
                    .max()
                    .orElse(0);
        }
    }

    /**
     * What a scope has come to.
     *
     * @param isRunaway whether it runs away
     * @param spent within the span by which it does, or else in the last minute
     * @param isHour whether that is an hour
     * @param timesUsual how many times what it usually spends in one
     */
    public record Verdict(boolean isRunaway, long spent, boolean isHour, long timesUsual) {}

    /**
     * A watch that begins with a history. It knows of no minute of it: the dearest is taken for half of the dearest hour.
     *
     * @param byHour what was spent by hour, in numbers of hours since 1970-01-01 UTC
     */
    public static PastWatch begin(long seen, long since, Map<Long, Long> byHour, long at) {
        long today = Math.floorDiv(at, DAY_MILLIS);
        TreeMap<Long, Long> past = new TreeMap<>(byHour);
        long first = past.isEmpty() ? today : Math.min(today, Math.floorDiv(past.firstKey(), HOURS));
        PastWatch watch = new PastWatch(
                seen,
                since,
                first,
                List.of(0L),
                new Span(Buckets.of(MINUTE_BUCKET), List.of(0L)),
                new Span(Buckets.of(HOUR_BUCKET), List.of(0L)));
        for (Map.Entry<Long, Long> spent : past.entrySet()) {
            watch = watch.passTo(Math.min(today, Math.floorDiv(spent.getKey(), HOURS)))
                    .remember(spent.getValue());
        }
        return watch.passTo(today);
    }

    private PastWatch remember(long spent) {
        return new PastWatch(
                seen,
                since,
                day,
                raised(days, Math.addExact(days.get(days.size() - 1), spent)),
                new Span(minute.last, raised(minute.dearest, Math.max(last(minute.dearest), spent / 2))),
                new Span(hour.last, raised(hour.dearest, Math.max(last(hour.dearest), spent))));
    }

    /**
     * The watch after another look.
     *
     * @param isPace whether the look before was lately; if not, nobody knows how fast it was spent
     */
    public PastWatch look(long seenNow, long sinceNow, boolean isPace, long at) {
        // a correction that takes something back is no pace
        long more = Math.max(0, sinceNow == since ? seenNow - seen : seenNow);
        PastWatch passed = passTo(Math.floorDiv(at, DAY_MILLIS));
        return new PastWatch(
                seenNow,
                sinceNow,
                passed.day,
                raised(passed.days, Math.addExact(last(passed.days), more)),
                passed.minute.add(isPace ? more : 0, at),
                passed.hour.add(isPace ? more : 0, at));
    }

    public Verdict judge() {
        int known = days.size() - 1;
        long usual = known == 0
                ? 0
                : days.subList(0, known).stream().mapToLong(Long::longValue).sum() / known;
        boolean isMinute = known >= LEAST_DAYS && isRunaway(minute, usual / MINUTES, LEAST_MINUTE);
        boolean isHour = known >= LEAST_DAYS && !isMinute && isRunaway(hour, usual / HOURS, LEAST_HOUR);
        long spent = isHour ? hour.spent() : minute.spent();
        long each = usual / (isHour ? HOURS : MINUTES);
        return new Verdict(isMinute || isHour, spent, isHour, each == 0 ? 0 : spent / each);
    }

    private static boolean isRunaway(Span span, long usual, long least) {
        return usual > 0
                && span.spent() >= least
                && span.spent() / TIMES_USUAL >= usual
                && span.spent() / TIMES_DEAREST >= span.dearestBefore();
    }

    private PastWatch passTo(long number) {
        long passed = number - day;
        return passed <= 0
                ? this
                : new PastWatch(seen, since, number, pass(days, passed), minute.pass(passed), hour.pass(passed));
    }

    private static List<Long> pass(List<Long> values, long passed) {
        List<Long> moved = new ArrayList<>(values);
        moved.addAll(Collections.nCopies((int) Math.min(DAYS + 1L, passed), 0L));
        return List.copyOf(moved.subList(Math.max(0, moved.size() - DAYS - 1), moved.size()));
    }

    private static List<Long> raised(List<Long> values, long today) {
        List<Long> raised = new ArrayList<>(values);
        raised.set(raised.size() - 1, today);
        return raised;
    }

    private static long last(List<Long> values) {
        return values.get(values.size() - 1);
    }
}
