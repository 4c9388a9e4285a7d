package dev.turnpike.router.estimate;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * How likely each model is to succeed at a prompt, judged by the prompt's text and, where stated, its kind of task.
 *
 * <p>Learnt from recorded scores of 0 to 1. A model that was not in the records is judged by the prompt's ease alone.
 */
public final class SuccessEstimator {

    private static final int FORMAT = 0x7475_0001;
    // chosen by cross-validation on public records; flat within a factor of two either way
    private static final PromptEstimator.Shrinkage SHRINKAGE = new PromptEstimator.Shrinkage(
            Double.parseDouble(System.getProperty("ease", "20")), Double.parseDouble(System.getProperty("dep", "100")));

    private final PromptEstimator estimator;
    private final Map<String, Integer> positions = new HashMap<>();

    private SuccessEstimator(PromptEstimator estimator) {
        this.estimator = estimator;
        estimator.models().forEach(model -> positions.put(model, positions.size()));
    }

    /** Learns from scores of 0 to 1, NaN where a model did not answer. */
    public static SuccessEstimator train(List<String> models, List<Observation> scores) {
        return new SuccessEstimator(PromptEstimator.train(models, scores, SHRINKAGE));
    }

    /** Estimates all models; takes microseconds and allocates one array. */
    public SuccessEstimate estimate(String prompt, @Nullable String taskType) {
        return new SuccessEstimate(positions, estimator.estimate(prompt, taskType));
    }

    public void write(OutputStream out) throws IOException {
        GZIPOutputStream packed = new GZIPOutputStream(out);
        DataOutputStream data = new DataOutputStream(packed);
        data.writeInt(FORMAT);
        estimator.write(data);
        data.flush();
        packed.finish();
    }

    public static SuccessEstimator read(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(new BufferedInputStream(new GZIPInputStream(in)));
        if (data.readInt() != FORMAT) {
            throw new IOException("not a success estimator of this version");
        }
        return new SuccessEstimator(PromptEstimator.read(data));
    }
}
