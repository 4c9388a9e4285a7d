package dev.turnpike.router.decision;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.HoldWindow;
import org.jspecify.annotations.Nullable;

/**
 * A budget in the window it has for one request, with what is known of that window.
 *
 * @param lease what is borrowed of the org's limit; null where the budget is not a hard one of an org
 * @param starting whether what was spent before the budget began is still to be counted, or a lease is still to come: nothing is let in before
 */
record AppliedBudget(
        BudgetRule rule,
        PositionKey key,
        HoldWindow window,
        Position position,
        @Nullable Borrowed lease,
        boolean starting) {

    // so long the lender may take to bring what others do not use
    private static final long PATIENCE_MILLIS = 15_000;

    static AppliedBudget of(BudgetRule rule, PositionKey key, HoldWindow window, Position position, Headroom headroom) {
        boolean starting = rule.hard() && rule.since() >= headroom.countedPolicies();
        return new AppliedBudget(rule, key, window, position, null, starting);
    }

    static AppliedBudget ofOrg(
            BudgetRule rule, PositionKey key, HoldWindow window, Position position, Headroom headroom) {
        if (!rule.hard()) {
            return new AppliedBudget(rule, key, window, position, null, false);
        }
        Borrowed lease = headroom.borrowedAt(key);
        // a lease that was written under a greater limit may be too large: the next one is on its way
        boolean starting = lease.version() == 0 || lease.orgLimit().in(rule.unit()) > rule.limit();
        return new AppliedBudget(rule, key, window, position, lease, starting);
    }

    /** What may be spent and held: the limit of the budget, or what is borrowed of it. */
    long limit() {
        return lease == null ? rule.limit() : lease.level().in(rule.unit());
    }

    Amounts limitVector() {
        Amounts.Unit unit = rule.unit();
        return new Amounts(
                unit == Amounts.Unit.NANO_USD ? limit() : 0,
                unit == Amounts.Unit.TOKENS ? limit() : 0,
                unit == Amounts.Unit.REQUESTS ? limit() : 0);
    }

    /** Whether it may let something in soon, without its window turning. */
    boolean refusesBriefly(long at) {
        return starting || (lease != null && !lease.waitsLongerThan(PATIENCE_MILLIS, at));
    }

    /** What may still be held, in the unit of the budget. */
    long headroom() {
        if (starting) {
            return Long.MIN_VALUE;
        }
        try {
            return Math.subtractExact(limit(), position.used(rule.unit()));
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
