package dev.turnpike.bench;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs a benchmark by its name and prints one JSON line per figure: {@code java -jar deploy/bench/target/bench.jar decide}. */
public final class Bench {

    private static final Map<String, Class<?>> BENCHMARKS = Map.of("decide", DecideBenchmark.class);

    private Bench() {}

    public static void main(String[] args) throws RunnerException {
        Class<?> benchmark = args.length == 1 ? BENCHMARKS.get(args[0]) : null;
        if (benchmark == null) {
            System.err.println(
                    "name a benchmark: " + BENCHMARKS.keySet().stream().sorted().collect(Collectors.joining(", ")));
            System.exit(2);
            return;
        }
        var options = new OptionsBuilder()
                .include("^" + benchmark.getName() + "\\.")
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .build();
        for (RunResult result : new Runner(options).run()) {
            System.out.println(line(args[0], result));
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
