package dev.turnpike.router.decision;

import dev.turnpike.schemas.BudgetCalendar;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.BudgetWindow.Period;
import dev.turnpike.schemas.event.Org;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An org's budgets, prepared for deciding. Safe for many threads; what it remembers changes no answer. */
public final class OrgRules {

    private static final long NOT_OF_A_POLICY = -1;

    private final String name;
    private final List<BudgetRule> budgets;
    private final BudgetCalendar calendar;

    // the window of most requests is that of the request before
    private final Map<Period, BudgetWindow> windows = new ConcurrentHashMap<>();

    private OrgRules(String name, List<BudgetRule> budgets, BudgetCalendar calendar) {
        this.name = name;
        this.budgets = budgets;
        this.calendar = calendar;
    }

    /**
     * Prepares an org.
     *
     * @throws java.time.DateTimeException if the time zone is unknown
     * @throws IllegalArgumentException if something else cannot be understood
     */
    public static OrgRules of(Org org) {
        return new OrgRules(
                org.getOrg(),
                org.getBudgets().stream()
                        .map(budget -> BudgetRule.of(budget, NOT_OF_A_POLICY))
                        .toList(),
                BudgetCalendar.of(org));
    }

    String name() {
        return name;
    }

    List<BudgetRule> budgets() {
        return budgets;
    }

    /** The window of a period at an instant, in the org's own time zone. */
    BudgetWindow windowAt(Period period, long instant) {
        BudgetWindow last = windows.get(period);
        if (last == null || !last.contains(instant)) {
            last = calendar.at(period, instant);
            windows.put(period, last);
        }
        return last;
    }
}
