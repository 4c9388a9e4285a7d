package dev.turnpike.router.estimate;

import dev.turnpike.router.decision.PromptJudge.Judgement;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How hard one prompt is, and which models do better or worse on it than that says. */
public final class SuccessEstimate implements Judgement {

    private static final double MIDDLING = 0.5;

    private final PromptEstimator estimator;
    private final Map<String, Integer> positions;
    private final @Nullable String taskType;
    private final float[] values;

    SuccessEstimate(
            PromptEstimator estimator, Map<String, Integer> positions, @Nullable String taskType, float[] values) {
        this.estimator = estimator;
        this.positions = positions;
        this.taskType = taskType;
        this.values = values;
    }

    /**
     * By how much any model is likelier to succeed at this prompt than at others of its kind of task, from −1 to 1; than
     * at all others where the kind is not known.
     */
    public double ease() {
        return values[0] - estimator.usual(taskType, 0);
    }

    @Override
    public double difficulty() {
        return Math.max(0, Math.min(1, MIDDLING - ease()));
    }

    @Override
    public boolean tellsModelsApart() {
        return !positions.isEmpty();
    }

    @Override
    public double shift(String model) {
        Integer position = positions.get(model);
        return position == null ? Double.NaN : values[position + 1] - estimator.usual(taskType, position + 1);
    }
}
