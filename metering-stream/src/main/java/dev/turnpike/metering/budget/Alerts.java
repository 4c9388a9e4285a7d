package dev.turnpike.metering.budget;

import dev.turnpike.metering.watch.BudgetWatch;
import dev.turnpike.metering.watch.Danger;
import dev.turnpike.metering.watch.PastWatch;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.BudgetWindow.Period;
import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.LedgerEntry;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes alerts. The id names the cause, so that the same cause always gives the same id. */
public final class Alerts {

    private Alerts() {}

    static BudgetAlert threshold(
            Position position, Budget budget, Threshold threshold, @Nullable String requestId, long at) {
        long spent = position.spent().in(threshold.unit());
        BudgetAlert alert = threshold(position.key(), position.windowEnd(), spent, budget, threshold, at);
        alert.setRequestId(requestId);
        if (position.canBeginAnew()) {
            alert.setAlertId(alert.getAlertId() + "/" + position.begunAt());
            alert.setBegunAt(position.begunAt());
        }
        return alert;
    }

    /**
     * The thresholds of an org's budget that its window has reached.
     *
     * @param key of the window, whose team is {@link PositionKey#NOBODY nobody}
     */
    public static List<BudgetAlert> ofOrg(PositionKey key, long windowEnd, Amounts spent, Budget budget, long at) {
        return budget.getAlertAt().stream()
                .sorted()
                .map(percent -> Threshold.of(budget, percent))
                .filter(threshold -> threshold.isReached(spent.in(threshold.unit()), BudgetScopes.limitOf(budget)))
                .map(threshold -> threshold(key, windowEnd, spent.in(threshold.unit()), budget, threshold, at))
                .toList();
    }

    private static BudgetAlert threshold(
            PositionKey key, long windowEnd, long spent, Budget budget, Threshold threshold, long at) {
        Unit unit = threshold.unit();
        long limit = BudgetScopes.limitOf(budget);
        return ofWindow(key, windowEnd, spent, budget, at)
                .setAlertId(key.encode() + '/' + threshold.encode())
                .setKind("threshold")
                .setThreshold(threshold.percent())
                .setMessage(subject(key, budget) + ": " + unit.display(spent) + " of " + unit.display(limit)
                        + " spent by " + key.scope() + ' ' + key.scopeValue() + ", past " + threshold.percent() + " %")
                .build();
    }

    /** What all alerts on a budget's window say of it. */
    static BudgetAlert.Builder ofWindow(PositionKey key, long windowEnd, long spent, Budget budget, long at) {
        return BudgetAlert.newBuilder()
                .setTeam(key.team())
                .setBudget(budget.getName())
                .setEnforcement(budget.getEnforcement())
                .setScope(key.scope())
                .setScopeValue(key.scopeValue())
                .setPeriod(key.period())
                .setWindowStart(key.windowStart())
                .setWindowEnd(windowEnd)
                .setUnit(BudgetScopes.unitOf(budget).wireName())
                .setLimit(BudgetScopes.limitOf(budget))
                .setSpent(spent)
                .setRaisedAt(at);
    }

    static String subject(PositionKey key, Budget budget) {
        return subject(key) + ", budget " + budget.getName();
    }

    private static String subject(PositionKey key) {
        return key.team().isEmpty() ? "org " + key.scopeValue() : "team " + key.team();
    }

    /** What an alert on how long a window lasts is told apart by. */
    public static String id(PositionKey key, Budget budget, Danger danger) {
        return key.encode()
                + '/'
                + BudgetScopes.unitOf(budget).wireName()
                + '/'
                + budget.getEnforcement()
                + '/'
                + danger.id();
    }

    /** A window that runs out before it turns. */
    public static BudgetAlert danger(
            PositionKey key, long windowEnd, long spent, Budget budget, BudgetWatch.Verdict verdict, long at) {
        Unit unit = BudgetScopes.unitOf(budget);
        String state = unit.display(spent) + " of " + unit.display(BudgetScopes.limitOf(budget)) + " spent by "
                + key.scope() + ' ' + key.scopeValue();
        double pace = verdict.tenths() / 10.0;
        String end = verdict.runsOutAt() < windowEnd
                ? "runs out at " + minute(verdict.runsOutAt()) + ", " + lasting(windowEnd - verdict.runsOutAt())
                        + " before its window turns"
                : "would be spent before its time";
        boolean isForecast = verdict.danger() == Danger.FORECAST;
        return ofWindow(key, windowEnd, spent, budget, at)
                .setAlertId(id(key, budget, verdict.danger()))
                .setKind(isForecast ? "forecast" : "burn-rate")
                .setRunsOutAt(verdict.runsOutAt())
                .setPace(pace)
                .setMessage(subject(key, budget) + ": "
                        + (isForecast ? end : "burns " + pace + " times as fast as it lasts and " + end) + "; " + state)
                .build();
    }

    /** A team or an org that spends far more than it ever did; one per day (UTC). */
    public static BudgetAlert runaway(PositionKey day, long dayEnd, PastWatch.Verdict verdict, long at) {
        return BudgetAlert.newBuilder()
                .setAlertId(day.encode() + "/runaway")
                .setKind("runaway")
                .setTeam(day.team())
                .setScope(day.scope())
                .setScopeValue(day.scopeValue())
                .setPeriod(day.period())
                .setWindowStart(day.windowStart())
                .setWindowEnd(dayEnd)
                .setUnit(Unit.NANO_USD.wireName())
                .setSpent(verdict.spent())
                .setPace((double) verdict.timesUsual())
                .setMessage(subject(day) + ": spent " + Money.display(verdict.spent())
                        + (verdict.isHour() ? " within an hour, " : " within a minute, ") + verdict.timesUsual()
                        + " times what it usually does by the days before")
                .setRaisedAt(at)
                .build();
    }

    private static String minute(long epochMilli) {
        return Instant.ofEpochMilli(epochMilli).truncatedTo(ChronoUnit.MINUTES).toString();
    }

    private static String lasting(long millis) {
        Duration time = Duration.ofMillis(millis);
        if (time.toDays() >= 2) {
            return time.toDays() + " days";
        }
        return time.toHours() >= 2 ? time.toHours() + " hours" : Math.max(1, time.toMinutes()) + " minutes";
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
