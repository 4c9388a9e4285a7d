package dev.turnpike.cli.eval;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one evaluation; as JSON, one object with these names.
 *
 * @param prompts tested, each once
 * @param split how training and test were kept apart
 * @param pair over the two models of the pair
 * @param pool over all models
 * @param floors one per promise
 * @param dominatedPicks over all settings, picks of a model that is dearer than another and clearly worse on the
 *     tested prompts of that kind of task
 * @param goals of the project for this data set, with the figure reached
 */
record Report(
        String data,
        int prompts,
        String split,
        List<ModelFigures> models,
        Pair pair,
        Pool pool,
        List<Floor> floors,
        int dominatedPicks,
        List<Goal> goals) {

    /** A figure with the 95 % interval of a bootstrap over prompts. */
    record Figure(double value, double low, double high) {}

    record ModelFigures(String model, double score, double costUsd) {}

    record Pair(String strong, String weak, double strongScore, double weakScore, List<PairPolicy> policies) {}

    /** {@code recovered}: the share of the gap recovered at 0, 10, … 100 % of calls to the strong model. */
    record PairPolicy(String policy, Figure apgr, Figure cpt50, Figure cpt80, List<Double> recovered) {}

    record Pool(String strongest, double strongestScore, double strongestCostUsd, List<PoolPolicy> policies) {}

    /**
     * Costs are shares of the strongest model's cost; null where no setting reaches the quality.
     *
     * @param costAt95 the lowest cost at 95 % of the strongest model's quality, settings mixed
     * @param oneSettingAt95 the same without mixing two settings
     * @param unlimited the score when cost does not matter
     * @param scoreAtCost the best score at 5, 10, 20, … 100 % of the strongest model's cost
     */
    record PoolPolicy(
            String policy,
            @Nullable Figure costAt95,
            @Nullable Figure costAt99,
            @Nullable Figure costAt100,
            @Nullable Double oneSettingAt95,
            @Nullable Double oneSettingAt99,
            Figure unlimited,
            List<Double> scoreAtCost) {}

    /**
     * @param promised share of the strongest model's score
     * @param met the share met on held-out prompts
     * @param shortfallPoints promised − met score, in points of 100, never below 0
     */
    record Floor(double promised, Figure met, double shortfallPoints, double costShare) {}

    record Goal(
            String measure,
            double must,
            double target,
            @Nullable Double published,
            double reached,
            boolean met) {}
}
