package dev.turnpike.metering.processor;

import dev.turnpike.metering.budget.Alerts;
import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.state.Due;
import dev.turnpike.metering.state.ExpiryIndex;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.metering.state.Progress;
import dev.turnpike.metering.watch.BudgetWatch;
import dev.turnpike.metering.watch.Danger;
import dev.turnpike.metering.watch.PastWatch;
import dev.turnpike.metering.watch.Window;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.Org;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Looks at budgets, teams and orgs of a task every few seconds, and raises an alert on what runs out or away. */
final class SpendWatch {

    private static final long LOOK_MILLIS = 5_000;
    private static final long LATELY_MILLIS = 60_000;
    private static final long DAY_MILLIS = 86_400_000;

    private final ProcessorContext<Object, Object> context;
    private final MeterMetrics metrics;
    private final KeyValueStore<String, BudgetWatch> budgets;
    private final KeyValueStore<String, PastWatch> pasts;
    private final ExpiryIndex expiry;
    private final RaisedAlerts raised;
    // not stored: after a restart, as after any time without ticks, nobody knows how fast was spent what was spent
    // since
    private long looked = Long.MIN_VALUE;
    private boolean isPace;

    SpendWatch(ProcessorContext<Object, Object> context, MeteringConfig config, MeterMetrics metrics) {
        this.context = context;
        this.metrics = metrics;
        this.budgets = context.getStateStore(MeteringStores.BUDGET_WATCHES);
        this.pasts = context.getStateStore(MeteringStores.PAST_WATCHES);
        this.expiry = new ExpiryIndex(
                context.getStateStore(MeteringStores.EXPIRY),
                new Progress(context.getStateStore(MeteringStores.PROGRESS)));
        this.raised = new RaisedAlerts(context.getStateStore(MeteringStores.RAISED_ALERTS), expiry, config.horizon());
    }

    /** Whether enough time has passed since the look before; if so, this is one. */
    boolean isTimeToLook(long at) {
        if (looked != Long.MIN_VALUE && at - looked < LOOK_MILLIS) {
            return false;
        }
        isPace = looked != Long.MIN_VALUE && at - looked <= LATELY_MILLIS;
        looked = at;
        return true;
    }

    /**
     * Looks at a budget's window.
     *
     * @param first what is taken for spent before, should this be the first look
     * @param mostNanoUsd how much can have been spent since the look before
     */
    void look(PositionKey key, long windowEnd, Amounts spent, Amounts first, Budget budget, long mostNanoUsd, long at) {
        if (windowEnd == Long.MAX_VALUE) {
            return;
        }
        Unit unit = BudgetScopes.unitOf(budget);
        Window window = new Window(key.windowStart(), windowEnd, BudgetScopes.limitOf(budget), spent.in(unit));
        String id = key.encode() + '/' + unit.wireName() + '/' + budget.getEnforcement();
        BudgetWatch known = budgets.get(id);
        if (known == null) {
            known = BudgetWatch.begin(window, first.in(unit));
            expiry.add(windowEnd, Due.Kind.BUDGET_WATCH, id);
        } else if (known.spent() == window.spent()) {
            // nothing is burned: no danger begins, and time that passes is seen at the next look
            return;
        }
        long most = unit == Unit.NANO_USD ? mostNanoUsd : Long.MAX_VALUE;
        BudgetWatch watch = known.look(window.spent(), isPace ? most : 0, at);
        budgets.put(id, watch);
        BudgetWatch.Verdict verdict = watch.judge(window, at);
        if (verdict.danger() != Danger.NONE && !isTold(key, budget, verdict.danger())) {
            raise(Alerts.danger(key, windowEnd, window.spent(), budget, verdict, at), at);
        }
    }

    // who knows that it burns need not be told that it will run out
    private boolean isTold(PositionKey key, Budget budget, Danger danger) {
        for (Danger worse : Danger.values()) {
            if (worse.compareTo(danger) >= 0 && raised.isRaised(Alerts.id(key, budget, worse))) {
                return true;
            }
        }
        return false;
    }

    /** What a team has spent since the look before. */
    long since(PositionKey key, long spent) {
        PastWatch known = pasts.get(id(key));
        return known == null ? spent : spent - known.seen();
    }

    private static String id(PositionKey key) {
        return key.scope() + '/' + key.scopeValue();
    }

    /**
     * Looks at what a team or an org spends in all.
     *
     * @param key of any of its windows
     * @param since what {@code spent} is counted from
     * @param history what it spent by hour so far, asked for at the first look
     */
    void lookBack(PositionKey key, long spent, long since, Supplier<Map<Long, Long>> history, long at) {
        String id = id(key);
        PastWatch known = pasts.get(id);
        if (known == null) {
            known = PastWatch.begin(spent, since, history.get(), at);
        } else if (known.seen() == spent && known.since() == since) {
            return;
        }
        PastWatch watch = known.look(spent, since, isPace, at);
        pasts.put(id, watch);
        PastWatch.Verdict verdict = watch.judge();
        if (verdict.isRunaway()) {
            long day = Math.floorDiv(at, DAY_MILLIS) * DAY_MILLIS;
            PositionKey today = new PositionKey(key.team(), key.scope(), key.scopeValue(), "day", day);
            raise(Alerts.runaway(today, day + DAY_MILLIS, verdict, at), at);
        }
    }

    /** Tells of the thresholds that an org's window has reached. */
    void tell(PositionKey key, long windowEnd, Amounts spent, @Nullable Org org, long at) {
        if (org == null) {
            return;
        }
        for (Budget budget : org.getBudgets()) {
            if (budget.getPeriod().equals(key.period())) {
                Alerts.ofOrg(key, windowEnd, spent, budget, at).forEach(alert -> raise(alert, at));
            }
        }
    }

    private void raise(BudgetAlert alert, long at) {
        if (raised.isRaised(alert.getAlertId())) {
            return;
        }
        raised.remember(alert);
        String key = alert.getTeam().isEmpty() ? String.valueOf(alert.getScopeValue()) : alert.getTeam();
        context.forward(new Record<>(key, alert, at), Sinks.ALERTS);
        metrics.alert(alert.getKind());
    }
}
