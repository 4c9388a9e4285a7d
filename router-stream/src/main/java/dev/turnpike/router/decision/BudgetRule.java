package dev.turnpike.router.decision;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.event.Budget;

/** One budget of a policy, prepared for deciding. */
record BudgetRule(String name, String scope, BudgetWindow.Period period, Amounts.Unit unit, long limit, boolean hard) {

    private static final String MODEL = "model";

    static BudgetRule of(Budget budget) {
        return new BudgetRule(
                budget.getName(),
                budget.getScope(),
                BudgetWindow.Period.parse(budget.getPeriod()),
                BudgetScopes.unitOf(budget),
                BudgetScopes.limitOf(budget),
                BudgetScopes.isHard(budget));
    }

    /** Whether its window depends on which model serves. */
    boolean isPerModel() {
        return scope.equals(MODEL);
    }

    Amounts limitVector() {
        return new Amounts(
                unit == Amounts.Unit.NANO_USD ? limit : 0,
                unit == Amounts.Unit.TOKENS ? limit : 0,
                unit == Amounts.Unit.REQUESTS ? limit : 0);
    }
}
