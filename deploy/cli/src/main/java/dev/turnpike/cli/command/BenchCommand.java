package dev.turnpike.cli.command;

import dev.turnpike.bench.Bench;
import dev.turnpike.bench.Plan;
import dev.turnpike.cli.audit.Audit;
import dev.turnpike.cli.audit.Report;
import dev.turnpike.cli.log.Cluster;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
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

    @Parameters(paramLabel = "NAME", description = "${COMPLETION-CANDIDATES}")
    Bench bench = Bench.ROUTE;

    @Option(
            names = "--runs",
            defaultValue = "3",
            description = "How often each side is measured; default ${DEFAULT-VALUE}.")
    int runs;

    @Option(
            names = "--records",
            defaultValue = "200000",
            description = "Records of a run of route and meter; default ${DEFAULT-VALUE}.")
    int records;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = DurationOption.class,
            defaultValue = "10m",
            description = "How long a loop is measured; default ${DEFAULT-VALUE}.")
    Duration time = Duration.ofMinutes(10);

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        Plan plan = new Plan(runs, records, (int) time.toSeconds(), this::audit, System.out, line -> {
            err.println(line);
            err.flush();
        });
        bench.run(plan);
        return 0;
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
