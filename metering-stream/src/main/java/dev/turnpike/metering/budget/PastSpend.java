package dev.turnpike.metering.budget;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.BudgetCalendar;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetScopes.Dimensions;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.BudgetWindow.Period;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.SpendAggregate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a team has spent so far in the windows of budgets that begin to count, added up from its spend cells. */
public final class PastSpend {

    /*
     * A cell is an hour of the team's zone. Where a window turns within one, since the zone was changed or the org has another
     * one that is off by part of an hour, the cell counts in both windows: what a new budget counts may be too much, never
     * too little. A total has no such edge and is added up from days.
     */

    private final List<Begun> budgets = new ArrayList<>();
    private final Map<HoldWindow, Amounts> sums = new LinkedHashMap<>();

    /**
     * Begins with nothing.
     *
     * @param terms with what was counted until now
     * @param at the instant from which the others count
     */
    public PastSpend(Terms terms, long at) {
        Set<String> known = new HashSet<>();
        BudgetCalendar calendar = BudgetCalendar.of(terms.policy());
        for (Budget budget : terms.policy().getBudgets()) {
            if (!terms.counting().has(budget, null) && known.add(Counting.identity(budget, null))) {
                budgets.add(new Begun(budget, null, calendar, at));
            }
        }
        if (terms.org() != null) {
            String org = terms.org().getOrg();
            BudgetCalendar shared = BudgetCalendar.of(terms.org());
            for (Budget budget : terms.org().getBudgets()) {
                if (!terms.counting().has(budget, org) && known.add(Counting.identity(budget, org))) {
                    budgets.add(new Begun(budget, org, shared, at));
                }
            }
        }
    }

    /** From where on cells of a kind are needed, milliseconds since 1970-01-01 UTC; Long.MAX_VALUE where none are. */
    public long from(SpendKey.Window window) {
        return budgets.stream()
                .filter(budget -> budget.cells == window)
                .mapToLong(budget -> budget.from)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    public void add(SpendAggregate cell) {
        Amounts amount = Amounts.of(cell.getAmount());
        for (Begun budget : budgets) {
            String value = budget.cells.wireName().equals(cell.getWindow()) ? budget.valueOf(cell) : null;
            if (value != null) {
                BudgetWindow first = budget.at(cell.getWindowStart());
                BudgetWindow last = budget.at(cell.getWindowEnd() - 1);
                add(budget, value, first, amount);
                if (last.start() != first.start()) {
                    add(budget, value, last, amount);
                }
            }
        }
    }

    /** Per window that has not ended. */
    Map<HoldWindow, Amounts> sums() {
        return sums;
    }

    private void add(Begun budget, String value, BudgetWindow window, Amounts amount) {
        if (window.end() > budget.since) {
            var named = new HoldWindow(budget.scope, value, window.period().wireName(), window.start(), window.end());
            sums.merge(named, amount, Amounts::plus);
        }
    }

    /** A budget that begins. */
    private static final class Begun {

        private static final long HOUR_MILLIS = 3_600_000;

        private final String scope;
        private final @Nullable String org;
        private final Period period;
        private final BudgetCalendar calendar;
        private final SpendKey.Window cells;
        private final long since;
        private final long from;
        // cells come by time, so a window is asked for many times over
        private final Map<Long, BudgetWindow> windows = new HashMap<>();

        private Begun(Budget budget, @Nullable String org, BudgetCalendar calendar, long since) {
            this.scope = budget.getScope();
            this.org = org;
            this.period = Period.parse(budget.getPeriod());
            this.calendar = calendar;
            this.cells = period == Period.TOTAL ? SpendKey.Window.DAY : SpendKey.Window.HOUR;
            this.since = since;
            // the cell that the window turns in begins before it
            this.from = Math.max(0, calendar.at(period, since).start() - HOUR_MILLIS);
        }

        private BudgetWindow at(long instant) {
            return windows.computeIfAbsent(instant, at -> calendar.at(period, at));
        }

        // a cell of a tag or a task repeats a part of the others, and knows nothing else of it
        private @Nullable String valueOf(SpendAggregate cell) {
            if (org != null) {
                return isWhole(cell) ? org : null;
            }
            if (cell.getTag() != null) {
                return scope.equals("tag:" + cell.getTag()) ? cell.getTagValue() : null;
            }
            if (cell.getTaskId() != null) {
                return scope.equals("task") ? cell.getTaskId() : null;
            }
            String model = BudgetScopes.offerId(cell.getProvider(), String.valueOf(cell.getModel()));
            return new Dimensions(cell.getTeam(), cell.getUser(), null, model, Map.of()).valueOf(scope);
        }

        private static boolean isWhole(SpendAggregate cell) {
            return cell.getTag() == null && cell.getTaskId() == null;
        }
    }
}
