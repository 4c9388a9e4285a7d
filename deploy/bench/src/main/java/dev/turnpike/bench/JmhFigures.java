package dev.turnpike.bench;

import java.io.PrintStream;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs a JMH benchmark and prints one JSON line per figure. */
final class JmhFigures {

    private JmhFigures() {}

    static void print(String name, Class<?> benchmark, PrintStream out) {
        var options = new OptionsBuilder()
                .include("^" + benchmark.getName() + "\\.")
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .build();
        try {
            for (RunResult result : new Runner(options).run()) {
                out.println(line(name, result));
            }
        } catch (RunnerException e) {
            throw new IllegalStateException(name + ": cannot be measured: " + e.getMessage(), e);
        }
    }

    private static String line(String name, RunResult result) {
        String label = result.getParams().getBenchmark();
        var allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
        return String.format(
                Locale.ROOT,
                "{\"bench\": \"%s\", \"case\": \"%s\", \"offers\": %s, \"p50_us\": %.2f, \"p99_us\": %.2f, \"bytes\": %.0f}",
                name,
                label.substring(label.lastIndexOf('.') + 1),
                result.getParams().getParam("offers"),
                result.getPrimaryResult().getStatistics().getPercentile(50),
                result.getPrimaryResult().getStatistics().getPercentile(99),
                allocated == null ? Double.NaN : allocated.getScore());
    }
}
