package dev.turnpike.router.estimate;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One number per model, expected of a prompt: learnt from observations, read off the prompt's text.
 *
 * <p>The number is the sum of three parts: the model's average; what the prompt does to all models alike (its
 * <em>ease</em>); and where this model departs from the others on such prompts. The ease is the strong signal and shrunk
 * lightly. The departures are weak and there are many of them, so they are shrunk hard: a noisy largest of many loses
 * to the average of the kind of task.
 *
 * <p>There are two sets of weights: one for prompts whose kind of task is stated and known, and one that uses the text
 * alone, for all others. The latter is shrunk less, since the text must then tell the kind of task as well. Instances are immutable and safe for use by many threads.
 */
public final class PromptEstimator {

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private static final double BLIND_SHRINKAGE = 0.3;

    private final List<String> models;
    private final float[] averages;
    private final Map<String, Integer> types;
    private final float[] usual;
    private final PromptSpace space;
    private final Regression informed;
    private final Regression blind;

    private PromptEstimator(
            List<String> models,
            float[] averages,
            Map<String, Integer> types,
            float[] usual,
            PromptSpace space,
            Regression informed,
            Regression blind) {
        this.models = models;
        this.averages = averages;
        this.types = types;
        this.usual = usual;
        this.space = space;
        this.informed = informed;
        this.blind = blind;
    }

    /**
     * How strongly estimates are drawn to the averages.
     *
     * @param ease of what the prompt does to all models alike
     * @param departure of what it does to one model in particular
     * @param type of what a model does on a kind of task in particular: of a kind seen so many times half is believed
     */
    public record Shrinkage(double ease, double departure, double type) {}

    private static final class Scratch {
        final PromptText text = new PromptText();
        final PromptVector vector = new PromptVector();
    }

    /** The models, in the order of the estimates. */
    public List<String> models() {
        return models;
    }

    /** Learns from observations; each must have as many values as there are models. */
    public static PromptEstimator train(List<String> models, List<Observation> observations, Shrinkage shrinkage) {
        float[] averages = averages(models.size(), observations);
        Map<String, Integer> types = new LinkedHashMap<>();
        for (Observation observation : observations) {
            String type = observation.taskType();
            if (type != null) {
                types.putIfAbsent(type, types.size());
            }
        }
        PromptSpace space =
                PromptSpace.fit(observations.stream().map(Observation::prompt).toList());
        List<Regression.Row> rows = new ArrayList<>(observations.size());
        Scratch scratch = new Scratch();
        for (Observation observation : observations) {
            scratch.text.read(observation.prompt());
            space.encode(scratch.text, scratch.vector);
            String type = observation.taskType();
            rows.add(new Regression.Row(
                    scratch.vector.copy(), type == null ? -1 : types.get(type), targets(observation, averages)));
        }
        Regression blind = Regression.fit(
                rows.stream()
                        .map(row -> new Regression.Row(row.vector(), -1, row.targets()))
                        .toList(),
                0,
                0,
                perOutput(models.size(), shrinkage.ease(), BLIND_SHRINKAGE * shrinkage.departure()));
        Regression informed = types.isEmpty()
                ? blind
                : Regression.fit(
                        rows,
                        types.size(),
                        (float) Math.sqrt(shrinkage.departure() / shrinkage.type()),
                        perOutput(models.size(), shrinkage.ease(), shrinkage.departure()));
        float[] usual = usual(rows, models.size() + 1, types.size(), shrinkage.type());
        return new PromptEstimator(List.copyOf(models), averages, types, usual, space, informed, blind);
    }

    /**
     * Estimates all models at once.
     *
     * @param taskType the kind of task, if stated; one that was not seen in training counts as not stated
     * @return the ease first, then one estimate per model
     */
    public float[] estimate(String prompt, @Nullable String taskType) {
        Scratch scratch = SCRATCH.get();
        scratch.text.read(prompt);
        space.encode(scratch.text, scratch.vector);
        float[] out = new float[models.size() + 1];
        Integer type = taskType == null ? null : types.get(taskType);
        if (type == null) {
            blind.addTo(scratch.vector, -1, out);
        } else {
            informed.addTo(scratch.vector, type, out);
        }
        for (int m = 0; m < averages.length; m++) {
            out[m + 1] += averages[m] + out[0];
        }
        return out;
    }

    /** What all models have in common, without any of them. */
    PromptEstimator easeOnly() {
        return new PromptEstimator(List.of(), new float[0], types, usualEase(), space, informed.first(), blind.first());
    }

    /**
     * What is usual on prompts of a kind of task, in the order of {@link #estimate}; for none and for one not seen in training
     * what is usual over all.
     */
    float usual(@Nullable String taskType, int output) {
        Integer type = taskType == null ? null : types.get(taskType);
        int at = type == null ? 0 : type * (models.size() + 1);
        float ease = type == null ? 0 : usual[at];
        if (output == 0) {
            return ease;
        }
        return averages[output - 1] + ease + (type == null ? 0 : usual[at + output]);
    }

    private float[] usualEase() {
        float[] ease = new float[types.size()];
        for (int type = 0; type < ease.length; type++) {
            ease[type] = usual[type * (models.size() + 1)];
        }
        return ease;
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(models.size());
        for (String model : models) {
            out.writeUTF(model);
        }
        Floats.write(out, averages);
        out.writeInt(types.size());
        for (String type : types.keySet()) {
            out.writeUTF(type);
        }
        Floats.write(out, usual);
        space.write(out);
        informed.write(out);
        blind.write(out);
    }

    static PromptEstimator read(DataInput in) throws IOException {
        List<String> models = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            models.add(in.readUTF());
        }
        float[] averages = Floats.read(in);
        Map<String, Integer> types = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            types.put(in.readUTF(), types.size());
        }
        return new PromptEstimator(
                List.copyOf(models),
                averages,
                types,
                Floats.read(in),
                PromptSpace.read(in),
                Regression.read(in),
                Regression.read(in));
    }

    private static float[] usual(List<Regression.Row> rows, int outputs, int types, double shrinkage) {
        float[] sums = new float[types * outputs];
        double[] counts = new double[types * outputs];
        for (Regression.Row row : rows) {
            for (int k = 0; k < outputs && row.type() >= 0; k++) {
                if (!Float.isNaN(row.targets()[k])) {
                    sums[row.type() * outputs + k] += row.targets()[k];
                    counts[row.type() * outputs + k]++;
                }
            }
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] = (float) (sums[i] / (counts[i] + shrinkage));
        }
        return sums;
    }

    private static double[] perOutput(int models, double ease, double departure) {
        double[] shrinkage = new double[models + 1];
        Arrays.fill(shrinkage, departure);
        shrinkage[0] = ease;
        return shrinkage;
    }

    private static float[] averages(int models, List<Observation> observations) {
        double[] sums = new double[models];
        int[] counts = new int[models];
        for (Observation observation : observations) {
            double[] values = observation.values();
            if (values.length != models) {
                throw new IllegalArgumentException(
                        "an observation has " + values.length + " values for " + models + " models");
            }
            for (int m = 0; m < models; m++) {
                if (!Double.isNaN(values[m])) {
                    sums[m] += values[m];
                    counts[m]++;
                }
            }
        }
        // a model without any observation is taken for an average one
        double all =
                Arrays.stream(sums).sum() / Math.max(1, Arrays.stream(counts).sum());
        float[] averages = new float[models];
        for (int m = 0; m < models; m++) {
            averages[m] = (float) (counts[m] == 0 ? all : sums[m] / counts[m]);
        }
        return averages;
    }

    /** First how much better than usual the models did on this prompt, then each model's difference from that. */
    private static float[] targets(Observation observation, float[] averages) {
        float[] targets = new float[averages.length + 1];
        double sum = 0;
        int known = 0;
        for (int m = 0; m < averages.length; m++) {
            targets[m + 1] = (float) (observation.values()[m] - averages[m]);
            if (!Float.isNaN(targets[m + 1])) {
                sum += targets[m + 1];
                known++;
            }
        }
        targets[0] = known == 0 ? Float.NaN : (float) (sum / known);
        for (int m = 1; m < targets.length; m++) {
            targets[m] -= targets[0];
        }
        return targets;
    }
}
