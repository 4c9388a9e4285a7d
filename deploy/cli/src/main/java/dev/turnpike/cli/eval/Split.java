package dev.turnpike.cli.eval;

import java.util.ArrayList;
import java.util.List;

/**
 * The prompts of a data set in parts, none of which shares a question (or, to test the unseen, a kind of task) with
 * another. Each part is tested once, by a router trained on the others.
 */
record Split(Dataset data, List<Part> parts) {

    /** Positions in the data set's list of prompts. */
    record Part(Dataset train, List<Integer> test) {}

    /** @param keys one per prompt; prompts of one key stay together */
    static Split by(List<String> keys, Dataset data, int parts, long seed) {
        List<Part> made = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            List<Dataset.Answered> train = new ArrayList<>();
            List<Integer> test = new ArrayList<>();
            for (int i = 0; i < data.prompts().size(); i++) {
                Dataset.Answered prompt = data.prompts().get(i);
                if (Questions.part(keys.get(i), seed, parts) == part) {
                    test.add(i);
                } else {
                    train.add(prompt);
                }
            }
            if (!test.isEmpty() && !train.isEmpty()) {
                made.add(new Part(data.with(train), test));
            }
        }
        return new Split(data, made);
    }

    /** Everything is tested by a router trained on another data set. */
    static Split trainedOn(Dataset train, Dataset data) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < data.prompts().size(); i++) {
            all.add(i);
        }
        return new Split(data, List.of(new Part(train, all)));
    }
}
