package dev.turnpike.router.estimate;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * A ridge regression from prompts to several outputs at once.
 *
 * <p>Minimises, for each output, squared error + shrinkage × squared weights. A known kind of task is one more feature,
 * as a rule heavier than words and shape, so that what a model does on a kind of task on average is learnt
 * first and a prompt's words have to earn their say. Solved by conjugate gradients, all outputs in one pass over the
 * data; an unknown target (NaN) has no part in its output.
 */
final class Regression {

    private static final int PASSES = 40;
    private static final double TOLERANCE = 3e-3;
    private static final int TYPES_AT = PromptText.BUCKETS + PromptSpace.WAVES;

    private final int outputs;
    private final float typeWeight;
    private final float[] weights;

    private Regression(int outputs, float typeWeight, float[] weights) {
        this.outputs = outputs;
        this.typeWeight = typeWeight;
        this.weights = weights;
    }

    /** One prompt of the training side; {@code type} −1 where the kind of task is not to be used. */
    record Row(PromptVector vector, int type, float[] targets) {}

    /** Adds this prompt's prediction to {@code out}. */
    void addTo(PromptVector vector, int type, float[] out) {
        apply(weights, outputs, typeWeight, vector, type, out);
    }

    /** @param typeWeight how much heavier a kind of task counts than the words or the shape */
    static Regression fit(List<Row> rows, int types, float typeWeight, double[] shrinkage) {
        int outputs = shrinkage.length;
        int length = (TYPES_AT + types) * outputs;
        float[] weights = new float[length];
        float[] rest = new float[length];
        float[] step = new float[length];
        float[] image = new float[length];
        float[] product = new float[outputs];
        for (Row row : rows) {
            for (int k = 0; k < outputs; k++) {
                float target = row.targets()[k];
                product[k] = Float.isNaN(target) ? 0 : target;
            }
            applyTransposed(rest, outputs, typeWeight, row.vector(), row.type(), product);
        }
        System.arraycopy(rest, 0, step, 0, length);
        double[] squares = squares(rest, rest, outputs);
        double[] goal = squares.clone();
        for (int pass = 0; pass < PASSES && !reached(squares, goal); pass++) {
            for (int i = 0; i < length; i++) {
                image[i] = (float) (step[i] * shrinkage[i % outputs]);
            }
            for (Row row : rows) {
                Arrays.fill(product, 0);
                apply(step, outputs, typeWeight, row.vector(), row.type(), product);
                for (int k = 0; k < outputs; k++) {
                    if (Float.isNaN(row.targets()[k])) {
                        product[k] = 0;
                    }
                }
                applyTransposed(image, outputs, typeWeight, row.vector(), row.type(), product);
            }
            double[] curvature = squares(step, image, outputs);
            float[] stride = new float[outputs];
            for (int k = 0; k < outputs; k++) {
                stride[k] = curvature[k] <= 0 ? 0 : (float) (squares[k] / curvature[k]);
            }
            for (int i = 0; i < length; i++) {
                int k = i % outputs;
                weights[i] += stride[k] * step[i];
                rest[i] -= stride[k] * image[i];
            }
            double[] next = squares(rest, rest, outputs);
            float[] keep = new float[outputs];
            for (int k = 0; k < outputs; k++) {
                keep[k] = squares[k] <= 0 ? 0 : (float) (next[k] / squares[k]);
            }
            for (int i = 0; i < length; i++) {
                step[i] = rest[i] + keep[i % outputs] * step[i];
            }
            squares = next;
        }
        return new Regression(outputs, typeWeight, weights);
    }

    /** The first output alone. */
    Regression first() {
        float[] kept = new float[weights.length / outputs];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = weights[i * outputs];
        }
        return new Regression(1, typeWeight, kept);
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(outputs);
        out.writeFloat(typeWeight);
        Floats.writeSmall(out, weights, outputs);
    }

    static Regression read(DataInput in) throws IOException {
        return new Regression(in.readInt(), in.readFloat(), Floats.readSmall(in));
    }

    private static boolean reached(double[] squares, double[] goal) {
        for (int k = 0; k < squares.length; k++) {
            if (squares[k] > goal[k] * TOLERANCE * TOLERANCE) {
                return false;
            }
        }
        return true;
    }

    private static double[] squares(float[] a, float[] b, int outputs) {
        double[] sums = new double[outputs];
        for (int i = 0; i < a.length; i += outputs) {
            for (int k = 0; k < outputs; k++) {
                sums[k] += (double) a[i + k] * b[i + k];
            }
        }
        return sums;
    }

    private static void apply(
            float[] weights, int outputs, float typeWeight, PromptVector vector, int type, float[] out) {
        for (int i = 0; i < vector.size; i++) {
            int at = vector.buckets[i] * outputs;
            float value = vector.values[i];
            for (int k = 0; k < outputs; k++) {
                out[k] += value * weights[at + k];
            }
        }
        for (int w = 0; w < PromptSpace.WAVES; w++) {
            int at = (PromptText.BUCKETS + w) * outputs;
            float value = vector.waves[w];
            for (int k = 0; k < outputs; k++) {
                out[k] += value * weights[at + k];
            }
        }
        if (type >= 0) {
            int at = (TYPES_AT + type) * outputs;
            for (int k = 0; k < outputs; k++) {
                out[k] += typeWeight * weights[at + k];
            }
        }
    }

    private static void applyTransposed(
            float[] weights, int outputs, float typeWeight, PromptVector vector, int type, float[] in) {
        for (int i = 0; i < vector.size; i++) {
            int at = vector.buckets[i] * outputs;
            float value = vector.values[i];
            for (int k = 0; k < outputs; k++) {
                weights[at + k] += value * in[k];
            }
        }
        for (int w = 0; w < PromptSpace.WAVES; w++) {
            int at = (PromptText.BUCKETS + w) * outputs;
            float value = vector.waves[w];
            for (int k = 0; k < outputs; k++) {
                weights[at + k] += value * in[k];
            }
        }
        if (type >= 0) {
            int at = (TYPES_AT + type) * outputs;
            for (int k = 0; k < outputs; k++) {
                weights[at + k] += typeWeight * in[k];
            }
        }
    }
}
