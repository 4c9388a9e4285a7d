package dev.turnpike.schemas;

import dev.turnpike.schemas.BudgetWindow.Period;
import dev.turnpike.schemas.event.Calendar;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.TeamPolicy;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where and on which day the windows of a team or an org turn, now and before. */
public final class BudgetCalendar {

    /*
     * A change of zone or week start must not open a window that overlaps one in which money was spent: it would count from
     * zero. So a window that had begun when the change was applied is finished in the old calendar, and the next one begins
     * where it ends, which may be within a window of the new calendar. The windows of a period follow one another without gap or
     * overlap, whatever is changed and how often.
     */

    // whoever changes the zone more often than this keeps the newest changes
    private static final int MOST_EARLIER = 32;

    private final List<Rules> rules;

    /** @param from when it was put in force; windows that had begun then are finished in the rules before */
    private record Rules(ZoneId zone, DayOfWeek weekStart, long from) {

        BudgetWindow at(Period period, long epochMilli) {
            return BudgetWindow.at(period, zone, weekStart, epochMilli);
        }
    }

    private BudgetCalendar(String zone, String weekStart, List<Calendar> earlier) {
        this.rules = new ArrayList<>(earlier.size() + 1);
        long from = Long.MIN_VALUE;
        for (Calendar calendar : earlier) {
            rules.add(rules(calendar.getTimezone(), calendar.getWeekStart(), from));
            from = calendar.getUntil();
        }
        rules.add(rules(zone, weekStart, from));
    }

    /**
     * The calendar of a team.
     *
     * @throws java.time.DateTimeException for an unknown zone
     * @throws IllegalArgumentException for an unknown day of the week
     */
    public static BudgetCalendar of(TeamPolicy policy) {
        return new BudgetCalendar(policy.getTimezone(), policy.getWeekStart(), policy.getEarlier());
    }

    /** The calendar of an org; throws like that of a team. */
    public static BudgetCalendar of(Org org) {
        return new BudgetCalendar(org.getTimezone(), org.getWeekStart(), org.getEarlier());
    }

    /** The zone that a policy had set at an instant. */
    public static ZoneId zoneAt(TeamPolicy policy, long epochMilli) {
        for (Calendar earlier : policy.getEarlier()) {
            if (epochMilli < earlier.getUntil()) {
                return ZoneId.of(earlier.getTimezone());
            }
        }
        return ZoneId.of(policy.getTimezone());
    }

    /** The window of a period that contains an instant. */
    public BudgetWindow at(Period period, long epochMilli) {
        int last = rules.size() - 1;
        if (last == 0 || period == Period.TOTAL) {
            return rules.get(last).at(period, epochMilli);
        }
        Rules inForce = rules.get(0);
        long begin = Long.MIN_VALUE;
        for (int i = 1; i <= last; i++) {
            Rules next = rules.get(i);
            // the window that the change came into; where an earlier change is still to begin, it begins together with
            // that
            long boundary = Math.max(begin, inForce.at(period, next.from).end());
            if (epochMilli < boundary) {
                break;
            }
            inForce = next;
            begin = boundary;
        }
        BudgetWindow window = inForce.at(period, epochMilli);
        return window.start() >= begin ? window : new BudgetWindow(period, begin, window.end());
    }

    /**
     * What a policy has to say of the calendars before it.
     *
     * @param standing what has applied to the team until now; null: nothing
     */
    public static List<Calendar> earlier(TeamPolicy policy, @Nullable TeamPolicy standing, Instant now) {
        return standing == null
                ? List.of()
                : earlier(
                        standing.getEarlier(),
                        new Calendar(standing.getTimezone(), standing.getWeekStart(), now.toEpochMilli()),
                        policy.getTimezone(),
                        policy.getWeekStart());
    }

    /** What an org has to say of the calendars before it. */
    public static List<Calendar> earlier(Org org, @Nullable Org standing, Instant now) {
        return standing == null
                ? List.of()
                : earlier(
                        standing.getEarlier(),
                        new Calendar(standing.getTimezone(), standing.getWeekStart(), now.toEpochMilli()),
                        org.getTimezone(),
                        org.getWeekStart());
    }

    private static List<Calendar> earlier(List<Calendar> before, Calendar last, String zone, String weekStart) {
        if (last.getTimezone().equals(zone) && last.getWeekStart().equals(weekStart)) {
            return before;
        }
        List<Calendar> all = new ArrayList<>(before);
        all.add(last);
        return List.copyOf(all.subList(Math.max(0, all.size() - MOST_EARLIER), all.size()));
    }

    private static Rules rules(String zone, String weekStart, long from) {
        return new Rules(ZoneId.of(zone), DayOfWeek.valueOf(weekStart.toUpperCase(Locale.ROOT)), from);
    }
}
