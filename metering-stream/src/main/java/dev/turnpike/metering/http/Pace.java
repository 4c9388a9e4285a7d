package dev.turnpike.metering.http;

import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.SpendKey.Window;
import dev.turnpike.metering.state.MeterView;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetWindow.Period;
import dev.turnpike.schemas.event.SpendAggregate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How fast the budgets of a team are used, and where that leads.
 *
 * <p>The pace of an hour's budget is that of the window so far; of longer ones, that of the last 6 hours (day), 24 hours (week) or
 * 7 days (month), counted from the first hour in which anything was spent, but over at least 1, 6 or 24 hours. The
 * forecast is a straight line: what is spent, plus the pace times what is left of the window. A total has no end and so no
 * forecast.
 */
final class Pace {

    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();
    private static final String TAG = "tag:";

    private final List<SpendAggregate> hours;
    private final long now;

    /**
     * Where a budget window is heading, in the budget's unit.
     *
     * @param perHour what is used in an hour
     * @param atEnd what will have been used when the window ends
     * @param runsOutAt when nothing will be left; null where that is not within the window
     */
    record Forecast(double perHour, long atEnd, @Nullable Long runsOutAt) {

        /**
         * A straight line.
         *
         * @param left what may still be used
         * @param end of the window
         */
        static Forecast of(long spent, long left, double perHour, long end, long now) {
            double perMilli = perHour / HOUR;
            Long runsOutAt = null;
            if (left <= 0) {
                runsOutAt = now;
            } else if (perMilli > 0 && left / perMilli < end - now) {
                runsOutAt = now + Math.round(left / perMilli);
            }
            return new Forecast(perHour, Math.round(spent + perMilli * (end - now)), runsOutAt);
        }
    }

    private Pace(List<SpendAggregate> hours, long now) {
        this.hours = hours;
        this.now = now;
    }

    static Pace of(MeterView meter, String team, long now) {
        return new Pace(meter.cells(team, Window.HOUR, now - Duration.ofDays(7).toMillis(), now + 1), now);
    }

    /** Null where the window has no end, or nothing is known of the scope's hours. */
    @Nullable
    Forecast forecast(Position position, Unit unit, long limit) {
        long end = position.windowEnd();
        if (end == Long.MAX_VALUE || end <= now) {
            return null;
        }
        long spent = position.spent().in(unit);
        long left = limit - spent - position.open().in(unit);
        return Forecast.of(spent, left, HOUR * perMilli(position, unit), end, now);
    }

    private double perMilli(Position position, Unit unit) {
        long start = position.key().windowStart();
        if (position.key().period().equals(Period.HOUR.wireName())) {
            return (double) position.spent().in(unit) / Math.max(MINUTE, now - start);
        }
        long since = now - lookback(position.key().period());
        long first = now;
        long used = 0;
        for (SpendAggregate hour : hours) {
            if (hour.getWindowEnd() > since && isOf(position, hour)) {
                first = Math.min(first, hour.getWindowStart());
                used += Amounts.of(hour.getAmount()).in(unit);
            }
        }
        return (double) Math.max(0, used) / Math.max(least(position.key().period()), now - Math.max(first, since));
    }

    private static long lookback(String period) {
        return switch (Period.parse(period)) {
            case DAY -> 6 * HOUR;
            case WEEK -> 24 * HOUR;
            default -> 7 * 24 * HOUR;
        };
    }

    // a burst in a first hour is not how a month goes
    private static long least(String period) {
        return switch (Period.parse(period)) {
            case DAY -> HOUR;
            case WEEK -> 6 * HOUR;
            default -> 24 * HOUR;
        };
    }

    private static boolean isOf(Position position, SpendAggregate cell) {
        String scope = position.key().scope();
        String value = position.key().scopeValue();
        if (scope.startsWith(TAG)) {
            return scope.substring(TAG.length()).equals(cell.getTag()) && value.equals(cell.getTagValue());
        }
        if (scope.equals("task")) {
            return value.equals(cell.getTaskId());
        }
        if (cell.getTag() != null || cell.getTaskId() != null) {
            return false;
        }
        return switch (scope) {
            // a team's part in the budget of its org
            case "team", BudgetScopes.ORG -> true;
            case "user" -> value.equals(cell.getUser());
            case "model" ->
                cell.getModel() != null && value.equals(BudgetScopes.offerId(cell.getProvider(), cell.getModel()));
            default -> false;
        };
    }
}
