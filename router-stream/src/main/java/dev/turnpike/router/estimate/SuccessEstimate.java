package dev.turnpike.router.estimate;

import java.util.Map;

/** How likely each model is to succeed at one prompt; probabilities stay within 0.01 and 0.99. */
public final class SuccessEstimate {

    private static final double LEAST = 0.01;

    private final Map<String, Integer> positions;
    private final float[] values;

    SuccessEstimate(Map<String, Integer> positions, float[] values) {
        this.positions = positions;
        this.values = values;
    }

    /**
     * The chance that a model succeeds.
     *
     * @param prior what is known of the model on such tasks; used, with the prompt's ease, for a model that the
     *     estimator has not seen
     */
    public double success(String model, double prior) {
        Integer position = positions.get(model);
        return position == null ? bounded(prior + ease()) : bounded(values[position + 1]);
    }

    /** By how much any model is likelier to succeed at this prompt than at the average one, from −1 to 1. */
    public double ease() {
        return values[0];
    }

    /** One probability per model, in the order of training. */
    public double[] toArray() {
        double[] array = new double[values.length - 1];
        for (int m = 0; m < array.length; m++) {
            array[m] = bounded(values[m + 1]);
        }
        return array;
    }

    private static double bounded(double probability) {
        return Math.max(LEAST, Math.min(1 - LEAST, probability));
    }
}
