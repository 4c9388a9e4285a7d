package dev.turnpike.cli.eval;

import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Quality against the share of prompts sent to the strong one of two models, highest router score first.
 *
 * <p>Quality is the performance gap recovered, (routed − weak) / (strong − weak), as RouteLLM (arXiv 2406.18665) computes
 * it. Random routing has an area of 0.5; an oracle's exceeds 1 where the weak model is sometimes the better one.
 */
final class PairCurve {

    private final double[] recovered;

    private PairCurve(double[] recovered) {
        this.recovered = recovered;
    }

    /**
     * @param routerScores how much each prompt should go to the strong model
     * @param gains the strong model's score − the weak model's, per prompt
     * @param seed for the order of prompts with equal router scores
     */
    static PairCurve of(double[] routerScores, double[] gains, long seed) {
        int n = gains.length;
        double[] ties = new SplittableRandom(seed).doubles(n).toArray();
        List<Integer> order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> -routerScores[i])
                        .thenComparingDouble(i -> ties[i]))
                .toList();
        double total = 0;
        for (double gain : gains) {
            total += gain;
        }
        double[] recovered = new double[n + 1];
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += gains[order.get(i)];
            recovered[i + 1] = sum / total;
        }
        return new PairCurve(recovered);
    }

    /** The area under the curve over shares from 0 to 1 (trapezoids). */
    double area() {
        double sum = 0;
        for (int i = 1; i < recovered.length; i++) {
            sum += (recovered[i - 1] + recovered[i]) / 2;
        }
        return sum / (recovered.length - 1);
    }

    /** The smallest share of calls to the strong model that recovers so much of the gap. */
    double callsFor(double share) {
        for (int i = 0; i < recovered.length; i++) {
            if (recovered[i] >= share - 1e-12) {
                return (double) i / (recovered.length - 1);
            }
        }
        return 1;
    }

    /** How much of the gap is recovered with so large a share of calls to the strong model. */
    double recoveredAt(double calls) {
        return recovered[(int) Math.round(calls * (recovered.length - 1))];
    }
}
