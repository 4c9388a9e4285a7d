package dev.turnpike.cli.eval;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The report as tables for a terminal. */
final class ReportText {

    private ReportText() {}

    static void print(Report report, PrintWriter out) {
        line(
                out,
                "%s: %d prompts, %d models",
                report.data(),
                report.prompts(),
                report.models().size());
        line(out, "trained without the tested %s", trainedWithout(report.split()));
        line(out, "");
        line(out, "%-36s %7s %12s", "model", "score", "USD/prompt");
        for (Report.ModelFigures model : report.models()) {
            line(out, "%-36s %7.3f %12.6f", model.model(), model.score(), model.costUsd());
        }
        pair(report.pair(), out);
        pool(report.pool(), out);
        line(out, "");
        line(out, "a floor chosen on the training side, met on held-out prompts");
        line(out, "%9s %24s %10s %10s", "promised", "met", "shortfall", "cost");
        for (Report.Floor floor : report.floors()) {
            line(
                    out,
                    "%8.0f%% %24s %7.1f pt %9.0f%%",
                    floor.promised() * 100,
                    figure(floor.met()),
                    floor.shortfallPoints(),
                    floor.costShare() * 100);
        }
        line(
                out,
                "picks of a model that is dearer and clearly worse than another on the kind of task: %d",
                report.dominatedPicks());
        goals(report.goals(), out);
    }

    private static void pair(Report.Pair pair, PrintWriter out) {
        line(out, "");
        line(out, "pair: %s (%.3f) and %s (%.3f)", pair.strong(), pair.strongScore(), pair.weak(), pair.weakScore());
        line(out, "%-22s %22s %22s %22s", "policy", "APGR", "CPT(50%)", "CPT(80%)");
        for (Report.PairPolicy policy : pair.policies()) {
            line(
                    out,
                    "%-22s %22s %22s %22s",
                    policy.policy(),
                    figure(policy.apgr()),
                    figure(policy.cpt50()),
                    figure(policy.cpt80()));
        }
        line(out, "%-22s %s", "gap recovered at calls", "   0%  10%  20%  30%  40%  50%  60%  70%  80%  90% 100%");
        for (Report.PairPolicy policy : pair.policies()) {
            line(out, "%-22s %s", policy.policy(), series(policy.recovered(), "%5.2f"));
        }
    }

    private static void pool(Report.Pool pool, PrintWriter out) {
        line(out, "");
        line(
                out,
                "pool: strongest is %s (%.3f at %.6f USD); costs are shares of its cost",
                pool.strongest(),
                pool.strongestScore(),
                pool.strongestCostUsd());
        line(
                out,
                "%-22s %20s %20s %20s %20s",
                "policy",
                "cost at 95%",
                "cost at 99%",
                "cost at 100%",
                "score, cost free");
        for (Report.PoolPolicy policy : pool.policies()) {
            line(
                    out,
                    "%-22s %20s %20s %20s %20s",
                    policy.policy(),
                    figure(policy.costAt95()),
                    figure(policy.costAt99()),
                    figure(policy.costAt100()),
                    figure(policy.unlimited()));
        }
        Report.PoolPolicy router = pool.policies().get(0);
        line(
                out,
                "router with one setting instead of a mixture of two: %s at 95%%, %s at 99%%",
                number(router.oneSettingAt95()),
                number(router.oneSettingAt99()));
        line(
                out,
                "%-22s %s",
                "score at cost share",
                "    5%   10%   20%   30%   40%   50%   60%   70%   80%   90%  100%");
        for (Report.PoolPolicy policy : pool.policies()) {
            line(out, "%-22s %s", policy.policy(), series(policy.scoreAtCost(), "%6.3f"));
        }
    }

    private static void goals(List<Report.Goal> goals, PrintWriter out) {
        if (goals.isEmpty()) {
            return;
        }
        line(out, "");
        line(out, "%-22s %9s %9s %9s %9s", "goal", "must", "target", "published", "reached");
        for (Report.Goal goal : goals) {
            line(
                    out,
                    "%-22s %9.3f %9.3f %9s %9.3f  %s",
                    goal.measure(),
                    goal.must(),
                    goal.target(),
                    number(goal.published()),
                    goal.reached(),
                    distance(goal));
        }
        line(out, "published: RouteLLM, arXiv 2406.18665, tables 1-3, the best of each column");
    }

    private static String distance(Report.Goal goal) {
        if (!goal.met()) {
            return String.format(Locale.ROOT, "%.3f short of the must", Math.abs(goal.reached() - goal.must()));
        }
        double toTarget = Math.abs(goal.reached() - goal.target());
        boolean lowerIsBetter = goal.target() < goal.must();
        boolean there = lowerIsBetter ? goal.reached() <= goal.target() : goal.reached() >= goal.target();
        return there ? "target reached" : String.format(Locale.ROOT, "%.3f short of the target", toTarget);
    }

    private static String trainedWithout(String split) {
        return switch (split) {
            case "questions", "subjects" -> split;
            default -> "data set: learnt from " + split;
        };
    }

    private static String figure(Report.@Nullable Figure figure) {
        return figure == null
                ? "not reached"
                : String.format(Locale.ROOT, "%.3f (%.3f-%.3f)", figure.value(), figure.low(), figure.high());
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.3f", value);
    }

    private static String series(List<Double> values, String format) {
        StringBuilder line = new StringBuilder();
        values.forEach(value -> line.append(String.format(Locale.ROOT, format, value)));
        return line.toString();
    }

    private static void line(PrintWriter out, String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }
}
