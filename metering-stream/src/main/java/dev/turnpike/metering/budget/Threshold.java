package dev.turnpike.metering.budget;

import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.event.Budget;

/**
 * A share of a limit at which somebody is told. Within a position it is told apart by unit, enforcement and share: the name
 * of the budget is for people, and with another limit it is still the same budget.
 *
 * @param percent of the limit
 */
public record Threshold(Unit unit, String enforcement, int percent) {

    static Threshold of(Budget budget, int percent) {
        return new Threshold(BudgetScopes.unitOf(budget), budget.getEnforcement(), percent);
    }

    boolean isReached(long spent, long limit) {
        // spent × 100 ≥ limit × percent, in 128 bits: rounding could report a threshold that is not reached
        long high = Math.multiplyHigh(spent, 100);
        long highLimit = Math.multiplyHigh(limit, percent);
        boolean reached =
                high == highLimit ? Long.compareUnsigned(spent * 100, limit * percent) >= 0 : high > highLimit;
        return spent > 0 && reached;
    }

    String encode() {
        return unit.wireName() + '/' + enforcement + '/' + percent;
    }
}
