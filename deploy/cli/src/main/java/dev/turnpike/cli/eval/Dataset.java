package dev.turnpike.cli.eval;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Recorded answers of the same models to the same prompts.
 *
 * @param models the models, with their prices
 * @param prompts the prompts that every model answered
 */
record Dataset(List<Model> models, List<Answered> prompts) {

    record Model(String name, double inputUsdPerMillion, double outputUsdPerMillion) {}

    /**
     * A prompt with what each model made of it, in the order of the models.
     *
     * @param question what identifies the question, see {@link Questions}
     * @param taskType the kind of task, empty if not stated
     * @param scores 0 to 1
     * @param costs in USD
     */
    record Answered(String id, String prompt, String taskType, String question, double[] scores, double[] costs) {}

    Dataset with(List<Answered> chosen) {
        return new Dataset(models, chosen);
    }

    Dataset withoutTaskTypes() {
        return with(prompts.stream()
                .map(p -> new Answered(p.id(), p.prompt(), "", p.question(), p.scores(), p.costs()))
                .toList());
    }

    /** The same prompts with the models, and in the order, of another data set. */
    Dataset withModelsOf(Dataset other) {
        List<String> names = models.stream().map(Model::name).toList();
        int[] from = other.models.stream()
                .mapToInt(model -> names.indexOf(model.name()))
                .toArray();
        for (int i = 0; i < from.length; i++) {
            if (from[i] < 0) {
                throw new IllegalArgumentException(
                        other.models.get(i).name() + ": not among the models learnt from, " + names);
            }
        }
        return new Dataset(
                other.models,
                prompts.stream()
                        .map(p -> new Answered(
                                p.id(),
                                p.prompt(),
                                p.taskType(),
                                p.question(),
                                IntStream.of(from)
                                        .mapToDouble(m -> p.scores()[m])
                                        .toArray(),
                                IntStream.of(from)
                                        .mapToDouble(m -> p.costs()[m])
                                        .toArray()))
                        .toList());
    }

    double[] meanScores() {
        return means(true);
    }

    double[] meanCosts() {
        return means(false);
    }

    /** The model with the best mean score; of equals the cheaper one. */
    int strongest() {
        double[] scores = meanScores();
        double[] costs = meanCosts();
        return IntStream.range(0, models.size())
                .boxed()
                .max((a, b) -> scores[a] != scores[b]
                        ? Double.compare(scores[a], scores[b])
                        : Double.compare(costs[b], costs[a]))
                .orElseThrow();
    }

    /** The model with the lowest mean cost; of equals the better one. */
    int cheapest() {
        double[] scores = meanScores();
        double[] costs = meanCosts();
        return IntStream.range(0, models.size())
                .boxed()
                .min((a, b) -> costs[a] != costs[b]
                        ? Double.compare(costs[a], costs[b])
                        : Double.compare(scores[b], scores[a]))
                .orElseThrow();
    }

    private double[] means(boolean ofScores) {
        double[] means = new double[models.size()];
        for (Answered prompt : prompts) {
            for (int m = 0; m < means.length; m++) {
                means[m] += (ofScores ? prompt.scores()[m] : prompt.costs()[m]) / prompts.size();
            }
        }
        return means;
    }
}
