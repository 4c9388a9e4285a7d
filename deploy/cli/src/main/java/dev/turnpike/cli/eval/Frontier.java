package dev.turnpike.cli.eval;

import java.util.Comparator;
import java.util.List;

/**
 * What quality costs: the settings of a policy as points, and every mixture of two of them.
 *
 * <p>A mixture sends a fixed share of prompts, chosen by hash, through one setting and the rest through the other.
 *
 * @param points one per setting of the trade-off
 */
record Frontier(List<Point> points) {

    /** Mean cost and mean score over the prompts of the test side. */
    record Point(double cost, double score) {}

    /** The lowest cost at which the score is reached, or NaN. */
    double costFor(double score) {
        double lowest = Double.NaN;
        for (Point high : points) {
            if (high.score() < score - 1e-12) {
                continue;
            }
            lowest = min(lowest, high.cost());
            for (Point low : points) {
                if (low.score() < score && low.cost() < high.cost()) {
                    double share = (score - low.score()) / (high.score() - low.score());
                    lowest = min(lowest, low.cost() + share * (high.cost() - low.cost()));
                }
            }
        }
        return lowest;
    }

    /** The lowest cost of a single setting at which the score is reached, or NaN. */
    double costOfOneSettingFor(double score) {
        return points.stream()
                .filter(point -> point.score() >= score - 1e-12)
                .mapToDouble(Point::cost)
                .min()
                .orElse(Double.NaN);
    }

    /** The highest score at no more than so high a cost, or the score of the cheapest setting. */
    double scoreFor(double cost) {
        Point cheapest =
                points.stream().min(Comparator.comparingDouble(Point::cost)).orElseThrow();
        double highest = cheapest.score();
        for (Point low : points) {
            if (low.cost() > cost) {
                continue;
            }
            highest = Math.max(highest, low.score());
            for (Point high : points) {
                if (high.cost() > cost && high.score() > low.score()) {
                    double share = (cost - low.cost()) / (high.cost() - low.cost());
                    highest = Math.max(highest, low.score() + share * (high.score() - low.score()));
                }
            }
        }
        return highest;
    }

    private static double min(double known, double candidate) {
        return Double.isNaN(known) ? candidate : Math.min(known, candidate);
    }
}
