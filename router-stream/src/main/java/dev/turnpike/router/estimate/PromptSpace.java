package dev.turnpike.router.estimate;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collection;
import java.util.Random;

/**
 * The scale on which prompts are compared, fitted to the prompts of the training side.
 *
 * <p>Words count by rarity (tf-idf, length one). The shape is standardised and mapped to random Fourier features (Rahimi
 * and Recht, 2007): a ridge regression on them is one with a Gaussian kernel, "prompts of like shape do alike", at the
 * price of a fixed number of cosines. The waves are drawn with a fixed seed and belong to the algorithm, not to the
 * fit. Cosines come from a table, so that every machine gets the same bits.
 */
final class PromptSpace {

    static final int WAVES = 512;

    private static final double NARROWNESS = 0.6;
    private static final double CLIP = 4;
    private static final int COSINES = 1 << 12;
    private static final float OFFSET = 1 << 17;
    private static final float HEIGHT = (float) Math.sqrt(2.0 / WAVES);
    private static final float[] COSINE = cosines();
    private static final float[] FREQUENCY = new float[WAVES * PromptText.SHAPE];
    private static final float[] PHASE = new float[WAVES];

    static {
        Random random = new Random(20_240_618);
        // Gaussian kernel exp(-narrowness * d^2 / number of features); phases and frequencies in turns of the cosine
        // table
        double spread = StrictMath.sqrt(2 * NARROWNESS / PromptText.SHAPE);
        double turns = COSINES / (2 * Math.PI);
        for (int i = 0; i < FREQUENCY.length; i++) {
            FREQUENCY[i] = (float) (random.nextGaussian() * spread * turns);
        }
        for (int i = 0; i < WAVES; i++) {
            PHASE[i] = (float) (random.nextDouble() * COSINES);
        }
    }

    private final float[] rarity;
    private final float[] mean;
    private final float[] scale;

    private PromptSpace(float[] rarity, float[] mean, float[] scale) {
        this.rarity = rarity;
        this.mean = mean;
        this.scale = scale;
    }

    static PromptSpace fit(Collection<String> prompts) {
        PromptText text = new PromptText();
        int[] seen = new int[PromptText.BUCKETS];
        double[] sum = new double[PromptText.SHAPE];
        double[] squares = new double[PromptText.SHAPE];
        for (String prompt : prompts) {
            text.read(prompt);
            for (int i = 0; i < text.size(); i++) {
                seen[text.bucket(i)]++;
            }
            for (int i = 0; i < PromptText.SHAPE; i++) {
                sum[i] += text.shape(i);
                squares[i] += text.shape(i) * text.shape(i);
            }
        }
        int n = Math.max(1, prompts.size());
        float[] rarity = new float[PromptText.BUCKETS];
        for (int i = 0; i < rarity.length; i++) {
            // a word seen once says nothing about the next prompt
            rarity[i] = seen[i] < 2 ? 0 : (float) StrictMath.log(1 + (double) n / seen[i]);
        }
        float[] mean = new float[PromptText.SHAPE];
        float[] scale = new float[PromptText.SHAPE];
        for (int i = 0; i < PromptText.SHAPE; i++) {
            double average = sum[i] / n;
            double variance = Math.max(0, squares[i] / n - average * average);
            mean[i] = (float) average;
            scale[i] = variance < 1e-9 ? 0 : (float) (1 / StrictMath.sqrt(variance));
        }
        return new PromptSpace(rarity, mean, scale);
    }

    void encode(PromptText text, PromptVector out) {
        int size = 0;
        double squares = 0;
        for (int i = 0; i < text.size(); i++) {
            int bucket = text.bucket(i);
            float value = text.weight(i) * rarity[bucket];
            if (value > 0) {
                out.buckets[size] = bucket;
                out.values[size++] = value;
                squares += value * value;
            }
        }
        out.size = size;
        float norm = squares == 0 ? 0 : (float) (1 / Math.sqrt(squares));
        for (int i = 0; i < size; i++) {
            out.values[i] *= norm;
        }
        float[] z = out.shape;
        for (int i = 0; i < z.length; i++) {
            z[i] = (float) Math.max(-CLIP, Math.min(CLIP, (text.shape(i) - mean[i]) * scale[i]));
        }
        // feature by feature, so that the inner loop has no dependency from step to step
        float[] phases = out.waves;
        System.arraycopy(PHASE, 0, phases, 0, WAVES);
        for (int i = 0; i < PromptText.SHAPE; i++) {
            int at = i * WAVES;
            float value = z[i];
            for (int w = 0; w < WAVES; w++) {
                phases[w] += FREQUENCY[at + w] * value;
            }
        }
        for (int w = 0; w < WAVES; w++) {
            // the offset keeps the number positive, where cutting off the fraction is rounding down
            phases[w] = HEIGHT * COSINE[(int) (phases[w] + OFFSET) & (COSINES - 1)];
        }
    }

    void write(DataOutput out) throws IOException {
        Floats.writeSmall(out, rarity, 1);
        Floats.write(out, mean);
        Floats.write(out, scale);
    }

    static PromptSpace read(DataInput in) throws IOException {
        return new PromptSpace(Floats.readSmall(in), Floats.read(in), Floats.read(in));
    }

    private static float[] cosines() {
        float[] table = new float[COSINES];
        for (int i = 0; i < COSINES; i++) {
            table[i] = (float) StrictMath.cos(2 * Math.PI * (i + 0.5) / COSINES);
        }
        return table;
    }
}
