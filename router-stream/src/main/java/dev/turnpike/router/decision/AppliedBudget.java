package dev.turnpike.router.decision;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.HoldWindow;

/**
 * A budget in the window it has for one request, with what is known of that window.
 *
 * @param starting whether what was spent before the budget began is still to be counted: nothing is let in before
 */
record AppliedBudget(BudgetRule rule, PositionKey key, HoldWindow window, Position position, boolean starting) {

    static AppliedBudget of(BudgetRule rule, PositionKey key, HoldWindow window, Position position, Headroom headroom) {
        boolean starting = rule.hard() && rule.since() >= headroom.countedPolicies();
        return new AppliedBudget(rule, key, window, position, starting);
    }

    /** What may still be held, in the unit of the budget. */
    long headroom() {
        if (starting) {
            return Long.MIN_VALUE;
        }
        try {
            return Math.subtractExact(rule.limit(), position.used(rule.unit()));
        } catch (ArithmeticException e) {
            // books beyond the range of a long: nothing more is let in
            return Long.MIN_VALUE;
        }
    }

    boolean refuses(Amounts amounts) {
        return rule.hard() && amounts.in(rule.unit()) > headroom();
    }

    /** Whether this much of it, in percent, is spent or held. */
    boolean hasReached(int percent) {
        try {
            return position.used(rule.unit()) >= Money.multiplyDivide(rule.limit(), percent, 100);
        } catch (ArithmeticException e) {
            return true;
        }
    }
}
