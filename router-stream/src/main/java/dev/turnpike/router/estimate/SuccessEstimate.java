package dev.turnpike.router.estimate;

import java.util.Arrays;
import java.util.Map;

/** How likely each model is to succeed at one prompt; probabilities stay within 0.01 and 0.99. */
public final class SuccessEstimate {

    private static final double LEAST = 0.01;
    private static final double MIDDLING = 0.5;

    private final Map<String, Integer> positions;
    private final float[] values;
    private final float usualEase;

    SuccessEstimate(Map<String, Integer> positions, float[] values, float usualEase) {
        this.positions = positions;
        this.values = values;
        this.usualEase = usualEase;
    }

    /**
     * The chance that a model succeeds.
     *
     * @param usual what is known of the model on this kind of task; used, with the prompt's ease, for a model that the
     *     estimator has not seen
     */
    public double success(String model, double usual) {
        Integer position = positions.get(model);
        return bounded(position == null ? usual + ease() : values[position + 1]);
    }

    /**
     * By how much any model is likelier to succeed at this prompt than at others of its kind of task, from −1 to 1; than
     * at all others where the kind is not known.
     */
    public double ease() {
        return values[0] - usualEase;
    }

    /** From 0, the easiest prompt of its kind of task, to 1; the middling one has 0.5. */
    public double difficulty() {
        return Math.max(0, Math.min(1, MIDDLING - ease()));
    }

    /** One probability per model, in the order of training. */
    public double[] toArray() {
        double[] array = new double[values.length - 1];
        Arrays.setAll(array, m -> bounded(values[m + 1]));
        return array;
    }

    private static double bounded(double probability) {
        return Math.max(LEAST, Math.min(1 - LEAST, probability));
    }
}
