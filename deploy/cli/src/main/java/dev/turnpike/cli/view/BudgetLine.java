package dev.turnpike.cli.view;

import dev.turnpike.cli.text.Table;
import dev.turnpike.cli.text.Times;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetScopes.Dimensions;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A budget in its present window.
 *
 * @param held opened and not closed, as far as the meter has seen
 * @param end first instant after the window
 */
public record BudgetLine(Budget budget, String scopeValue, Unit unit, long limit, long spent, long held, long end) {

    /** The lines of a team, in the order of its policy, the most used first. */
    public static List<BudgetLine> of(TeamPolicy policy, String team, Collection<BudgetState> states, long now) {
        List<BudgetLine> lines = new ArrayList<>();
        List<BudgetScopes.Applied> applied =
                BudgetScopes.windowsAt(policy, new Dimensions(team, null, null, null, Map.of()), now);
        for (int i = 0; i < applied.size(); i++) {
            Budget budget = policy.getBudgets().get(i);
            HoldWindow own = applied.get(i).window();
            List<BudgetLine> used = states.stream()
                    .filter(state -> state.getTeam().equals(team) && isOf(budget, state))
                    .filter(state -> state.getWindowStart() <= now && now < state.getWindowEnd())
                    .map(state -> of(budget, state))
                    .sorted(Comparator.comparingLong(BudgetLine::left).thenComparing(BudgetLine::scopeValue))
                    .toList();
            lines.addAll(used);
            if (used.isEmpty() && own != null) {
                Unit unit = BudgetScopes.unitOf(budget);
                lines.add(new BudgetLine(
                        budget, own.getScopeValue(), unit, BudgetScopes.limitOf(budget), 0, 0, own.getWindowEnd()));
            }
        }
        return lines;
    }

    /** What may still be spent or held; negative where usage came past Turnpike. */
    public long left() {
        return limit - spent - held;
    }

    /** The columns of a table of lines. */
    public static Table<BudgetLine> table() {
        return new Table<BudgetLine>()
                .text("budget", line -> line.budget.getName())
                .text("of", BudgetLine::scopeValue)
                .text("period", line -> line.budget.getEnforcement() + ' ' + line.budget.getPeriod())
                .hidden("unit", line -> line.unit.wireName())
                .amount("limit", line -> line.unit, line -> line.limit)
                .amount("spent", line -> line.unit, line -> line.spent)
                .amount("held", line -> line.unit, line -> line.held)
                .amount("left", line -> line.unit, line -> line.left())
                .shown("turns", false, line -> line.end, Times::minute);
    }

    private static BudgetLine of(Budget budget, BudgetState state) {
        Unit unit = BudgetScopes.unitOf(budget);
        Amounts open = Amounts.of(state.getOpened()).minus(Amounts.of(state.getClosed()));
        return new BudgetLine(
                budget,
                state.getScopeValue(),
                unit,
                BudgetScopes.limitOf(budget),
                Amounts.of(state.getSpent()).in(unit),
                open.in(unit),
                state.getWindowEnd());
    }

    private static boolean isOf(Budget budget, BudgetState state) {
        return budget.getScope().equals(state.getScope()) && budget.getPeriod().equals(state.getPeriod());
    }
}
