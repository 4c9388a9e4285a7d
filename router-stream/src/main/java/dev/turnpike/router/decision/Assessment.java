package dev.turnpike.router.decision;

import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.PriceTier;
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
    private static final long USUAL_OUTPUT_TOKENS = 400;
    private static final double TOKENS_PER_PRICE = 1_000_000;

    private final Fleet fleet;
    private final Shortlist shortlist;
    private final Track track;
    private final @Nullable Exclusion[] excluded;
    private final @Nullable Price[] prices;
    private final double[] success;
    private final long[] expected;
    private final long[] perSuccess;
    private int strongest = -1;

    private Assessment(Fleet fleet, Shortlist shortlist, Track track) {
        int size = shortlist.size();
        this.fleet = fleet;
        this.shortlist = shortlist;
        this.track = track;
        this.excluded = new Exclusion[size];
        this.prices = new Price[size];
        this.success = new double[size];
        this.expected = new long[size];
        this.perSuccess = new long[size];
    }

    static Assessment of(Ask ask, Fleet fleet, TeamRules rules, SuccessEstimator estimator, long now) {
        LlmRequest request = ask.request();
        String taskType = request.getTaskType() == null ? Track.ANY : request.getTaskType();
        Track track = fleet.on(taskType);
        var assessment = new Assessment(fleet, rules.shortlist(fleet), track);
        assessment.fill(ask, estimator.estimate(ask, track), OutputCap.of(ask, rules), now);
        return assessment;
    }

    private void fill(Ask ask, SuccessEstimator.Estimate estimate, OutputCap cap, long now) {
        long input = cap.inputTokens();
        int choices = ask.prompt().choices();
        long usualOutput = Math.min(cap.most(), USUAL_OUTPUT_TOKENS);
        var eligibility = new Eligibility(ask, input, now);
        for (int k = 0; k < excluded.length; k++) {
            int index = shortlist.index(k);
            Offer offer = fleet.offer(index);
            Price price = offer.priceAt(now);
            prices[k] = price;
            excluded[k] = unpriced(price, ask.prompt().serviceTier());
            if (excluded[k] == null) {
                excluded[k] = eligibility.exclusionOf(offer);
            }
            if (price == null || excluded[k] != null) {
                continue;
            }
            double output = Math.min((double) cap.most(), track.outputTokens(index, (double) usualOutput));
            success[k] = estimate.success(index);
            expected[k] = Math.round(cost(price, input, output * choices));
            perSuccess[k] = success[k] > 0 ? Math.round(expected[k] / success[k]) : Long.MAX_VALUE;
            if (strongest < 0
                    || success[k] > success[strongest]
                    || (success[k] == success[strongest] && expected[k] > expected[strongest])) {
                strongest = k;
            }
        }
    }

    int size() {
        return excluded.length;
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
        for (int k = 0; k < excluded.length; k++) {
            if (offer(k) == offer) {
                return excluded[k];
            }
        }
        return null;
    }

    /** Why the offers are out, with how many each, for people. */
    String exclusions() {
        Map<Exclusion, Integer> counts = new EnumMap<>(Exclusion.class);
        for (Shortlist.Out out : shortlist.out()) {
            counts.merge(out.why(), 1, Integer::sum);
        }
        for (Exclusion why : excluded) {
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
        return prices[k];
    }

    double success(int k) {
        return success[k];
    }

    /** Expected cost of one attempt, nano-dollars. */
    long expected(int k) {
        return expected[k];
    }

    /** Expected cost per completed task, nano-dollars. */
    long perSuccess(int k) {
        return perSuccess[k];
    }

    /** The eligible offer most likely to succeed, the dearest among equals; -1: none is eligible. */
    int strongest() {
        return strongest;
    }

    /** Step 3: cheapest per completed task first; ties go to the quicker one, then to the name. */
    boolean isBetter(int k, int other) {
        if (perSuccess[k] != perSuccess[other]) {
            return perSuccess[k] < perSuccess[other];
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
        return serviceTier == null || price.getServiceTierPpm().containsKey(serviceTier)
                ? null
                : Exclusion.UNPRICED_TIER;
    }

    private static double cost(Price price, long input, double output) {
        double inputRate = price.getInput();
        double outputRate = price.getOutput();
        long above = -1;
        for (PriceTier tier : price.getTiers()) {
            if (input > tier.getAboveInputTokens() && tier.getAboveInputTokens() > above) {
                above = tier.getAboveInputTokens();
                inputRate = tier.getInput() == null ? price.getInput() : tier.getInput();
                outputRate = tier.getOutput() == null ? price.getOutput() : tier.getOutput();
            }
        }
        return (input * inputRate + output * outputRate) / TOKENS_PER_PRICE + price.getPerRequest();
    }
}
