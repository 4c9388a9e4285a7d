package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetScopes.Dimensions;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.WindowView;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Law 2: at every dispatch, after its own hold, what is spent and held stays within each hard limit.
 *
 * <p>Four things make it so, and each is checked: the hard budgets of the policy version that a decision names are those
 * that it counts, with their limits and windows; the holds it counts are the sum of those in the log; the feedback it goes
 * by is what the meter published under that version; and with these the limit is kept. In the end
 * what was dispatched may not have cost more than the limit either. Usage that came past Turnpike and cost above a hold
 * are no fault of a dispatch, and are told apart.
 */
final class WithinLimits extends Law {

    private static final int VERSIONS_KEPT = 64;

    // others refer to what a decision does not say
    private static final Set<String> KNOWN_SCOPES = Set.of("team", "user", "task");

    private final Map<String, TeamPolicy> policies;
    private final Map<PositionKey, Position> positions = new HashMap<>();
    private final Map<DecisionId, Map<PositionKey, Amounts>> held = new HashMap<>();
    private final Map<DecisionId, Entry<Decision>> decisions = new HashMap<>();
    private long dispatches;
    private long views;
    private long policed;
    private long compared;
    private long overrun;
    private long corrected;
    private long undispatched;
    private long overspent;

    /** A version of the meter's feedback. */
    private record Version(long epoch, long version) implements Comparable<Version> {

        @Override
        public int compareTo(Version other) {
            return epoch == other.epoch ? Long.compare(version, other.version) : Long.compare(epoch, other.epoch);
        }
    }

    private record Feedback(Amounts spent, Amounts closed) {

        static Feedback of(BudgetState state) {
            Amounts reserved = state.getReserved() == null ? Amounts.ZERO : Amounts.of(state.getReserved());
            // what is reserved weighs like what is spent
            return new Feedback(Amounts.of(state.getSpent()).plus(reserved), Amounts.of(state.getClosed()));
        }
    }

    private record Awaited(Entry<Decision> decision, Feedback feedback) {}

    /** A hard limit on a window, as decisions named it: the highest one, since lowering it undoes nothing. */
    private record Limit(Unit unit, String budget, long amount) {}

    private static final class Position {
        Amounts held = Amounts.ZERO;
        // held before the log begins; null until a decision tells
        @Nullable
        Amounts base;

        Amounts dispatchedSpent = Amounts.ZERO;
        boolean overrun;
        String lastBooked = "ledger";
        final Map<Unit, Limit> limits = new HashMap<>();
        final TreeMap<Version, Feedback> published = new TreeMap<>();
        final TreeMap<Version, Awaited> awaited = new TreeMap<>();
    }

    /** @param policies every policy that is known, by its version */
    WithinLimits(Cut cut, Map<String, TeamPolicy> policies) {
        super(2, "spent + held within hard limits", cut);
        this.policies = policies;
    }

    @Override
    void dispatch(Entry<Dispatch> entry) {
        Dispatch dispatch = entry.value();
        dispatches++;
        Amounts hold = Amounts.of(dispatch.getHold());
        Map<PositionKey, Amounts> after = new LinkedHashMap<>();
        for (PositionKey key : Windows.keys(dispatch.getTeam(), dispatch.getWindows())) {
            Position position = at(key);
            position.held = position.held.plus(hold);
            after.put(key, position.held);
        }
        DecisionId id = DecisionId.of(dispatch);
        Entry<Decision> decision = decisions.remove(id);
        if (decision == null) {
            held.put(id, after);
        } else {
            compareHeld(decision, after);
        }
    }

    @Override
    void decision(Entry<Decision> entry) {
        Decision decision = entry.value();
        for (WindowView view : decision.getWindows()) {
            compareFeedback(entry, view);
        }
        if (decision.getOutcome().equals("rejected")) {
            return;
        }
        for (WindowView view : decision.getWindows()) {
            if (view.getEnforcement().equals("hard")) {
                checkLimit(entry, view);
            }
        }
        TeamPolicy policy = policies.get(decision.getPolicyVersion());
        if (policy != null) {
            compareWithPolicy(entry, policy);
        }
        DecisionId id = DecisionId.of(decision);
        Map<PositionKey, Amounts> after = held.remove(id);
        if (after != null) {
            compareHeld(entry, after);
        } else if (cut().isJudged(entry.timestamp())) {
            decisions.put(id, entry);
        }
    }

    private void checkLimit(Entry<Decision> entry, WindowView view) {
        views++;
        PositionKey key = PositionKey.of(entry.value().getTeam(), view.getWindow());
        Unit unit = unit(view);
        long limit = Amounts.of(view.getLimit()).in(unit);
        Limit known = at(key).limits.get(unit);
        if (known == null || known.amount < limit) {
            at(key).limits.put(unit, new Limit(unit, view.getBudget(), limit));
        }
        Amounts open =
                Amounts.of(view.getHeld()).minus(Amounts.of(view.getClosed())).max(Amounts.ZERO);
        long used = Amounts.of(view.getSpent()).plus(open).in(unit);
        if (used > limit) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": " + DecisionId.of(entry.value()) + " was dispatched with " + unit.display(used)
                            + " spent and held of " + unit.display(limit) + " in budget " + view.getBudget());
        }
    }

    /** Whether the decision counted in every hard window that its policy has for it, against the limit there. */
    private void compareWithPolicy(Entry<Decision> entry, TeamPolicy policy) {
        Decision decision = entry.value();
        // a redecision keeps the windows and limits of the first decision
        if (decision.getDecision() > 0) {
            return;
        }
        policed++;
        Dimensions dimensions =
                new Dimensions(decision.getTeam(), decision.getUser(), decision.getTaskId(), null, Map.of());
        for (BudgetScopes.Applied applied : BudgetScopes.windowsAt(policy, dimensions, decision.getRequestedAt())) {
            Budget budget = applied.budget();
            // without the scope value it is refused, and that is the router's to say
            if (!BudgetScopes.isHard(budget) || !KNOWN_SCOPES.contains(budget.getScope()) || applied.window() == null) {
                continue;
            }
            String unit = BudgetScopes.unitOf(budget).wireName();
            boolean counted = decision.getWindows().stream()
                    .anyMatch(view -> view.getEnforcement().equals("hard")
                            && view.getUnit().equals(unit)
                            && isAt(view.getWindow(), applied.window(), decision.getRequestedAt())
                            && Amounts.of(view.getLimit()).in(unit(view)) == BudgetScopes.limitOf(budget));
            if (!counted) {
                broken(
                        entry.timestamp(),
                        entry.place() + ": " + DecisionId.of(decision) + " was dispatched without regard to budget "
                                + budget.getName() + " of policy " + policy.getVersion() + ", "
                                + BudgetScopes.unitOf(budget).display(BudgetScopes.limitOf(budget)) + " in "
                                + applied.window());
            }
        }
    }

    /** Whether a window is the same but for where it begins: a new time zone need not cut the current one short. */
    private static boolean isAt(HoldWindow window, @Nullable HoldWindow applied, long time) {
        return applied != null
                && window.getScope().equals(applied.getScope())
                && window.getScopeValue().equals(applied.getScopeValue())
                && window.getPeriod().equals(applied.getPeriod())
                && window.getWindowStart() <= time
                && time < window.getWindowEnd();
    }

    /** Whether the decision counted every hold that was opened before it, and its own. */
    private void compareHeld(Entry<Decision> entry, Map<PositionKey, Amounts> after) {
        for (WindowView view : entry.value().getWindows()) {
            PositionKey key = PositionKey.of(entry.value().getTeam(), view.getWindow());
            Amounts counted = after.get(key);
            if (counted == null) {
                continue;
            }
            Position position = at(key);
            Amounts claimed = Amounts.of(view.getHeld());
            if (position.base == null) {
                position.base = cut().isWhole(Topics.DISPATCHES) ? Amounts.ZERO : claimed.minus(counted);
            }
            Amounts expected = position.base.plus(counted);
            if (!claimed.equals(expected)) {
                broken(
                        entry.timestamp(),
                        entry.place() + ": " + DecisionId.of(entry.value()) + " counts " + claimed + " as held in "
                                + key.encode() + ", the dispatches add up to " + expected);
            }
        }
    }

    @Override
    void budget(Entry<BudgetState> entry) {
        BudgetState state = entry.value();
        Position position = at(PositionKey.of(state));
        Version version = new Version(state.getEpoch(), state.getVersion());
        Feedback feedback = Feedback.of(state);
        position.published.put(version, feedback);
        if (position.published.size() > VERSIONS_KEPT) {
            position.published.pollFirstEntry();
        }
        // older versions that were not seen by now have been compacted away
        position.awaited.headMap(version).clear();
        Awaited awaited = position.awaited.remove(version);
        if (awaited != null) {
            compareFeedback(awaited, feedback);
        }
    }

    @Override
    void gone(PositionKey key) {
        Position position = positions.remove(key);
        if (position != null) {
            check(key, position);
        }
    }

    /** Whether the decision went by what the meter said. */
    private void compareFeedback(Entry<Decision> entry, WindowView view) {
        Version version = new Version(view.getEpoch(), view.getVersion());
        Feedback claimed = new Feedback(Amounts.of(view.getSpent()), Amounts.of(view.getClosed()));
        Awaited named = new Awaited(entry, claimed);
        if (version.epoch == 0 && version.version == 0) {
            compareFeedback(named, new Feedback(Amounts.ZERO, Amounts.ZERO));
            return;
        }
        Position position = at(PositionKey.of(entry.value().getTeam(), view.getWindow()));
        Feedback published = position.published.get(version);
        if (published != null) {
            compareFeedback(named, published);
        } else if (position.published.isEmpty() || position.published.lastKey().compareTo(version) < 0) {
            position.awaited.putIfAbsent(version, named);
        }
        // anything else has been compacted away
    }

    private void compareFeedback(Awaited named, Feedback published) {
        compared++;
        if (!named.feedback.equals(published)) {
            broken(
                    named.decision.timestamp(),
                    named.decision.place() + ": " + DecisionId.of(named.decision.value()) + " goes by " + named.feedback
                            + ", the meter published " + published);
        }
    }

    @Override
    void ledger(Entry<LedgerEntry> entry) {
        LedgerEntry booked = entry.value();
        Amounts amount = Amounts.of(booked.getAmount());
        if (booked.getDecision() == null) {
            undispatched += amount.nanoUsd();
            return;
        }
        overrun += booked.getOverrunNanoUsd();
        if (Pricing.CHANGED.equals(booked.getReason())) {
            // a hold pays what is the price when it is opened
            corrected += amount.nanoUsd();
            return;
        }
        Amounts withinHold = amount.minus(new Amounts(booked.getOverrunNanoUsd(), 0, 0));
        for (PositionKey key : Windows.keys(booked.getTeam(), booked.getWindows())) {
            Position position = at(key);
            position.lastBooked = entry.place();
            position.dispatchedSpent = position.dispatchedSpent.plus(withinHold);
            position.overrun |= booked.getOverrunNanoUsd() != 0;
        }
    }

    @Override
    void end() {
        positions.forEach(this::check);
    }

    private void check(PositionKey key, Position position) {
        // limits that were in force before decisions are known could have been higher
        if (cut().isWhole(Topics.DECISIONS) || cut().isJudged(key.windowStart())) {
            position.limits.values().forEach(limit -> checkTotal(key, position, limit));
        }
        position.awaited.values().forEach(this::checkPublished);
    }

    private void checkTotal(PositionKey key, Position position, Limit limit) {
        long spent = position.dispatchedSpent.in(limit.unit);
        // how many tokens an overrun had is not booked
        boolean explained = position.overrun && limit.unit != Unit.NANO_USD;
        if (spent > limit.amount && !explained) {
            overspent += limit.unit == Unit.NANO_USD ? spent - limit.amount : 0;
            broken(
                    cut().from(),
                    position.lastBooked + ": " + key.encode() + ": what was dispatched cost "
                            + limit.unit.display(spent) + " of "
                            + limit.unit.display(limit.amount) + " in budget " + limit.budget + ", "
                            + (spent - limit.amount) + " " + limit.unit.wireName() + " too much");
        }
    }

    private void checkPublished(Awaited awaited) {
        Decision decision = awaited.decision.value();
        boolean isProcessed = cut().isProcessed(
                        cut().topic(decision.getSourceTopic()),
                        decision.getSourcePartition(),
                        decision.getSourceOffset());
        if (isProcessed) {
            broken(
                    awaited.decision.timestamp(),
                    awaited.decision.place() + ": " + DecisionId.of(decision)
                            + " goes by feedback that the meter never published: " + awaited.feedback);
        }
    }

    @Override
    String counted() {
        return count(dispatches, "dispatch", "dispatches") + " in " + count(views, "hard window", "hard windows") + ", "
                + count(policed, "policy", "policies") + " and "
                + count(compared, "feedback", "feedbacks") + " as published; overspent " + overspent
                + " nano-dollars, overruns " + Unit.NANO_USD.display(overrun)
                + (corrected == 0 ? "" : ", changed prices " + Unit.NANO_USD.display(corrected))
                + ", undispatched usage "
                + Unit.NANO_USD.display(undispatched);
    }

    private Position at(PositionKey key) {
        return positions.computeIfAbsent(key, absent -> new Position());
    }

    private static Unit unit(WindowView view) {
        for (Unit unit : Unit.values()) {
            if (unit.wireName().equals(view.getUnit())) {
                return unit;
            }
        }
        throw new IllegalArgumentException("unit " + view.getUnit() + ": is not known");
    }
}
