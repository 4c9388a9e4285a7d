package dev.turnpike.router.estimate;

import dev.turnpike.router.decision.PromptJudge;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * How likely each model is to succeed at a prompt, judged by the prompt's text and, where stated, its kind of task.
 *
 * <p>Learnt from recorded scores of 0 to 1. A model that was not in the records is judged by the prompt's ease alone.
 */
public final class PromptSuccess implements PromptJudge {

    private static final int FORMAT = 0x7475_0002;
    // chosen by cross-validation on public records; within a factor of two either way little changes
    private static final double EASE = 10;
    private static final double DEPARTURE = 70;
    private static final double TYPE = 60;

    private final PromptEstimator estimator;
    private final Map<String, Integer> positions = new HashMap<>();

    private PromptSuccess(PromptEstimator estimator) {
        this.estimator = estimator;
        estimator.models().forEach(model -> positions.put(model, positions.size()));
    }

    /**
     * The estimator that comes with Turnpike: the ease of prompts alone, learnt from public records of models that
     * tomorrow's catalogs will not have. deploy/docs/routing-quality.md names the records and the command.
     */
    public static PromptSuccess shipped() {
        try (InputStream in = Objects.requireNonNull(PromptSuccess.class.getResourceAsStream("prompt-success.bin"))) {
            return read(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The estimator of a setting.
     *
     * @param file what {@link #write} wrote; null: {@link #shipped() the one that comes with Turnpike}
     * @param setting its name
     * @throws IllegalArgumentException naming setting, value and cure
     */
    public static PromptSuccess of(@Nullable Path file, String setting) {
        if (file == null) {
            return shipped();
        }
        try (InputStream in = Files.newInputStream(file)) {
            return read(in);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    setting + "=" + file + ": must be a file of turnpike train: " + e.getMessage(), e);
        }
    }

    /** Learns from scores of 0 to 1, NaN where a model did not answer. */
    public static PromptSuccess train(List<String> models, List<Observation> scores) {
        // the largest of many noisy estimates is mostly noise: the more models, the less is believed of each
        double departure = DEPARTURE * Math.sqrt(models.size());
        return new PromptSuccess(
                PromptEstimator.train(models, scores, new PromptEstimator.Shrinkage(EASE, departure, TYPE)));
    }

    /** Judges a prompt; takes microseconds and allocates one array. */
    @Override
    public SuccessEstimate judge(String text, @Nullable String taskType) {
        return new SuccessEstimate(estimator, positions, taskType, estimator.estimate(text, taskType));
    }

    /** The same judgement of how hard a prompt is, without that of single models. */
    public PromptSuccess easeOnly() {
        return new PromptSuccess(estimator.easeOnly());
    }

    public void write(OutputStream out) throws IOException {
        GZIPOutputStream packed = new GZIPOutputStream(out);
        DataOutputStream data = new DataOutputStream(packed);
        data.writeInt(FORMAT);
        estimator.write(data);
        data.flush();
        packed.finish();
    }

    public static PromptSuccess read(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(new BufferedInputStream(new GZIPInputStream(in)));
        if (data.readInt() != FORMAT) {
            throw new IOException("not a success estimator of this version");
        }
        return new PromptSuccess(PromptEstimator.read(data));
    }
}
