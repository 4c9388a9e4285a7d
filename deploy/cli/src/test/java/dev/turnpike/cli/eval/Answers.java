package dev.turnpike.cli.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Recorded answers made by hand. */
final class Answers {

    private final int models;
    private final List<Dataset.Answered> prompts = new ArrayList<>();

    Answers(int models) {
        this.models = models;
    }

    /** @param scoresThenCosts the scores of all models, then their costs */
    Answers add(String taskType, String prompt, double... scoresThenCosts) {
        prompts.add(new Dataset.Answered(
                "id-" + prompts.size(),
                prompt,
                taskType,
                prompt,
                Arrays.copyOfRange(scoresThenCosts, 0, models),
                Arrays.copyOfRange(scoresThenCosts, models, 2 * models)));
        return this;
    }

    Dataset dataset() {
        return new Dataset(
                IntStream.range(0, models)
                        .mapToObj(m -> new Dataset.Model("model-" + m, 1, 1))
                        .toList(),
                List.copyOf(prompts));
    }
}
