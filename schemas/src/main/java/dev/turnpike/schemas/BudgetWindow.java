package dev.turnpike.schemas;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;
import java.util.Locale;

/**
 * One occurrence of a period in a time zone: {@code [start, end)}, milliseconds since 1970-01-01 UTC.
 *
 * <p>The start is the identity. Days follow the calendar of the zone, so that the day of a clock change has 23 or 25
 * hours. Hours are hours of the zone's offset at the instant: where the clock is set back by a whole hour, the repeated
 * hour is a window of its own; where it is changed within an hour (Lord Howe: by half an hour), the hour ends there.
 */
public record BudgetWindow(Period period, long start, long end) {

    private static final long HOUR_MILLIS = 3_600_000L;

    public static final BudgetWindow TOTAL = new BudgetWindow(Period.TOTAL, 0, Long.MAX_VALUE);

    /** The window of a period that contains an instant. */
    public static BudgetWindow at(Period period, ZoneId zone, DayOfWeek weekStart, long epochMilli) {
        if (period == Period.TOTAL) {
            return TOTAL;
        }
        ZonedDateTime at = Instant.ofEpochMilli(epochMilli).atZone(zone);
        if (period == Period.HOUR) {
            long offset = at.getOffset().getTotalSeconds() * 1_000L;
            long start = Math.floorDiv(epochMilli + offset, HOUR_MILLIS) * HOUR_MILLIS - offset;
            return new BudgetWindow(
                    period,
                    cut(zone, at, start) ? millis(zone.getRules().previousTransition(justAfter(at))) : start,
                    cut(zone, at, start + HOUR_MILLIS - 1)
                            ? millis(zone.getRules().nextTransition(at.toInstant()))
                            : start + HOUR_MILLIS);
        }
        ZonedDateTime day = at.toLocalDate().atStartOfDay(zone);
        return switch (period) {
            case DAY -> of(period, day, startOfDay(day, 1, ChronoUnit.DAYS));
            case WEEK -> {
                ZonedDateTime week = day.toLocalDate()
                        .with(TemporalAdjusters.previousOrSame(weekStart))
                        .atStartOfDay(zone);
                yield of(period, week, startOfDay(week, 1, ChronoUnit.WEEKS));
            }
            default -> {
                ZonedDateTime month = day.toLocalDate().withDayOfMonth(1).atStartOfDay(zone);
                yield of(period, month, startOfDay(month, 1, ChronoUnit.MONTHS));
            }
        };
    }

    public boolean contains(long epochMilli) {
        return start <= epochMilli && epochMilli < end;
    }

    /** Whether the clock is changed between two instants of an hour. */
    private static boolean cut(ZoneId zone, ZonedDateTime at, long epochMilli) {
        return !zone.getRules().getOffset(Instant.ofEpochMilli(epochMilli)).equals(at.getOffset());
    }

    private static Instant justAfter(ZonedDateTime at) {
        return at.toInstant().plusMillis(1);
    }

    private static long millis(ZoneOffsetTransition transition) {
        return transition.getInstant().toEpochMilli();
    }

    private static ZonedDateTime startOfDay(ZonedDateTime day, int amount, ChronoUnit unit) {
        return day.toLocalDate().plus(amount, unit).atStartOfDay(day.getZone());
    }

    private static BudgetWindow of(Period period, ZonedDateTime start, ZonedDateTime end) {
        return new BudgetWindow(
                period, start.toInstant().toEpochMilli(), end.toInstant().toEpochMilli());
    }

    /** How often a budget starts anew. */
    public enum Period {
        HOUR,
        DAY,
        WEEK,
        MONTH,
        TOTAL;

        /** The name in events and files. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * The period of a name in events and files.
         *
         * @throws IllegalArgumentException for anything but hour, day, week, month and total
         */
        public static Period parse(String name) {
            for (Period period : values()) {
                if (period.wireName().equals(name)) {
                    return period;
                }
            }
            throw new IllegalArgumentException("period " + name + ": must be hour, day, week, month or total");
        }
    }
}
