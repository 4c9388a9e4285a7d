package dev.turnpike.router.decision;

import dev.turnpike.router.decision.Affordability.Refusal;
import dev.turnpike.router.decision.Outcome.Downgraded;
import dev.turnpike.router.decision.Outcome.Rejected;
import dev.turnpike.router.decision.Outcome.Routed;
import dev.turnpike.schemas.event.LlmRequest;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decides which model serves a request, and what that may cost at most.
 *
 * <ol>
 *   <li>Eligible: {@link Shortlist} and {@link Eligibility} say who can serve at all.
 *   <li>Good enough: {@link SuccessEstimator} and {@link QualityFloor} say who is likely enough to succeed.
 *   <li>Cheapest per completed task: {@link Assessment} ranks them; {@link Exploration} tries another now and then.
 *   <li>Affordable: {@link Affordability} finds the first that the hard budgets can pay for in the worst case, with a smaller
 *       output cap if need be; {@link Fallbacks} adds who may try after it, {@link Cascade} who may try before it.
 * </ol>
 *
 * <p>A model that is named serves whatever its expected success: the caller chose it. Where it cannot serve or cannot be paid
 * for, and the policy allows a downgrade, another that clears the floor stands in for it.
 *
 * <p>The same arguments always give the same outcome. Safe for many threads if estimator and counter are. What an outcome found
 * is to be read before the same thread decides again, since deciding uses its memory anew.
 */
public final class Router {

    private final SuccessEstimator estimator;
    private final TokenCounter counter;

    public Router(SuccessEstimator estimator, TokenCounter counter) {
        this.estimator = estimator;
        this.counter = counter;
    }

    /**
     * Decides one request.
     *
     * @param rules the team's policy; null where it has none
     * @param headroom where the team's positions are
     * @param admittedAt when the request was admitted: its windows and its prices follow from it
     */
    public Outcome decide(Ask ask, Fleet fleet, @Nullable TeamRules rules, Headroom headroom, long admittedAt) {
        LlmRequest request = ask.request();
        var input = new InputBound(ask, counter);
        if (rules == null) {
            return Rejected.of(
                    Findings.withoutPolicy(input.byBytes()),
                    RejectionCode.UNKNOWN_TEAM,
                    "team " + request.getTeam() + " has no policy and there is none for *; apply one");
        }
        AppliedBudgets budgets = AppliedBudgets.of(rules, request, headroom, admittedAt);
        QualityFloor floor = QualityFloor.of(request, rules, budgets);
        Wanted wanted = Wanted.of(request.getModel(), rules, fleet);
        var findings = new Findings(floor.applied(), input.byBytes(), rules.version(), budgets.shared(), null);
        Rejected refused = refuseUnseen(ask, rules, budgets, wanted, findings);
        if (refused != null) {
            return refused;
        }

        Assessment offers = Assessment.of(ask, fleet, rules, estimator, admittedAt);
        floor = floor.withinReach(offers);
        Lineup lineup =
                Lineup.of(offers, wanted, floor.applied(), rules.routing().getDowngrade());
        findings = findings.with(floor.applied(), lineup);
        Offer usual = usual(lineup, wanted, floor);

        var affordability = new Affordability(
                ask,
                offers,
                budgets,
                input,
                OutputCap.of(ask, rules),
                rules.routing().getMaxRequestNanoUsd(),
                admittedAt);
        Plan explored = explore(ask, rules, wanted, floor, lineup, affordability);
        Plan first = explored != null ? explored : firstAffordable(lineup, affordability);
        if (first == null) {
            return refuse(lineup, wanted, affordability, findings, admittedAt);
        }
        List<Plan> chain = Fallbacks.behind(first, lineup, rules.routing().getFallbacks(), affordability);
        boolean free = explored == null && wanted.isAny() && (usual == null || usual == first.offer());
        Cascade cascade = free
                ? Cascade.before(chain, ask, rules.routing().getCascade(), floor.applied(), offers, affordability)
                : null;
        Grant grant;
        try {
            grant = Grant.of(chain, cascade, budgets.shared(), explored != null);
        } catch (ArithmeticException e) {
            return Rejected.of(
                    findings, RejectionCode.BUDGET_EXHAUSTED, "the books of a budget window can count no further");
        }
        if (explored == null && usual != null && usual != first.offer()) {
            return new Downgraded(findings, grant, usual.id(), cause(usual, offers, floor, affordability));
        }
        return new Routed(findings, grant, wanted, affordability.remark(first));
    }

    /** What needs no look at the offers. */
    private static @Nullable Rejected refuseUnseen(
            Ask ask, TeamRules rules, AppliedBudgets budgets, Wanted wanted, Findings findings) {
        String problem = Validity.problemOf(ask);
        if (problem != null) {
            return Rejected.of(findings, RejectionCode.INVALID_REQUEST, problem);
        }
        BudgetRule missing = budgets.missing();
        if (missing != null) {
            return new Rejected(
                    findings,
                    RejectionCode.SCOPE_MISSING,
                    "hard budget " + missing.name() + " is per " + missing.scope() + ", and the request names none",
                    missing.name(),
                    null,
                    null);
        }
        String tool = rules.toolNotAllowed(ask);
        if (tool != null) {
            return Rejected.of(
                    findings,
                    RejectionCode.TOOL_NOT_ALLOWED,
                    "tool " + tool + ": not allowed by the team's policy"
                            + (ask.request().getTaskType() == null
                                    ? ""
                                    : " for task type " + ask.request().getTaskType()));
        }
        if (wanted.isUnknown()) {
            return Rejected.of(
                    findings,
                    RejectionCode.UNKNOWN_MODEL,
                    wanted.display() + ": neither an alias nor an offer of the catalog");
        }
        String unbounded = ask.prompt().unbounded();
        if (unbounded != null && budgets.limitUse()) {
            return Rejected.of(
                    findings,
                    RejectionCode.UNBOUNDED_INPUT,
                    unbounded + ": what it costs cannot be bounded, which a hard budget needs");
        }
        return null;
    }

    /** The offer that serves where no budget is in the way; null: none would. */
    private static @Nullable Offer usual(Lineup lineup, Wanted wanted, QualityFloor floor) {
        Assessment offers = lineup.assessment();
        if (wanted.isAny()) {
            int best = lineup.bestAbove(floor.usual());
            return best < 0 ? null : offers.offer(best);
        }
        return lineup.preferred() > 0
                ? offers.offer(lineup.at(0))
                : offers.fleet().offer(wanted.first());
    }

    private static @Nullable Plan explore(
            Ask ask, TeamRules rules, Wanted wanted, QualityFloor floor, Lineup lineup, Affordability affordability) {
        if (!wanted.isAny() || floor.isLowered() || ask.decision() > 0) {
            return null;
        }
        int rank = Exploration.rank(ask.request(), rules.routing().getExplore(), lineup.size());
        return rank == 0 ? null : affordability.unshrunk(lineup.at(rank));
    }

    private static @Nullable Plan firstAffordable(Lineup lineup, Affordability affordability) {
        for (int rank = 0; rank < lineup.size(); rank++) {
            Plan plan = affordability.plan(lineup.at(rank));
            if (plan != null) {
                return plan;
            }
        }
        return null;
    }

    private static Rejected refuse(
            Lineup lineup, Wanted wanted, Affordability affordability, Findings findings, long now) {
        Refusal refusal = affordability.soonest();
        if (refusal != null) {
            return new Rejected(
                    findings,
                    refusal.budget().starting() ? RejectionCode.BUDGET_STARTING : RejectionCode.BUDGET_EXHAUSTED,
                    refusal.text(),
                    refusal.budget().rule().name(),
                    refusal.retryAt() == Long.MAX_VALUE ? null : refusal.retryAt(),
                    affordability.least());
        }
        String tooDear = affordability.tooDear();
        if (tooDear != null) {
            return Rejected.of(findings, RejectionCode.REQUEST_TOO_DEAR, tooDear);
        }
        if (lineup.size() > 0) {
            return Rejected.of(
                    findings, RejectionCode.UNBOUNDED_INPUT, "input_tokens: what it could cost is beyond counting");
        }
        Assessment offers = lineup.assessment();
        if (!wanted.isAny()) {
            Offer named = offers.fleet().offer(wanted.first());
            Exclusion why = offers.exclusionOf(named);
            return Rejected.until(
                    why == Exclusion.CIRCUIT_OPEN ? (Long) named.circuit().mayLetThroughAt(now) : null,
                    findings,
                    RejectionCode.NO_ELIGIBLE_MODEL,
                    wanted.display() + ": " + (why == null ? "not eligible" : why.text()));
        }
        int strongest = offers.strongest();
        if (strongest >= 0) {
            return Rejected.until(
                    offers.circuitLetsThroughAt(now),
                    findings,
                    RejectionCode.BELOW_QUALITY_FLOOR,
                    String.format(
                            Locale.ROOT,
                            "no eligible model is expected to succeed with %.2f; %s, the strongest, with %.2f",
                            findings.floor(),
                            offers.offer(strongest).id(),
                            offers.success(strongest)));
        }
        return Rejected.until(
                offers.circuitLetsThroughAt(now), findings, RejectionCode.NO_ELIGIBLE_MODEL, offers.exclusions());
    }

    private static String cause(Offer usual, Assessment offers, QualityFloor floor, Affordability affordability) {
        Exclusion why = offers.exclusionOf(usual);
        Refusal refusal = affordability.first();
        if (why == Exclusion.OVER_BUDGET && refusal != null) {
            return refusal.text();
        }
        if (why != null) {
            return why.text();
        }
        BudgetRule pressing = floor.pressing();
        return "soft budget " + (pressing == null ? "" : pressing.name()) + " presses";
    }
}
