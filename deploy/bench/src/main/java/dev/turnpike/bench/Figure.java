package dev.turnpike.bench;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One measured figure beside its baseline of the same run.
 *
 * @param bench the benchmark's name
 * @param name what was measured, with its unit
 * @param values one for each run
 * @param baseline what it is compared with
 * @param baselineValues one for each run
 * @param target of the ratio; NaN where there is none
 */
record Figure(
        String bench, String name, List<Double> values, String baseline, List<Double> baselineValues, double target) {

    /** One value beside nothing. */
    static Figure alone(String bench, String name, double value) {
        return new Figure(bench, name, List.of(value), "", List.of(), Double.NaN);
    }

    /** One line of JSON: medians, their ratio, and the single runs. */
    String json() {
        double value = median(values);
        StringBuilder line = new StringBuilder();
        line.append(String.format(
                Locale.ROOT, "{\"bench\":\"%s\",\"figure\":\"%s\",\"value\":%s", bench, name, number(value)));
        if (!baselineValues.isEmpty()) {
            line.append(String.format(
                    Locale.ROOT,
                    ",\"baseline\":\"%s\",\"baseline_value\":%s,\"ratio\":%s",
                    baseline,
                    number(median(baselineValues)),
                    Double.isFinite(ratio()) ? String.format(Locale.ROOT, "%.3f", ratio()) : "null"));
        }
        if (!Double.isNaN(target)) {
            line.append(",\"target\":").append(target);
        }
        line.append(",\"runs\":").append(list(values));
        if (!baselineValues.isEmpty()) {
            line.append(",\"baseline_runs\":").append(list(baselineValues));
        }
        return line.append('}').toString();
    }

    private static String list(List<Double> all) {
        return all.stream().map(Figure::number).collect(Collectors.joining(",", "[", "]"));
    }

    double ratio() {
        return median(values) / median(baselineValues);
    }

    /** From the smallest to the largest of several runs; empty for one. */
    String spread() {
        if (values.size() < 2) {
            return "";
        }
        return number(Collections.min(values)) + " to " + number(Collections.max(values));
    }

    static String number(double value) {
        if (Double.isNaN(value)) {
            return "null";
        }
        return Math.abs(value) >= 100 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.2f", value);
    }

    static double median(List<Double> all) {
        List<Double> sorted = all.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
