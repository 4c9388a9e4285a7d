package dev.turnpike.cli.eval;

import dev.turnpike.router.decision.Ask;
import dev.turnpike.router.decision.TeamRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Runs a split through the router and through what it is compared with, and measures both. */
final class Evaluation {

    private static final int SETTINGS = 200;
    private static final int RESAMPLES = 200;
    private static final double[] COST_SHARES = {0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0};

    private final Split split;
    private final long seed;
    private final Dataset data;
    private final int n;
    private final double[][] success;
    private final List<int[]> picks;
    private final int[] partOf;
    private final List<int[]> floorPicks;

    private Evaluation(Split split, long seed) {
        this.split = split;
        this.seed = seed;
        this.data = split.data();
        this.n = data.prompts().size();
        this.success = new double[n][];
        this.picks = new ArrayList<>();
        for (int setting = 0; setting <= SETTINGS; setting++) {
            picks.add(new int[n]);
        }
        this.partOf = new int[n];
        this.floorPicks = new ArrayList<>();
        for (int i = 0; i < FloorPromise.PROMISES.length; i++) {
            floorPicks.add(new int[n]);
        }
    }

    static Report run(String name, String how, Split split, String strong, String weak, long seed) {
        Evaluation evaluation = new Evaluation(split, seed);
        evaluation.judge();
        return evaluation.report(name, how, strong, weak);
    }

    private void judge() {
        List<TeamRules> settings = new ArrayList<>();
        for (int setting = 0; setting <= SETTINGS; setting++) {
            settings.add(Judge.worth(worth(setting)));
        }
        for (int part = 0; part < split.parts().size(); part++) {
            Split.Part side = split.parts().get(part);
            Judge judge = Judge.train(side.train());
            List<FloorPromise.Choice> floors = FloorPromise.choose(side.train(), seed);
            for (int i : side.test()) {
                Ask ask = Judge.ask(data.prompts().get(i));
                success[i] = judge.success(ask);
                partOf[i] = part;
                for (int setting = 0; setting <= SETTINGS; setting++) {
                    picks.get(setting)[i] = judge.pick(ask, settings.get(setting));
                }
                for (int f = 0; f < floors.size(); f++) {
                    floorPicks.get(f)[i] = floors.get(f).pick(judge, ask);
                }
            }
        }
    }

    /** What a success is worth: from a hundredth to ten thousand times the strongest model's call, then without limit. */
    private double worth(int setting) {
        return setting == SETTINGS
                ? Double.POSITIVE_INFINITY
                : data.meanCosts()[data.strongest()] * Math.pow(10, -2 + 6.0 * setting / SETTINGS);
    }

    private Report report(String name, String how, String strongName, String weakName) {
        double[] scores = data.meanScores();
        double[] costs = data.meanCosts();
        int strong = strongName.isEmpty() ? data.strongest() : position(strongName);
        int weak = weakName.isEmpty() ? data.cheapest() : position(weakName);
        List<Report.ModelFigures> models = new ArrayList<>();
        for (int m = 0; m < scores.length; m++) {
            models.add(new Report.ModelFigures(data.models().get(m).name(), scores[m], costs[m]));
        }
        Report.Pair pair = pair(strong, weak);
        Policy router = new Policy(picks);
        Report.Pool pool = pool(router);
        List<Report.Floor> floors = floors();
        Report report =
                new Report(name, n, how, models, pair, pool, floors, Dominance.picks(data, router.picks()), List.of());
        return Goals.addTo(report);
    }

    private int position(String model) {
        return IntStream.range(0, data.models().size())
                .filter(m -> data.models().get(m).name().equals(model))
                .findFirst()
                .orElseThrow();
    }

    // ---- the pair

    private Report.Pair pair(int strong, int weak) {
        double[] gains = new double[n];
        double[] router = new double[n];
        for (int i = 0; i < n; i++) {
            gains[i] = score(i, strong) - score(i, weak);
            router[i] = success[i][strong] - success[i][weak];
        }
        return new Report.Pair(
                data.models().get(strong).name(),
                data.models().get(weak).name(),
                data.meanScores()[strong],
                data.meanScores()[weak],
                List.of(
                        pairPolicy("router", rankedWithinParts(router), gains),
                        pairPolicy("random", new double[n], gains),
                        pairPolicy("oracle", gains, gains)));
    }

    /** Each part has a router of its own; only the order within a part is comparable. */
    private double[] rankedWithinParts(double[] routerScores) {
        double[] ties = new SplittableRandom(seed).doubles(n).toArray();
        double[] ranked = new double[n];
        for (int part = 0; part < split.parts().size(); part++) {
            List<Integer> members = split.parts().get(part).test().stream()
                    .sorted(Comparator.<Integer>comparingDouble(i -> routerScores[i])
                            .thenComparingDouble(i -> ties[i]))
                    .toList();
            for (int rank = 0; rank < members.size(); rank++) {
                ranked[members.get(rank)] = (rank + 0.5) / members.size();
            }
        }
        return ranked;
    }

    private Report.PairPolicy pairPolicy(String name, double[] routerScores, double[] gains) {
        PairCurve curve = PairCurve.of(routerScores, gains, seed);
        List<Double> recovered = new ArrayList<>();
        for (int tenth = 0; tenth <= 10; tenth++) {
            recovered.add(curve.recoveredAt(tenth / 10.0));
        }
        SplittableRandom random = new SplittableRandom(seed);
        List<PairCurve> resampled = new ArrayList<>();
        for (int r = 0; r < RESAMPLES; r++) {
            int[] sample = random.ints(n, 0, n).toArray();
            double[] s = Arrays.stream(sample).mapToDouble(i -> routerScores[i]).toArray();
            double[] g = Arrays.stream(sample).mapToDouble(i -> gains[i]).toArray();
            resampled.add(PairCurve.of(s, g, seed + r));
        }
        return new Report.PairPolicy(
                name,
                figure(curve, resampled, PairCurve::area),
                figure(curve, resampled, c -> c.callsFor(0.5)),
                figure(curve, resampled, c -> c.callsFor(0.8)),
                recovered);
    }

    // ---- the pool

    /** What a policy picks for each prompt at each setting of its trade-off; the last setting ignores cost. */
    private record Policy(List<int[]> picks) {}

    private Policy oracle() {
        List<int[]> best = new ArrayList<>();
        for (int setting = 0; setting < SETTINGS; setting++) {
            double worth = worth(setting);
            best.add(data.prompts().stream()
                    .mapToInt(prompt -> IntStream.range(0, prompt.scores().length)
                            .boxed()
                            .max(Comparator.comparingDouble(m -> worth * prompt.scores()[m] - prompt.costs()[m]))
                            .orElseThrow())
                    .toArray());
        }
        return new Policy(best);
    }

    private Policy always(int... models) {
        return new Policy(Arrays.stream(models)
                .mapToObj(m -> IntStream.range(0, n).map(i -> m).toArray())
                .toList());
    }

    private Policy random() {
        SplittableRandom random = new SplittableRandom(seed);
        return new Policy(List.of(random.ints(n, 0, data.models().size()).toArray()));
    }

    private Report.Pool pool(Policy router) {
        int strongest = data.strongest();
        int[] allModels = IntStream.range(0, data.models().size()).toArray();
        int[] lastStrongest = IntStream.concat(
                        Arrays.stream(allModels).filter(m -> m != strongest), IntStream.of(strongest))
                .toArray();
        return new Report.Pool(
                data.models().get(strongest).name(),
                data.meanScores()[strongest],
                data.meanCosts()[strongest],
                List.of(
                        poolPolicy("router", router),
                        poolPolicy("random", random()),
                        poolPolicy("cheapest", always(data.cheapest())),
                        poolPolicy("strongest", always(strongest)),
                        poolPolicy("mixture of two models", always(lastStrongest)),
                        poolPolicy("oracle", oracle())));
    }

    private Report.PoolPolicy poolPolicy(String name, Policy policy) {
        int[] everyone = IntStream.range(0, n).toArray();
        Sample all = sample(policy, everyone);
        SplittableRandom random = new SplittableRandom(seed);
        List<Sample> resampled = new ArrayList<>();
        for (int r = 0; r < RESAMPLES; r++) {
            resampled.add(sample(policy, random.ints(n, 0, n).toArray()));
        }
        List<Double> scoreAtCost = new ArrayList<>();
        for (double share : COST_SHARES) {
            scoreAtCost.add(all.frontier().scoreFor(share * all.strongestCost()));
        }
        return new Report.PoolPolicy(
                name,
                known(figure(all, resampled, s -> s.costAt(0.95))),
                known(figure(all, resampled, s -> s.costAt(0.99))),
                known(figure(all, resampled, s -> s.costAt(1.0))),
                known(all.oneSettingAt(0.95)),
                known(all.oneSettingAt(0.99)),
                figure(all, resampled, Sample::unlimited),
                scoreAtCost);
    }

    private record Sample(Frontier frontier, double strongestScore, double strongestCost) {

        double costAt(double quality) {
            return frontier.costFor(quality * strongestScore) / strongestCost;
        }

        double oneSettingAt(double quality) {
            return frontier.costOfOneSettingFor(quality * strongestScore) / strongestCost;
        }

        double unlimited() {
            return frontier.points().get(frontier.points().size() - 1).score();
        }
    }

    private Sample sample(Policy policy, int[] members) {
        List<Frontier.Point> points = new ArrayList<>();
        for (int[] picks : policy.picks()) {
            double cost = 0;
            double score = 0;
            for (int i : members) {
                cost += cost(i, picks[i]);
                score += score(i, picks[i]);
            }
            points.add(new Frontier.Point(cost / members.length, score / members.length));
        }
        double[] scores = new double[data.models().size()];
        for (int i : members) {
            for (int m = 0; m < scores.length; m++) {
                scores[m] += score(i, m) / members.length;
            }
        }
        int strongest = data.strongest();
        for (int m = 0; m < scores.length; m++) {
            if (scores[m] > scores[strongest]) {
                strongest = m;
            }
        }
        int best = strongest;
        double cost = Arrays.stream(members).mapToDouble(i -> cost(i, best)).sum() / members.length;
        return new Sample(new Frontier(points), scores[best], cost);
    }

    // ---- floors

    private List<Report.Floor> floors() {
        int strongest = data.strongest();
        List<Report.Floor> floors = new ArrayList<>();
        for (int f = 0; f < floorPicks.size(); f++) {
            int[] picks = floorPicks.get(f);
            double promise = FloorPromise.PROMISES[f];
            ToDoubleFunction<int[]> met = members ->
                    Arrays.stream(members).mapToDouble(i -> score(i, picks[i])).sum()
                            / Arrays.stream(members)
                                    .mapToDouble(i -> score(i, strongest))
                                    .sum();
            int[] everyone = IntStream.range(0, n).toArray();
            SplittableRandom random = new SplittableRandom(seed);
            List<int[]> resampled = new ArrayList<>();
            for (int r = 0; r < RESAMPLES; r++) {
                resampled.add(random.ints(n, 0, n).toArray());
            }
            Report.Figure figure = figure(everyone, resampled, met);
            double cost =
                    Arrays.stream(everyone).mapToDouble(i -> cost(i, picks[i])).sum();
            floors.add(new Report.Floor(
                    promise,
                    figure,
                    Math.max(0, promise - figure.value()) * data.meanScores()[strongest] * 100,
                    cost / n / data.meanCosts()[strongest]));
        }
        return floors;
    }

    private double score(int prompt, int model) {
        return data.prompts().get(prompt).scores()[model];
    }

    private double cost(int prompt, int model) {
        return data.prompts().get(prompt).costs()[model];
    }

    private static <T> Report.Figure figure(T all, List<T> resampled, ToDoubleFunction<T> measure) {
        double[] values = resampled.stream()
                .mapToDouble(measure)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
        double value = measure.applyAsDouble(all);
        Supplier<Report.Figure> alone = () -> new Report.Figure(value, value, value);
        return values.length == 0
                ? alone.get()
                : new Report.Figure(
                        value,
                        values[(int) (values.length * 0.025)],
                        values[Math.min(values.length - 1, (int) (values.length * 0.975))]);
    }

    private static Report.@Nullable Figure known(Report.Figure figure) {
        return Double.isNaN(figure.value()) ? null : figure;
    }

    private static @Nullable Double known(double value) {
        return Double.isNaN(value) ? null : value;
    }
}
