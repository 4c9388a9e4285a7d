package dev.turnpike.cli.eval;

import dev.turnpike.router.estimate.Observation;
import dev.turnpike.router.estimate.PromptEstimator;
import dev.turnpike.router.estimate.PromptSuccess;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The router's judgement as learnt from one training side: what each model will achieve and cost on a prompt, and which
 * models are out because another is better and cheaper on the prompt's kind of task. A model that is worse and dearer
 * over all may still be the specialist of one kind.
 */
final class Judge {

    // costs hardly vary within a kind of task and a length, so little data says much
    private static final PromptEstimator.Shrinkage COST_SHRINKAGE = new PromptEstimator.Shrinkage(5, 5, 3);
    private static final double LEAST_COST = 0.1;

    private final PromptSuccess success;
    private final PromptEstimator cost;
    private final double[] meanCosts;
    private final Dominance dominance;

    private Judge(PromptSuccess success, PromptEstimator cost, double[] meanCosts, Dominance dominance) {
        this.success = success;
        this.cost = cost;
        this.meanCosts = meanCosts;
        this.dominance = dominance;
    }

    /** What the judge expects of one prompt; a model with infinite cost is not eligible. */
    record Expectation(double[] success, double[] cost) {}

    static Judge train(Dataset side) {
        List<String> models = side.models().stream().map(Dataset.Model::name).toList();
        double[] meanCosts = side.meanCosts();
        return new Judge(
                PromptSuccess.train(
                        models,
                        side.prompts().stream()
                                .map(prompt -> new Observation(prompt.prompt(), type(prompt), prompt.scores()))
                                .toList()),
                PromptEstimator.train(
                        models,
                        side.prompts().stream()
                                .map(prompt -> new Observation(
                                        prompt.prompt(), type(prompt), relative(prompt.costs(), meanCosts)))
                                .toList(),
                        COST_SHRINKAGE),
                meanCosts,
                Dominance.of(side));
    }

    Expectation expect(Dataset.Answered prompt) {
        double[] likely = success.estimate(prompt.prompt(), type(prompt)).toArray();
        boolean[] dominated = dominance.on(prompt.taskType());
        float[] relative = cost.estimate(prompt.prompt(), type(prompt));
        double[] costs = new double[meanCosts.length];
        for (int m = 0; m < costs.length; m++) {
            costs[m] = dominated[m] ? Double.POSITIVE_INFINITY : meanCosts[m] * Math.max(LEAST_COST, relative[m + 1]);
        }
        return new Expectation(likely, costs);
    }

    private static double[] relative(double[] costs, double[] means) {
        double[] relative = new double[costs.length];
        Arrays.setAll(relative, m -> means[m] == 0 ? 1 : costs[m] / means[m]);
        return relative;
    }

    private static @Nullable String type(Dataset.Answered prompt) {
        return prompt.taskType().isEmpty() ? null : prompt.taskType();
    }
}
