package dev.turnpike.router.decision;

import dev.turnpike.schemas.event.ModelPerformance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each offer of a fleet achieves on one task type, side by side.
 *
 * <p>Success is a Beta mean: the catalog's published score counts as {@value #PRIOR_WEIGHT} judged requests, and outcomes are
 * added to it. Output is blended in the same way with what a request is taken to need where nothing is known.
 */
public final class Track {

    /** The task type of requests that state none, and the score of task types without one of their own. */
    public static final String ANY = "*";

    private static final double PRIOR_WEIGHT = 20;
    // an offer without a published score: as likely as not
    private static final double UNKNOWN_SUCCESS = 0.5;

    /** Classes in which offers are ranked, whatever they cost. */
    private static final byte SPECIALIST = 0;

    private static final byte USUAL = 1;
    private static final byte DOMINATED = 2;
    // of fewer judged requests nothing follows
    private static final double LEAST_JUDGED = 30;

    private final Offer[] offers;
    private final double[] success;
    // output to expect = known + share of what is usual
    private final double[] knownOutput;
    private final double[] usualShare;
    private final double[] latency;
    private final boolean[] isKnown;
    private final byte[] rankClass;
    private final boolean plain;

    Track(Offer[] offers, String taskType) {
        this.offers = offers;
        success = new double[offers.length];
        knownOutput = new double[offers.length];
        usualShare = new double[offers.length];
        latency = new double[offers.length];
        isKnown = new boolean[offers.length];
        rankClass = new byte[offers.length];
        for (int i = 0; i < offers.length; i++) {
            double prior = prior(offers[i].terms().getQuality(), taskType);
            ModelPerformance known = offers[i].performanceOn(taskType);
            latency[i] = offers[i].latencyOn(taskType);
            isKnown[i] = isScored(offers[i].terms().getQuality(), taskType) || isJudged(known);
            rankClass[i] = offers[i].terms().getSpecialistFor().contains(taskType) ? SPECIALIST : USUAL;
            if (known == null) {
                success[i] = prior;
                usualShare[i] = 1;
                continue;
            }
            success[i] = (PRIOR_WEIGHT * prior + known.getSuccesses()) / (PRIOR_WEIGHT + known.getJudged());
            double weight = PRIOR_WEIGHT + known.getAttempts();
            knownOutput[i] = known.getAttempts() * known.getOutputTokens() / weight;
            usualShare[i] = PRIOR_WEIGHT / weight;
        }
        putBehindTheirBetters(offers, taskType);
        boolean usual = true;
        for (byte each : rankClass) {
            usual &= each == USUAL;
        }
        plain = usual;
    }

    /** Expected probability of success (0..1) of an offer. */
    public double success(int index) {
        return success[index];
    }

    /** Whether a published score or enough outcomes say so, and not only that an offer is as likely to succeed as not. */
    boolean isKnown(int index) {
        return isKnown[index];
    }

    /** The model's name, without its provider. */
    String model(int index) {
        return offers[index].terms().getModel();
    }

    /** Output tokens to expect of one answer, where {@code usual} is expected of any model. */
    double outputTokens(int index, double usual) {
        return knownOutput[index] + usualShare[index] * usual;
    }

    double latency(int index) {
        return latency[index];
    }

    /** Whether all offers are ranked by their merit alone. */
    boolean isPlain() {
        return plain;
    }

    /** Lower comes first, whatever it costs: specialists of the task type, then most, then what proved dominated. */
    int rankClass(int index) {
        return rankClass[index];
    }

    boolean isSpecialist(int index) {
        return rankClass[index] == SPECIALIST;
    }

    /**
     * An offer that is dearer than another and does no better on the task type comes after all others: only a noisy judgement of
     * a single prompt could prefer it.
     */
    private void putBehindTheirBetters(Offer[] offers, String taskType) {
        List<Integer> byCost = new ArrayList<>();
        for (int i = 0; i < offers.length; i++) {
            ModelPerformance known = offers[i].performanceOn(taskType);
            if (isJudged(known)) {
                byCost.add(i);
            }
        }
        byCost.sort(Comparator.comparingDouble(i -> cost(offers[i], taskType)));
        int best = -1;
        for (int i : byCost) {
            boolean dominated = best >= 0
                    && success[i] <= success[best]
                    && cost(offers[i], taskType) > cost(offers[best], taskType);
            if (dominated && rankClass[i] == USUAL) {
                rankClass[i] = DOMINATED;
            }
            if (best < 0 || success[i] > success[best]) {
                best = i;
            }
        }
    }

    private static double cost(Offer offer, String taskType) {
        ModelPerformance known = offer.performanceOn(taskType);
        return known == null ? 0 : known.getCostNanoUsd();
    }

    private static boolean isScored(Map<String, Double> quality, String taskType) {
        return quality.containsKey(taskType) || quality.containsKey(ANY);
    }

    private static boolean isJudged(@Nullable ModelPerformance known) {
        return known != null && known.getJudged() >= LEAST_JUDGED;
    }

    private static double prior(Map<String, Double> quality, String taskType) {
        Double own = quality.get(taskType);
        return own != null ? own : quality.getOrDefault(ANY, UNKNOWN_SUCCESS);
    }
}
