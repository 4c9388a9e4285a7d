package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.Tick;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Law 8: one alert per budget, window and threshold: none twice, and none missing. Of alerts on how fast a window is spent each is more
 * urgent than the one before: a forecast, then one or two burn rates. A scope runs away once a day.
 */
final class OneAlert extends Law {

    // a policy reaches the meter a moment after it was published
    private static final long SETTLING_MILLIS = 60_000;

    // slow, and then fast
    private static final int MOST_BURN_RATES = 2;

    private final Map<String, Entry<TeamPolicy>> policies;
    private final Map<String, Entry<Org>> orgs;
    private final Map<String, String> raised = new HashMap<>();
    // with when its window began: a total that has ended and begins anew is told of anew
    private final Map<Crossing, Set<Long>> crossed = new HashMap<>();
    private final Map<PositionKey, Spent> spent = new HashMap<>();
    private final Map<String, Integer> burnRates = new HashMap<>();
    private final Set<String> otherCauses = new HashSet<>();
    private long newest;
    private long thresholds;
    private long paces;
    private long others;

    /** A threshold of a budget in one window. */
    private record Crossing(PositionKey key, String unit, String enforcement, int percent) {}

    private record Spent(Amounts amount, Entry<LedgerEntry> last) {}

    /**
     * Knows the rules.
     *
     * @param policies in force by team, with when they were published
     * @param orgs in force by name, with when they were published
     */
    OneAlert(Cut cut, Map<String, Entry<TeamPolicy>> policies, Map<String, Entry<Org>> orgs) {
        super(8, "one alert per budget, window and threshold", cut);
        this.policies = policies;
        this.orgs = orgs;
    }

    @Override
    void alert(Entry<BudgetAlert> entry) {
        BudgetAlert alert = entry.value();
        String earlier = raised.putIfAbsent(alert.getAlertId(), entry.place());
        if (earlier != null) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": alert " + alert.getAlertId() + " was raised already at " + earlier);
        }
        switch (alert.getKind()) {
            case "threshold" -> threshold(entry, earlier != null);
            case "forecast", "burn-rate", "runaway" -> pace(entry, earlier != null);
            default -> others++;
        }
    }

    private void pace(Entry<BudgetAlert> entry, boolean isRepeat) {
        BudgetAlert alert = entry.value();
        paces++;
        if (alert.getScope() == null
                || alert.getScopeValue() == null
                || alert.getPeriod() == null
                || alert.getWindowStart() == null) {
            broken(entry.timestamp(), entry.place() + ": alert " + alert.getAlertId() + " names no window");
            return;
        }
        String window = keyOf(alert).encode() + ' ' + alert.getUnit() + ' ' + alert.getEnforcement();
        int burnt = burnRates.getOrDefault(window, 0);
        boolean isNew = switch (alert.getKind()) {
            case "burn-rate" -> burnRates.merge(window, 1, Integer::sum) <= MOST_BURN_RATES;
            case "forecast" -> otherCauses.add(window) && burnt == 0;
            default -> otherCauses.add(window + " runaway");
        };
        if (!isNew && !isRepeat) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": " + alert.getKind() + " of " + window + " was alerted already");
        }
    }

    private void threshold(Entry<BudgetAlert> entry, boolean isRepeat) {
        BudgetAlert alert = entry.value();
        thresholds++;
        Crossing crossing = crossing(alert);
        if (crossing == null) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": alert " + alert.getAlertId() + " names no threshold of a window");
            return;
        }
        Set<Long> beginnings = crossed.computeIfAbsent(crossing, absent -> new HashSet<>());
        if (!beginnings.add(Objects.requireNonNullElse(alert.getBegunAt(), 0L)) && !isRepeat) {
            broken(entry.timestamp(), entry.place() + ": " + name(crossing) + " was alerted already");
        }
        Long limit = alert.getLimit();
        Long amount = alert.getSpent();
        if (limit == null || amount == null || !isReached(amount, limit, crossing.percent)) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": " + name(crossing) + " was alerted at " + amount + " of " + limit);
        }
    }

    @Override
    void tick(Entry<Tick> entry) {
        newest = Math.max(newest, entry.timestamp());
    }

    @Override
    void ledger(Entry<LedgerEntry> entry) {
        Amounts amount = Amounts.of(entry.value().getAmount());
        if (cut().isSettled(entry) && !amount.isZero()) {
            for (PositionKey key :
                    Windows.keys(entry.value().getTeam(), entry.value().getWindows())) {
                add(key, amount, entry);
                if (key.scope().equals(BudgetScopes.ORG)) {
                    add(ofOrg(key), amount, entry);
                }
            }
        }
    }

    private void add(PositionKey key, Amounts amount, Entry<LedgerEntry> entry) {
        Spent before = spent.get(key);
        spent.put(key, new Spent(before == null ? amount : before.amount.plus(amount), entry));
    }

    private static PositionKey ofOrg(PositionKey key) {
        return new PositionKey(PositionKey.NOBODY, key.scope(), key.scopeValue(), key.period(), key.windowStart());
    }

    @Override
    void gone(PositionKey key) {
        spent.remove(key);
        if (key.scope().equals(BudgetScopes.ORG)) {
            // the first of its teams to end: what others have spent is no longer the whole
            spent.remove(ofOrg(key));
        }
    }

    @Override
    void end() {
        spent.forEach((key, sum) -> {
            // an alert may be gone whose window is not
            if (!cut().isWhole(Topics.ALERTS) && !cut().isJudged(key.windowStart())) {
                return;
            }
            if (key.team().equals(PositionKey.NOBODY)) {
                Entry<Org> org = orgs.get(key.scopeValue());
                // its lender hears of what is spent a moment later
                if (org != null
                        && org.timestamp() + SETTLING_MILLIS < sum.last.timestamp()
                        && sum.last.timestamp() + SETTLING_MILLIS < newest) {
                    org.value().getBudgets().forEach(budget -> checkMissing(key, sum, budget));
                }
                return;
            }
            Entry<TeamPolicy> policy = policies.getOrDefault(key.team(), policies.get("*"));
            if (policy != null && policy.timestamp() + SETTLING_MILLIS < sum.last.timestamp()) {
                policy.value().getBudgets().forEach(budget -> checkMissing(key, sum, budget));
            }
        });
    }

    private void checkMissing(PositionKey key, Spent sum, Budget budget) {
        if (!budget.getScope().equals(key.scope()) || !budget.getPeriod().equals(key.period())) {
            return;
        }
        Unit unit = BudgetScopes.unitOf(budget);
        for (int percent : budget.getAlertAt()) {
            Crossing crossing = new Crossing(key, unit.wireName(), budget.getEnforcement(), percent);
            if (isReached(sum.amount.in(unit), BudgetScopes.limitOf(budget), percent)
                    && !crossed.containsKey(crossing)) {
                broken(
                        sum.last.timestamp(),
                        sum.last.place() + ": " + name(crossing) + " was passed with "
                                + unit.display(sum.amount.in(unit)) + " and never alerted");
            }
        }
    }

    @Override
    String counted() {
        return count(thresholds, "threshold", "thresholds") + " and " + count(paces, "pace", "paces") + " alerted, "
                + count(others, "other alert", "other alerts");
    }

    private static @Nullable Crossing crossing(BudgetAlert alert) {
        if (alert.getScope() == null
                || alert.getScopeValue() == null
                || alert.getPeriod() == null
                || alert.getWindowStart() == null
                || alert.getUnit() == null
                || alert.getEnforcement() == null
                || alert.getThreshold() == null) {
            return null;
        }
        return new Crossing(keyOf(alert), alert.getUnit(), alert.getEnforcement(), alert.getThreshold());
    }

    private static PositionKey keyOf(BudgetAlert alert) {
        return new PositionKey(
                alert.getTeam(),
                Objects.requireNonNull(alert.getScope()),
                Objects.requireNonNull(alert.getScopeValue()),
                Objects.requireNonNull(alert.getPeriod()),
                Objects.requireNonNull(alert.getWindowStart()));
    }

    private static boolean isReached(long spent, long limit, int percent) {
        BigInteger reached = BigInteger.valueOf(spent).multiply(BigInteger.valueOf(100));
        return spent > 0 && reached.compareTo(BigInteger.valueOf(limit).multiply(BigInteger.valueOf(percent))) >= 0;
    }

    private static String name(Crossing crossing) {
        return crossing.key.encode() + ": " + crossing.percent + " % of the " + crossing.enforcement + " limit in "
                + crossing.unit;
    }
}
