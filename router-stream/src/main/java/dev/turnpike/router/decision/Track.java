package dev.turnpike.router.decision;

import dev.turnpike.schemas.event.ModelPerformance;
import java.util.Map;

/**
 * What each offer of a fleet achieves on one task type, side by side.
 *
 * <p>Success is a Beta mean: the catalog's published score counts as {@value #PRIOR_WEIGHT} judged requests, and outcomes are
 * added to it. Output is blended in the same way with what a request is taken to need where nothing is known.
 */
public final class Track {

    /** The task type of requests that state none, and the score of task types without one of their own. */
    static final String ANY = "*";

    private static final double PRIOR_WEIGHT = 20;
    // an offer without a published score: as likely as not
    private static final double UNKNOWN_SUCCESS = 0.5;

    private final double[] success;
    private final double[] outputs;
    private final double[] outputWeight;
    private final double[] latency;

    Track(Offer[] offers, String taskType) {
        success = new double[offers.length];
        outputs = new double[offers.length];
        outputWeight = new double[offers.length];
        latency = new double[offers.length];
        for (int i = 0; i < offers.length; i++) {
            double prior = prior(offers[i].terms().getQuality(), taskType);
            ModelPerformance known = offers[i].performanceOn(taskType);
            latency[i] = offers[i].latencyOn(taskType);
            if (known == null) {
                success[i] = prior;
                continue;
            }
            success[i] = (PRIOR_WEIGHT * prior + known.getSuccesses()) / (PRIOR_WEIGHT + known.getJudged());
            outputs[i] = known.getAttempts() * known.getOutputTokens();
            outputWeight[i] = known.getAttempts();
        }
    }

    /** Expected probability of success (0..1) of an offer. */
    public double success(int index) {
        return success[index];
    }

    /** Output tokens to expect of one answer, where {@code usual} is expected of any model. */
    double outputTokens(int index, double usual) {
        return (PRIOR_WEIGHT * usual + outputs[index]) / (PRIOR_WEIGHT + outputWeight[index]);
    }

    double latency(int index) {
        return latency[index];
    }

    private static double prior(Map<String, Double> quality, String taskType) {
        Double own = quality.get(taskType);
        return own != null ? own : quality.getOrDefault(ANY, UNKNOWN_SUCCESS);
    }
}
