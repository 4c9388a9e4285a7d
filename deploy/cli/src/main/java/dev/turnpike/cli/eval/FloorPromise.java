package dev.turnpike.cli.eval;

import dev.turnpike.router.decision.Ask;
import dev.turnpike.router.decision.TeamRules;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A quality floor chosen on the training side so that it keeps a promised share of the strongest model's quality.
 *
 * <p>The training side is itself split by question, so that its expectations are as honest as those of the test side.
 * Of all floors the cheapest is taken whose score exceeds the promise by {@link #MARGIN} standard errors; where none does,
 * the strongest model serves everything.
 */
final class FloorPromise {

    static final double[] PROMISES = {0.90, 0.95, 0.97, 0.99};

    private static final int PARTS = 3;
    private static final double MARGIN = 1;
    private static final int STEPS = 100;

    /** What keeps a promise: a policy's floor; null: the strongest model for everything. */
    record Choice(@Nullable TeamRules rules, int strongest) {

        int pick(Judge judge, Ask ask) {
            return rules == null ? strongest : judge.pick(ask, rules);
        }
    }

    private FloorPromise() {}

    /** One choice per promise. */
    static List<Choice> choose(Dataset train, long seed) {
        Split split = Split.by(
                train.prompts().stream().map(Dataset.Answered::question).toList(), train, PARTS, seed + 1);
        List<TeamRules> rules = new ArrayList<>();
        List<int[]> picks = new ArrayList<>();
        for (int step = 0; step <= STEPS; step++) {
            rules.add(Judge.floor((double) step / STEPS));
            picks.add(new int[train.prompts().size()]);
        }
        List<Dataset.Answered> prompts = new ArrayList<>();
        for (Split.Part part : split.parts()) {
            Judge judge = Judge.train(part.train());
            for (int i : part.test()) {
                Ask ask = Judge.ask(train.prompts().get(i));
                for (int step = 0; step <= STEPS; step++) {
                    picks.get(step)[prompts.size()] = judge.pick(ask, rules.get(step));
                }
                prompts.add(train.prompts().get(i));
            }
        }
        int strongest = train.strongest();
        List<Choice> choices = new ArrayList<>();
        for (double promise : PROMISES) {
            Choice cheapest = new Choice(null, strongest);
            double least = train.meanCosts()[strongest];
            for (int step = 0; step <= STEPS; step++) {
                double cost = 0;
                double sum = 0;
                double squares = 0;
                for (int i = 0; i < prompts.size(); i++) {
                    int model = picks.get(step)[i];
                    double ahead = prompts.get(i).scores()[model]
                            - promise * prompts.get(i).scores()[strongest];
                    cost += prompts.get(i).costs()[model] / prompts.size();
                    sum += ahead;
                    squares += ahead * ahead;
                }
                double mean = sum / prompts.size();
                double error = Math.sqrt(Math.max(0, squares / prompts.size() - mean * mean) / prompts.size());
                if (mean >= MARGIN * error && cost < least) {
                    least = cost;
                    cheapest = new Choice(rules.get(step), strongest);
                }
            }
            choices.add(cheapest);
        }
        return choices;
    }
}
