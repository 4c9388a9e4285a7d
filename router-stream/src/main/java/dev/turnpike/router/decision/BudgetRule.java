package dev.turnpike.router.decision;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.event.Budget;

/**
 * One budget of a policy, prepared for deciding.
 *
 * @param since offset of the policy record with which a budget of this scope and period began to apply
 */
record BudgetRule(
        String name,
        String scope,
        BudgetWindow.Period period,
        Amounts.Unit unit,
        long limit,
        boolean hard,
        long since) {

    private static final String MODEL = "model";

    static BudgetRule of(Budget budget, long since) {
        return new BudgetRule(
                budget.getName(),
                budget.getScope(),
                BudgetWindow.Period.parse(budget.getPeriod()),
                BudgetScopes.unitOf(budget),
                BudgetScopes.limitOf(budget),
                BudgetScopes.isHard(budget),
                since);
    }

    /** Whether it counts in the same positions as a budget of another policy. */
    boolean countsLike(Budget budget) {
        return scope.equals(budget.getScope()) && period.wireName().equals(budget.getPeriod());
    }

    BudgetRule notBefore(long offset) {
        return new BudgetRule(name, scope, period, unit, limit, hard, Math.max(since, offset));
    }

    boolean isOfOrg() {
        return scope.equals(BudgetScopes.ORG);
    }

    /** Whether its window depends on which model serves. */
    boolean isPerModel() {
        return scope.equals(MODEL);
    }
}
