package dev.turnpike.metering.watch;

import java.math.BigInteger;

/**
 * How fast one budget window is spent.
 *
 * @param spent when it was last looked at, in the budget's unit
 * @param fast the last 1/720 of the window's length
 * @param slow the last 1/120 of the window's length
 */
public record BudgetWatch(long spent, Buckets fast, Buckets slow) {

    /*
     * Burn rates over two windows, as the Site Reliability Workbook recommends for error budgets (Beyer and others 2018, chapter 5,
     * "Multiwindow, Multi-Burn-Rate Alerts", https://sre.google/workbook/alerting-on-slos/). A burn rate of 1 spends the limit in
     * exactly the window. For 30 days the workbook tells at 14.4 over the last hour (2 % of the limit) and at 6 over the last six
     * hours (5 %), each only if the last twelfth of that time burns as fast: so it begins soon, and ends soon after the spending does. The
     * same shares of the length are taken for windows of any length.
     *
     * The forecast goes by two paces as well, that of the whole window so far and that of its last 1/120: a night or a burst alone
     * promises nothing. It waits until a tenth of the time has passed and a fifth of the limit is spent.
     */

    private static final int FAST_SHARE = 8_640;
    private static final int SLOW_SHARE = 1_440;
    private static final long FAST_LEAST = 5_000;
    private static final long SLOW_LEAST = 30_000;
    private static final int FAST_TENTHS = 144;
    private static final int SLOW_TENTHS = 60;
    private static final int FORECAST_AFTER = 10;
    private static final int FORECAST_SPENT = 5;

    /**
     * The danger that a window is in.
     *
     * @param tenths how many times as fast as it lasts it is spent, times ten
     * @param runsOutAt when nothing is left at that pace, milliseconds since 1970-01-01 UTC; {@link Long#MAX_VALUE}: never
     */
    public record Verdict(Danger danger, long tenths, long runsOutAt) {

        static final Verdict NONE = new Verdict(Danger.NONE, 0, Long.MAX_VALUE);
    }

    /** A watch that begins. */
    public static BudgetWatch begin(Window window, long spent) {
        return new BudgetWatch(
                spent,
                Buckets.of(Math.max(FAST_LEAST, window.length() / FAST_SHARE)),
                Buckets.of(Math.max(SLOW_LEAST, window.length() / SLOW_SHARE)));
    }

    /**
     * The watch after another look.
     *
     * @param most how much of it can have been spent since the look before; the rest is a correction of the past, which is no pace
     */
    public BudgetWatch look(long spentNow, long most, long at) {
        long more = Math.max(0, Math.min(spentNow - spent, most));
        return new BudgetWatch(spentNow, fast.add(more, at), slow.add(more, at));
    }

    /** The worst that is true of a window at an instant. */
    public Verdict judge(Window window, long at) {
        if (window.limit() <= 0 || window.left() <= 0 || at < window.start() || at >= window.end()) {
            return Verdict.NONE;
        }
        if (burns(fast, FAST_TENTHS, window, at)) {
            return verdict(Danger.FAST_BURN, fast.last(Buckets.COUNT), span(fast, window, at), window, at);
        }
        if (burns(slow, SLOW_TENTHS, window, at)) {
            return verdict(Danger.SLOW_BURN, slow.last(Buckets.COUNT), span(slow, window, at), window, at);
        }
        long elapsed = at - window.start() + 1;
        if (elapsed >= window.length() / FORECAST_AFTER
                && window.spent() >= window.limit() / FORECAST_SPENT
                && isBreach(window.spent(), elapsed, window, at)
                && isBreach(slow.last(Buckets.COUNT), span(slow, window, at), window, at)) {
            return verdict(Danger.FORECAST, window.spent(), elapsed, window, at);
        }
        return Verdict.NONE;
    }

    private static boolean burns(Buckets buckets, int tenths, Window window, long at) {
        return isBurnt(buckets.last(Buckets.COUNT), buckets.length(Buckets.COUNT, at), tenths, window)
                && isBurnt(buckets.last(2), buckets.length(2, at), tenths, window);
    }

    /** amount / time ≥ rate × limit / length. */
    private static boolean isBurnt(long amount, long millis, int tenths, Window window) {
        return product(amount, window.length() * 10).compareTo(product(window.limit(), millis * tenths)) >= 0;
    }

    /** left < amount / time × what remains of the window. */
    private static boolean isBreach(long amount, long millis, Window window, long at) {
        return product(amount, window.end() - at).compareTo(product(window.left(), millis)) > 0;
    }

    private static long span(Buckets buckets, Window window, long at) {
        return Math.min(buckets.length(Buckets.COUNT, at), at - window.start() + 1);
    }

    private static Verdict verdict(Danger danger, long amount, long millis, Window window, long at) {
        BigInteger spent = BigInteger.valueOf(amount);
        long until = product(window.left(), millis).divide(spent).longValueExact();
        long tenths = product(amount, window.length() * 10)
                .divide(product(window.limit(), millis))
                .longValueExact();
        return new Verdict(danger, tenths, at + until);
    }

    private static BigInteger product(long one, long other) {
        return BigInteger.valueOf(one).multiply(BigInteger.valueOf(other));
    }
}
