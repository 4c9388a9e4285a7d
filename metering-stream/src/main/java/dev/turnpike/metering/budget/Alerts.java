package dev.turnpike.metering.budget;

import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.BudgetWindow.Period;
import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.LedgerEntry;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** Writes alerts. The id names the cause, so that the same cause always gives the same id. */
final class Alerts {

    private Alerts() {}

    static BudgetAlert threshold(
            Position position, Budget budget, Threshold threshold, @Nullable String requestId, long at) {
        Unit unit = threshold.unit();
        long limit = BudgetScopes.limitOf(budget);
        long spent = position.spent().in(unit);
        return BudgetAlert.newBuilder()
                .setAlertId(position.key().encode()
                        + '/'
                        + threshold.encode()
                        + (position.canBeginAnew() ? "/" + position.begunAt() : ""))
                .setKind("threshold")
                .setTeam(position.key().team())
                .setBudget(budget.getName())
                .setEnforcement(budget.getEnforcement())
                .setScope(position.key().scope())
                .setScopeValue(position.key().scopeValue())
                .setPeriod(position.key().period())
                .setWindowStart(position.key().windowStart())
                .setWindowEnd(position.windowEnd())
                .setBegunAt(position.canBeginAnew() ? position.begunAt() : null)
                .setThreshold(threshold.percent())
                .setUnit(unit.wireName())
                .setLimit(limit)
                .setSpent(spent)
                .setRequestId(requestId)
                .setMessage("team " + position.key().team() + ", budget " + budget.getName() + ": "
                        + unit.display(spent) + " of " + unit.display(limit) + " spent by "
                        + position.key().scope() + ' ' + position.key().scopeValue() + ", past "
                        + threshold.percent() + " %")
                .setRaisedAt(at)
                .build();
    }

    static BudgetAlert overrun(LedgerEntry entry, long at) {
        return BudgetAlert.newBuilder()
                .setAlertId(Identity.of(entry.getTeam(), "overrun", entry.getSource(), entry.getUsageId()))
                .setKind("overrun")
                .setTeam(entry.getTeam())
                .setRequestId(entry.getRequestId())
                .setUnit(Unit.NANO_USD.wireName())
                .setSpent(entry.getAmount().getNanoUsd())
                .setMessage("team " + entry.getTeam() + ", request " + entry.getRequestId() + ": usage "
                        + entry.getUsageId() + " cost " + Money.display(entry.getOverrunNanoUsd())
                        + " more than was held")
                .setRaisedAt(at)
                .build();
    }

    /** One per model, service tier and day of the team. */
    static BudgetAlert unpriced(LedgerEntry entry, ZoneId zone, long at) {
        String offer = BudgetScopes.offerId(entry.getProvider(), entry.getModel());
        boolean isUsual = Pricing.isUsual(entry.getServiceTier());
        String used = isUsual ? offer : offer + " in service tier " + entry.getServiceTier();
        BudgetWindow day = BudgetWindow.at(Period.DAY, zone, DayOfWeek.MONDAY, at);
        return BudgetAlert.newBuilder()
                .setAlertId(
                        isUsual
                                ? Identity.of(entry.getTeam(), "unpriced", offer, day.start())
                                : Identity.of(entry.getTeam(), "unpriced", offer, entry.getServiceTier(), day.start()))
                .setKind("unpriced")
                .setTeam(entry.getTeam())
                .setScope("model")
                .setScopeValue(offer)
                .setPeriod(Period.DAY.wireName())
                .setWindowStart(day.start())
                .setWindowEnd(day.end())
                .setRequestId(entry.getRequestId())
                .setMessage("team " + entry.getTeam() + ": usage of " + used + " has no known price since "
                        + Instant.ofEpochMilli(at) + "; add its price to the catalog")
                .setRaisedAt(at)
                .build();
    }
}
