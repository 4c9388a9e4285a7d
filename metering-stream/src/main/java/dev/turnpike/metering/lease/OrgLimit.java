package dev.turnpike.metering.lease;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.Org;
import java.util.EnumSet;
import java.util.Set;

/**
 * What an org may spend in one period by its hard budgets.
 *
 * @param amounts the limits; 0 in a unit without one
 * @param units those that are limited; nothing else is lent
 */
public record OrgLimit(Amounts amounts, Set<Unit> units) {

    public static final OrgLimit NONE = new OrgLimit(Amounts.ZERO, Set.of());

    public OrgLimit {
        units = Set.copyOf(units);
    }

    /** The hard limits of an org in a period. */
    public static OrgLimit of(Org org, String period) {
        Amounts amounts = Amounts.ZERO;
        EnumSet<Unit> units = EnumSet.noneOf(Unit.class);
        for (Budget budget : org.getBudgets()) {
            if (BudgetScopes.isHard(budget) && budget.getPeriod().equals(period)) {
                Unit unit = BudgetScopes.unitOf(budget);
                units.add(unit);
                amounts = amounts.plus(in(unit, BudgetScopes.limitOf(budget)));
            }
        }
        return new OrgLimit(amounts, units);
    }

    /** The part of amounts that is limited. */
    Amounts of(Amounts all) {
        return new Amounts(
                units.contains(Unit.NANO_USD) ? all.nanoUsd() : 0,
                units.contains(Unit.TOKENS) ? all.tokens() : 0,
                units.contains(Unit.REQUESTS) ? all.requests() : 0);
    }

    /** Whether another limit allows as much in every unit, or does not limit it. */
    boolean isLowerThan(OrgLimit before) {
        for (Unit unit : units) {
            if (!before.units.contains(unit) || amounts.in(unit) < before.amounts.in(unit)) {
                return true;
            }
        }
        return false;
    }

    private static Amounts in(Unit unit, long amount) {
        return new Amounts(
                unit == Unit.NANO_USD ? amount : 0,
                unit == Unit.TOKENS ? amount : 0,
                unit == Unit.REQUESTS ? amount : 0);
    }
}
