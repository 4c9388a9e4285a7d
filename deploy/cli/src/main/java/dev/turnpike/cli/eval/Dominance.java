package dev.turnpike.cli.eval;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which models are dearer and worse than one other, by kind of task.
 *
 * <p>Worse by chance does not count: the difference must exceed a number of standard errors.
 */
final class Dominance {

    private static final double ERRORS_TO_BLAME = 2;

    private Dominance() {}

    /** How many picks went to a model that proved dominated on the tested prompts of that kind of task. */
    static int picks(Dataset tested, List<int[]> settings) {
        Map<String, List<Integer>> kinds = new HashMap<>();
        for (int i = 0; i < tested.prompts().size(); i++) {
            kinds.computeIfAbsent(tested.prompts().get(i).taskType(), type -> new ArrayList<>())
                    .add(i);
        }
        int picks = 0;
        for (List<Integer> members : kinds.values()) {
            Dataset kind =
                    tested.with(members.stream().map(tested.prompts()::get).toList());
            boolean[] dominated = dominated(kind);
            for (int[] setting : settings) {
                for (int i : members) {
                    picks += dominated[setting[i]] ? 1 : 0;
                }
            }
        }
        return picks;
    }

    private static boolean[] dominated(Dataset side) {
        double[] costs = side.meanCosts();
        boolean[] dominated = new boolean[costs.length];
        for (int m = 0; m < costs.length; m++) {
            for (int other = 0; other < costs.length; other++) {
                dominated[m] |= costs[other] < costs[m] && isBetter(side.prompts(), other, m);
            }
        }
        return dominated;
    }

    private static boolean isBetter(List<Dataset.Answered> prompts, int model, int than) {
        int n = prompts.size();
        double sum = 0;
        double squares = 0;
        for (Dataset.Answered prompt : prompts) {
            double ahead = prompt.scores()[model] - prompt.scores()[than];
            sum += ahead;
            squares += ahead * ahead;
        }
        double mean = sum / n;
        double error = Math.sqrt(Math.max(0, squares / n - mean * mean) / n);
        return mean > 0 && mean > ERRORS_TO_BLAME * error;
    }
}
