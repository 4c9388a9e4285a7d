package dev.turnpike.cli.command;

import dev.turnpike.bench.Bench;
import dev.turnpike.bench.Figures;
import dev.turnpike.bench.Plan;
import dev.turnpike.bench.Recording;
import dev.turnpike.bench.Size;
import dev.turnpike.cli.audit.Audit;
import dev.turnpike.cli.audit.Report;
import dev.turnpike.cli.demo.RecordedTraffic;
import dev.turnpike.cli.demo.Trace;
import dev.turnpike.cli.log.Cluster;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "bench",
        description =
                "Measures a part of the system beside its baseline, on a cluster of its own, and prints a line of JSON "
                        + "per figure.")
final class BenchCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "${COMPLETION-CANDIDATES}")
    List<Bench> benches = List.of();

    @Option(names = "--quick", description = "Measures less of everything: half an hour for all, not two hours.")
    boolean quick;

    @Option(names = "--runs", description = "How often each side is measured; by default what suits the benchmark.")
    @Nullable
    Integer runs;

    @Option(
            names = "--records",
            description =
                    "Records of a run of route and meter; users that state begins with, of which it takes 1, 2 and 4 times as many.")
    @Nullable
    Integer records;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = DurationOption.class,
            description = "How long a load lasts: of loops, of a side of budgets, of a speed of trace.")
    @Nullable
    Duration time;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            defaultValue = Trace.SHIPPED,
            description = "What trace replays: ${DEFAULT-VALUE} (default) or a CSV file of its columns.")
    String trace = Trace.SHIPPED;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Where the lines of JSON go; what is printed is then a table in Markdown.")
    @Nullable
    Path json;

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (json == null) {
            measure(new Figures(System.out));
            return 0;
        }
        try (PrintStream file = new PrintStream(Files.newOutputStream(json), false, StandardCharsets.UTF_8)) {
            Figures figures = new Figures(file);
            try {
                measure(figures);
            } finally {
                PrintWriter out = spec.commandLine().getOut();
                out.print(figures.markdown());
                out.flush();
            }
        }
        return 0;
    }

    // what was measured before something fails stays measured, and the others are too
    private void measure(Figures figures) throws InterruptedException {
        Recording recording = new RecordedTraffic(Trace.named(trace));
        List<String> failed = new ArrayList<>();
        for (Bench bench :
                benches.stream().flatMap(each -> each.parts().stream()).toList()) {
            long begin = System.nanoTime();
            tell(bench.name());
            try {
                bench.run(new Plan(size(bench), this::audit, recording, figures, this::tell));
            } catch (IllegalStateException e) {
                tell(bench.name() + ": " + e.getMessage());
                failed.add(bench.name());
            }
            tell(bench.name() + ": took "
                    + Duration.ofNanos(System.nanoTime() - begin).toSeconds() + " s");
        }
        if (!failed.isEmpty()) {
            throw new IllegalStateException(String.join(", ", failed) + ": failed; see above");
        }
    }

    private Size size(Bench bench) {
        Size size = bench.size(quick);
        return new Size(
                runs == null ? size.runs() : runs,
                records == null ? size.records() : records,
                time == null ? size.seconds() : (int) time.toSeconds());
    }

    private void tell(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }

    private void audit(String bootstrapServers, String registryUrl, String prefix) {
        Cluster cluster = new Cluster(bootstrapServers, prefix, Map.of("schema.registry.url", registryUrl), Map.of());
        Report report = Audit.of(cluster, Audit.Scope.whole());
        PrintWriter err = spec.commandLine().getErr();
        new Findings(report).print(err, false);
        err.flush();
        if (!report.holds()) {
            throw new IllegalStateException("the log that the benchmark wrote breaks a law: see above");
        }
    }
}
