package dev.turnpike.router.decision;

import dev.turnpike.router.decision.Outcome.Downgraded;
import dev.turnpike.router.decision.Outcome.Granted;
import dev.turnpike.router.decision.Outcome.Rejected;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.event.Candidate;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.WindowView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes outcomes down as events. */
public final class DecisionEvents {

    // a catalog has thousands of offers, and a decision is kept for a year: those that matter for the question why
    private static final int MOST_CANDIDATES = 16;
    private static final int MOST_EXCLUDED = 16;

    // what the judge of the provider sink can find, see ChainModel
    private static final List<String> VERDICTS =
            List.of("empty", "cut", "refusal", "invalid-json", "invalid-tool-call");

    private final Duration longestDeadline;
    private final Duration longestHold;

    /**
     * Writes outcomes down.
     *
     * @param longestDeadline after this no executor starts an attempt, however long the hold lasts
     * @param longestHold no hold lasts longer, whatever a policy says: which holds can still be open must be known without a look at
     *     policies that are no more
     */
    public DecisionEvents(Duration longestDeadline, Duration longestHold) {
        this.longestDeadline = longestDeadline;
        this.longestHold = longestHold;
    }

    /** Where the record came from that was decided. */
    public record Source(String topic, int partition, long offset) {}

    /**
     * What is published of an outcome.
     *
     * @param decision what was decided and why, without the prompt
     * @param dispatch the order to execute; null where it was rejected
     * @param rejection the answer that nothing will be executed; null where it was dispatched
     */
    public record Events(
            Decision decision,
            @Nullable Dispatch dispatch,
            @Nullable Rejection rejection) {}

    /**
     * Writes an outcome down.
     *
     * @param rules the policy that applied; null where there was none, which only a rejection can do without
     * @param admittedAt when the request was admitted
     */
    public Events of(Ask ask, Outcome outcome, @Nullable TeamRules rules, Source source, long admittedAt) {
        String reason = outcome.reason();
        Decision decision = decision(ask, outcome, reason, source, admittedAt);
        if (outcome instanceof Rejected rejected) {
            return new Events(decision, null, rejection(ask, rejected, admittedAt));
        }
        if (rules == null) {
            throw new IllegalArgumentException("nothing is granted without a policy");
        }
        return new Events(decision, dispatch(ask, (Granted) outcome, reason, rules, admittedAt), null);
    }

    private static Decision decision(Ask ask, Outcome outcome, String reason, Source source, long admittedAt) {
        LlmRequest request = ask.request();
        Findings findings = outcome.findings();
        Grant grant = outcome instanceof Granted granted ? granted.grant() : null;
        Rejected rejected = outcome instanceof Rejected refused ? refused : null;
        ModelOffer first = grant == null ? null : grant.first().offer().terms();
        Lineup lineup = findings.lineup();
        TableVersions versions =
                lineup == null ? null : lineup.assessment().fleet().versions();
        return new Decision(
                request.getTeam(),
                request.getRequestId(),
                ask.decision(),
                admittedAt,
                source.topic(),
                source.partition(),
                source.offset(),
                request.getUser(),
                request.getTaskId(),
                request.getTaskType(),
                request.getModel(),
                outcome.wireName(),
                rejected == null ? null : rejected.code().wireName(),
                reason,
                first == null ? null : first.getProvider(),
                first == null ? null : first.getModel(),
                outcome instanceof Downgraded downgraded ? downgraded.from() : null,
                findings.floor(),
                grant == null ? findings.inputBound() : grant.inputBound(),
                grant == null ? null : grant.first().outputCap(),
                grant == null ? null : grant.hold().toAvro(),
                baselineCost(lineup),
                grant != null && grant.explored(),
                findings.policyVersion(),
                windows(findings, grant),
                lineup == null ? List.of() : candidates(lineup, grant),
                rejected == null ? null : rejected.retryAt(),
                lineup == null
                        ? request.getDifficulty()
                        : lineup.assessment().estimate().difficulty(),
                versions == null ? null : versions.catalog(),
                versions == null ? null : versions.performance(),
                grant == null || lineup == null ? null : expected(grant, lineup),
                grant == null || lineup == null ? null : success(grant, lineup));
    }

    private static Long expected(Grant grant, Lineup lineup) {
        return grant.cascade() == null
                ? lineup.assessment().expected(grant.first().k())
                : Math.round(grant.cascade().expected());
    }

    private static Double success(Grant grant, Lineup lineup) {
        return grant.cascade() == null
                ? lineup.assessment().success(grant.first().k())
                : grant.cascade().success();
    }

    private Dispatch dispatch(Ask ask, Granted outcome, String reason, TeamRules rules, long admittedAt) {
        Grant grant = outcome.grant();
        Lineup lineup = outcome.findings().lineup();
        int strongest = lineup == null ? -1 : lineup.assessment().strongest();
        ModelOffer baseline = lineup == null || strongest < 0
                ? null
                : lineup.assessment().offer(strongest).terms();
        Price baselinePrice =
                lineup == null || strongest < 0 ? null : lineup.assessment().price(strongest);
        List<ChainModel> chain = new ArrayList<>(grant.chain().size());
        for (Plan plan : grant.chain()) {
            ModelOffer terms = plan.offer().terms();
            boolean judged = grant.cascade() != null && plan == grant.first();
            chain.add(new ChainModel(
                    terms.getProvider(),
                    terms.getModel(),
                    plan.price(),
                    plan.bound().toAvro(),
                    judged ? VERDICTS : List.of()));
        }
        List<HoldWindow> windows = new ArrayList<>(grant.holds().size());
        for (Grant.Held held : grant.holds()) {
            windows.add(held.window());
        }
        return new Dispatch(
                ask.request().getTeam(),
                ask.request().getRequestId(),
                ask.decision(),
                admittedAt,
                ask.request(),
                chain,
                grant.first().outputCap(),
                grant.inputBound(),
                grant.hold().toAvro(),
                windows,
                ask.attempts() + 1,
                admittedAt + timeToStart(rules).toMillis(),
                admittedAt + timeToLive(rules).toMillis(),
                rules.onExpiry(),
                reason,
                baseline == null ? null : baseline.getProvider(),
                baseline == null ? null : baseline.getModel(),
                baselinePrice,
                // its place among the others of the partition is known where it is written
                -1L);
    }

    private static Rejection rejection(Ask ask, Rejected outcome, long admittedAt) {
        LlmRequest request = ask.request();
        return new Rejection(
                request.getTeam(),
                request.getRequestId(),
                ask.decision(),
                admittedAt,
                outcome.code().wireName(),
                outcome.reason(),
                outcome.budget(),
                outcome.retryAt(),
                request.getUser(),
                request.getTaskId(),
                request.getTaskType(),
                request.getModel(),
                ask.decision() == 0 ? null : ask.attempts());
    }

    /** An attempt that starts last of all must still be able to report before its hold ends. */
    private Duration timeToStart(TeamRules rules) {
        Duration share = timeToLive(rules).multipliedBy(2).dividedBy(3);
        return share.compareTo(longestDeadline) < 0 ? share : longestDeadline;
    }

    private Duration timeToLive(TeamRules rules) {
        return rules.holdTtl().compareTo(longestHold) < 0 ? rules.holdTtl() : longestHold;
    }

    private static @Nullable Long baselineCost(@Nullable Lineup lineup) {
        if (lineup == null || lineup.assessment().strongest() < 0) {
            return null;
        }
        return lineup.assessment().expected(lineup.assessment().strongest());
    }

    private static List<WindowView> windows(Findings findings, @Nullable Grant grant) {
        List<WindowView> views = new ArrayList<>();
        view(findings.budgets(), grant, views);
        if (grant != null) {
            for (Plan plan : grant.chain()) {
                view(plan.ownBudgets(), grant, views);
            }
        }
        return views;
    }

    private static void view(List<AppliedBudget> budgets, @Nullable Grant grant, List<WindowView> views) {
        for (AppliedBudget budget : budgets) {
            BudgetRule rule = budget.rule();
            Position position = budget.position();
            Amounts held = grant == null ? position.held() : position.held().plus(grant.hold());
            views.add(new WindowView(
                    rule.name(),
                    rule.hard() ? "hard" : "soft",
                    budget.window(),
                    budget.limitVector().toAvro(),
                    rule.unit().wireName(),
                    position.spent().toAvro(),
                    held.toAvro(),
                    position.closed().toAvro(),
                    position.epoch(),
                    position.version(),
                    budget.lease() == null ? null : (Long) budget.lease().version()));
        }
    }

    /** The best of the lineup in order, then some of those that are out. */
    private static List<Candidate> candidates(Lineup lineup, @Nullable Grant grant) {
        Assessment offers = lineup.assessment();
        List<Candidate> candidates = new ArrayList<>();
        for (int rank = 0; rank < lineup.size() && rank < MOST_CANDIDATES; rank++) {
            candidates.add(candidate(offers, lineup.at(rank), grant));
        }
        if (grant != null) {
            for (Plan plan : grant.chain()) {
                if (lineup.rankOf(plan.k(), MOST_CANDIDATES) < 0) {
                    candidates.add(candidate(offers, plan.k(), grant));
                }
            }
        }
        int most = candidates.size() + MOST_EXCLUDED;
        for (int k = 0; k < offers.size() && candidates.size() < most; k++) {
            Exclusion why = offers.exclusion(k);
            if (why != null && !why.isAfterLineup() && !isInChain(k, grant)) {
                candidates.add(candidate(offers, k, null));
            }
        }
        for (Shortlist.Out out : offers.shortlist().out()) {
            if (candidates.size() == most) {
                break;
            }
            ModelOffer terms = offers.fleet().offer(out.index()).terms();
            candidates.add(new Candidate(
                    terms.getProvider(), terms.getModel(), out.why().text(), null, null, null, null, null));
        }
        return candidates;
    }

    private static boolean isInChain(int k, @Nullable Grant grant) {
        return grant != null && grant.chain().stream().anyMatch(plan -> plan.k() == k);
    }

    private static Candidate candidate(Assessment offers, int k, @Nullable Grant grant) {
        ModelOffer terms = offers.offer(k).terms();
        // the first of a cascade may be below the floor, which the cascade clears
        Exclusion why = isInChain(k, grant) ? null : offers.exclusion(k);
        Price price = offers.price(k);
        boolean estimated = why == null || why.isAfterEstimate();
        Long bound = null;
        if (grant != null) {
            for (Plan plan : grant.chain()) {
                bound = plan.k() == k ? (Long) plan.bound().nanoUsd() : bound;
            }
        }
        return new Candidate(
                terms.getProvider(),
                terms.getModel(),
                why == null ? null : why.text(),
                estimated ? offers.success(k) : null,
                estimated ? offers.expected(k) : null,
                estimated ? offers.perSuccess(k) : null,
                bound,
                price == null ? null : price.getVersion());
    }
}
