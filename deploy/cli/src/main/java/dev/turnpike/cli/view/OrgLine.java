package dev.turnpike.cli.view;

import dev.turnpike.cli.text.Table;
import dev.turnpike.cli.text.Times;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetCalendar;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.OrgLease;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * A team's part in a budget of its org in the present window, or that of all teams.
 *
 * @param team all for all of them
 * @param limit of the org, whichever the team
 * @param lent what the team may spend and hold; of a soft budget nothing is lent
 * @param end first instant after the window
 */
public record OrgLine(Budget budget, String team, Unit unit, long limit, long lent, long spent, long held, long end) {

    private static final String ALL = "all";

    /** Per budget of the org a line for all teams, then one for each that has borrowed or spent anything. */
    public static List<OrgLine> of(Org org, Collection<OrgLease> leases, Collection<BudgetState> states, long now) {
        List<OrgLine> lines = new ArrayList<>();
        BudgetCalendar calendar = BudgetCalendar.of(org);
        for (Budget budget : org.getBudgets()) {
            BudgetWindow window = calendar.at(BudgetWindow.Period.parse(budget.getPeriod()), now);
            List<OrgLease> lent = leases.stream()
                    .filter(lease -> lease.getOrg().equals(org.getOrg())
                            && lease.getPeriod().equals(budget.getPeriod())
                            && lease.getWindowStart() == window.start())
                    .toList();
            List<BudgetState> used = states.stream()
                    .filter(state -> state.getScope().equals(BudgetScopes.ORG)
                            && state.getScopeValue().equals(org.getOrg())
                            && state.getPeriod().equals(budget.getPeriod())
                            && state.getWindowStart() == window.start())
                    .toList();
            lines.add(of(budget, ALL, lent, used, window.end()));
            TreeSet<String> teams = new TreeSet<>();
            lent.forEach(lease -> teams.add(lease.getTeam()));
            used.forEach(state -> teams.add(state.getTeam()));
            for (String team : teams) {
                lines.add(of(
                        budget,
                        team,
                        lent.stream()
                                .filter(lease -> lease.getTeam().equals(team))
                                .toList(),
                        used.stream()
                                .filter(state -> state.getTeam().equals(team))
                                .toList(),
                        window.end()));
            }
        }
        return lines;
    }

    /** The columns of a table of lines. */
    public static Table<OrgLine> table() {
        return new Table<OrgLine>()
                .text("budget", line -> line.budget.getName())
                .text("team", OrgLine::team)
                .text("period", line -> line.budget.getEnforcement() + ' ' + line.budget.getPeriod())
                .hidden("unit", line -> line.unit.wireName())
                .amount("limit", line -> line.unit, line -> line.limit)
                .amount("lent", line -> line.unit, line -> line.lent)
                .amount("spent", line -> line.unit, line -> line.spent)
                .amount("held", line -> line.unit, line -> line.held)
                .shown("turns", false, line -> line.end, Times::minute);
    }

    private static OrgLine of(Budget budget, String team, List<OrgLease> leases, List<BudgetState> states, long end) {
        Unit unit = BudgetScopes.unitOf(budget);
        Amounts lent = Amounts.ZERO;
        for (OrgLease lease : leases) {
            lent = lent.plus(Amounts.of(lease.getGranted())).minus(Amounts.of(lease.getReturned()));
        }
        Amounts spent = Amounts.ZERO;
        Amounts held = Amounts.ZERO;
        for (BudgetState state : states) {
            spent = spent.plus(Amounts.of(state.getSpent()));
            held = held.plus(Amounts.of(state.getOpened())).minus(Amounts.of(state.getClosed()));
        }
        return new OrgLine(
                budget, team, unit, BudgetScopes.limitOf(budget), lent.in(unit), spent.in(unit), held.in(unit), end);
    }
}
