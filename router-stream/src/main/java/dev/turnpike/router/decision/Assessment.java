package dev.turnpike.router.decision;

import dev.turnpike.router.decision.SuccessEstimator.Estimate;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Price;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Every offer of a team's shortlist as it looks for one request: whether it can serve, how likely it succeeds, what it is
 * expected to cost. Offers go by their place in the shortlist, {@code k}.
 *
 * <p>Expected figures are estimates and only rank; what is held and booked is computed exactly elsewhere.
 */
final class Assessment {

    // output of one answer to expect of any model before anything is known: the length of a page
    private static final double USUAL_OUTPUT_TOKENS = 400;

    // deciding allocates nothing that grows with the catalog: the arrays of a thread are used again by its next
    // decision
    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private final Fleet fleet;
    private final Shortlist shortlist;
    private final Track track;
    private final Estimate estimate;
    private final Prices prices;
    private final double worth;
    private final boolean plain;
    private final int size;
    private final Scratch scratch;
    private final @Nullable Exclusion[] excluded;
    private final double[] success;
    private final double[] expected;
    private final double[] merit;
    private int strongest = -1;

    private Assessment(Fleet fleet, Shortlist shortlist, Track track, Estimate estimate, Prices prices, double worth) {
        this.fleet = fleet;
        this.shortlist = shortlist;
        this.track = track;
        this.estimate = estimate;
        this.prices = prices;
        this.worth = worth;
        this.plain = track.isPlain();
        this.size = shortlist.size();
        this.scratch = SCRATCH.get();
        scratch.fit(size);
        this.excluded = scratch.excluded;
        this.success = scratch.success;
        this.expected = scratch.expected;
        this.merit = scratch.merit;
    }

    /** Room for as many offers as a shortlist has. */
    private static final class Scratch {

        @Nullable
        Exclusion[] excluded = new Exclusion[0];

        double[] success = new double[0];
        double[] expected = new double[0];
        double[] merit = new double[0];
        final int[] bestPreferred = new int[Ranking.AT_HAND];
        final int[] bestStandIns = new int[Ranking.AT_HAND];
        int[] preferred = new int[0];
        int[] standIns = new int[0];

        void fit(int size) {
            if (success.length < size) {
                excluded = new Exclusion[size];
                success = new double[size];
                expected = new double[size];
                merit = new double[size];
                preferred = new int[size];
                standIns = new int[size];
            }
        }
    }

    static Assessment of(Ask ask, Fleet fleet, TeamRules rules, SuccessEstimator estimator, long now) {
        LlmRequest request = ask.request();
        String taskType = request.getTaskType() == null ? Track.ANY : request.getTaskType();
        Track track = fleet.on(taskType);
        Long worth = rules.routing().getWorthNanoUsd();
        var assessment = new Assessment(
                fleet,
                rules.shortlist(fleet),
                track,
                estimator.estimate(ask, track),
                fleet.catalog().pricesAt(now),
                worth == null ? Double.NaN : (double) worth);
        assessment.fill(ask, OutputCap.of(ask, rules), now);
        return assessment;
    }

    private void fill(Ask ask, OutputCap cap, long now) {
        long input = cap.inputTokens();
        int choices = ask.prompt().choices();
        double most = (double) cap.most();
        double usualOutput = Math.min(most, USUAL_OUTPUT_TOKENS);
        var eligibility = new Eligibility(ask, input, now);
        Catalog catalog = fleet.catalog();
        boolean sound = fleet.isSound();
        String tier = ask.prompt().serviceTier();
        for (int k = 0; k < size; k++) {
            int index = shortlist.index(k);
            Exclusion why = unpriced(prices.of(index), tier);
            if (why == null && !(sound && eligibility.clearlyCan(catalog, index))) {
                why = eligibility.exclusionOf(fleet.offer(index));
            }
            excluded[k] = why;
            if (why != null) {
                continue;
            }
            double output = Math.min(most, track.outputTokens(index, usualOutput));
            double likely = estimate.success(index);
            success[k] = likely;
            expected[k] = prices.cost(index, input, output * choices);
            merit[k] = merit(likely, expected[k]);
            if (track.isKnown(index)
                    && (strongest < 0
                            || likely > success[strongest]
                            || (likely == success[strongest] && expected[k] > expected[strongest]))) {
                strongest = k;
            }
        }
    }

    /** What ranks a way to serve, lower being better: its cost per success, or what it leaves of a success's worth. */
    double merit(double likely, double cost) {
        if (Double.isNaN(worth)) {
            return likely > 0 ? cost / likely : Double.MAX_VALUE;
        }
        return cost - worth * likely;
    }

    double merit(int k) {
        return merit[k];
    }

    /** Empty, to be filled once. */
    Ranking preferred() {
        return new Ranking(this, scratch.bestPreferred, scratch.preferred);
    }

    /** The same. */
    Ranking standIns() {
        return new Ranking(this, scratch.bestStandIns, scratch.standIns);
    }

    Estimate estimate() {
        return estimate;
    }

    /** What the strongest would achieve on a middling prompt of the task type. */
    double strongestUsually() {
        return strongest < 0 ? 0 : track.success(shortlist.index(strongest));
    }

    int size() {
        return size;
    }

    Offer offer(int k) {
        return fleet.offer(shortlist.index(k));
    }

    int index(int k) {
        return shortlist.index(k);
    }

    Shortlist shortlist() {
        return shortlist;
    }

    Fleet fleet() {
        return fleet;
    }

    /** Why it is out; null where it is not. */
    @Nullable
    Exclusion exclusion(int k) {
        return excluded[k];
    }

    /** The same for any offer of the fleet, on the shortlist or not. */
    @Nullable
    Exclusion exclusionOf(Offer offer) {
        for (Shortlist.Out out : shortlist.out()) {
            if (fleet.offer(out.index()) == offer) {
                return out.why();
            }
        }
        for (int k = 0; k < size; k++) {
            if (offer(k) == offer) {
                return excluded[k];
            }
        }
        return null;
    }

    /** When an offer whose circuit is open may serve again, the soonest of them; null where no circuit is open. */
    @Nullable
    Long circuitLetsThroughAt(long now) {
        Long soonest = null;
        for (int k = 0; k < size; k++) {
            if (excluded[k] == Exclusion.CIRCUIT_OPEN) {
                long at = offer(k).circuit().mayLetThroughAt(now);
                soonest = soonest == null ? at : Math.min(soonest, at);
            }
        }
        return soonest;
    }

    /** Why the offers are out, with how many each, for people. */
    String exclusions() {
        Map<Exclusion, Integer> counts = new EnumMap<>(Exclusion.class);
        for (Shortlist.Out out : shortlist.out()) {
            counts.merge(out.why(), 1, Integer::sum);
        }
        for (int k = 0; k < size; k++) {
            Exclusion why = excluded[k];
            if (why != null) {
                counts.merge(why, 1, Integer::sum);
            }
        }
        return counts.isEmpty()
                ? "the catalog is empty"
                : counts.entrySet().stream()
                        .map(count -> count.getValue() + " " + count.getKey().text())
                        .collect(Collectors.joining(", "));
    }

    void exclude(int k, Exclusion why) {
        excluded[k] = why;
    }

    @Nullable
    Price price(int k) {
        return prices.of(shortlist.index(k));
    }

    double success(int k) {
        return success[k];
    }

    /** Whether more than a guess says how likely it succeeds. */
    boolean isKnown(int k) {
        return track.isKnown(shortlist.index(k));
    }

    /** Expected cost of one attempt, nano-dollars. */
    long expected(int k) {
        return Math.round(expected[k]);
    }

    /** Expected cost per completed task, nano-dollars. */
    long perSuccess(int k) {
        return success[k] > 0 ? Math.round(expected[k] / success[k]) : Long.MAX_VALUE;
    }

    /** The eligible offer of known quality most likely to succeed, the dearest among equals; -1: there is none. */
    int strongest() {
        return strongest;
    }

    /**
     * Step 3: the better class first, then the better merit, which is the lower cost per completed task unless the policy says
     * what a success is worth; ties go to the quicker one, then to the name.
     */
    boolean isBetter(int k, int other) {
        if (!plain) {
            int order = track.rankClass(shortlist.index(k)) - track.rankClass(shortlist.index(other));
            if (order != 0) {
                return order < 0;
            }
        }
        double ours = merit[k];
        double theirs = merit[other];
        if (ours != theirs) {
            return ours < theirs;
        }
        double latency = track.latency(shortlist.index(k));
        double otherLatency = track.latency(shortlist.index(other));
        return latency < otherLatency || (latency == otherLatency && k < other);
    }

    private static @Nullable Exclusion unpriced(@Nullable Price price, @Nullable String serviceTier) {
        if (price == null) {
            return Exclusion.UNPRICED;
        }
        // what is asked for by name must have a price, or nobody knows what it may cost
        return serviceTier == null || Pricing.knows(price, serviceTier) ? null : Exclusion.UNPRICED_TIER;
    }

    boolean isSpecialist(int k) {
        return track.isSpecialist(shortlist.index(k));
    }

    /** Whether the policy says what a success is worth. */
    boolean isValued() {
        return !Double.isNaN(worth);
    }
}
