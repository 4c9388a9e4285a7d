package dev.turnpike.bench;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs a JMH benchmark. */
final class JmhFigures {

    private JmhFigures() {}

    static void measure(String name, Class<?> benchmark, Figures figures) {
        var options = new OptionsBuilder()
                .include("^" + benchmark.getName() + "\\.")
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .build();
        try {
            for (RunResult result : new Runner(options).run()) {
                String label = result.getParams().getBenchmark();
                String which = label.substring(label.lastIndexOf('.') + 1) + ", "
                        + result.getParams().getParam("offers") + " offers, ";
                var times = result.getPrimaryResult().getStatistics();
                figures.add(Figure.alone(name, which + "p50 µs", times.getPercentile(50)));
                figures.add(Figure.alone(name, which + "p99 µs", times.getPercentile(99)));
                var allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
                if (allocated != null) {
                    figures.add(Figure.alone(name, which + "bytes allocated", allocated.getScore()));
                }
            }
        } catch (RunnerException e) {
            throw new IllegalStateException(name + ": cannot be measured: " + e.getMessage(), e);
        }
    }
}
