package dev.turnpike.cli.command;

import dev.turnpike.cli.demo.Trace;
import dev.turnpike.cli.up.Run;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "up",
        description = "Runs the whole system in one JVM, replays a trace, and audits its own log before it ends.")
final class UpCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Option(names = "--data-dir", paramLabel = "DIR", description = "Keeps everything there; default: keeps nothing.")
    @Nullable
    Path dataDir;

    @Option(names = "--port", defaultValue = "8080", description = "API and metrics; default ${DEFAULT-VALUE}.")
    int port;

    @Option(names = "--kafka-port", defaultValue = "9092", description = "Default ${DEFAULT-VALUE}; 0: a free one.")
    int kafkaPort;

    @Option(names = "--registry-port", defaultValue = "8081", description = "Default ${DEFAULT-VALUE}; 0: a free one.")
    int registryPort;

    @Option(
            names = "--demo",
            paramLabel = "TRACE|none",
            defaultValue = Trace.SHIPPED,
            description = "The trace to replay: ${DEFAULT-VALUE} (default), a CSV file of its columns, or none.")
    String demo = Trace.SHIPPED;

    @Option(names = "--rate", defaultValue = "1", description = "Speed of the replay; 1 (default): as it was recorded.")
    double rate;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = DurationOption.class,
            description = "Ends after this time, e.g. 90s or 5m; default: at Ctrl-C.")
    @Nullable
    Duration duration;

    @Override
    public Integer call() throws InterruptedException {
        if (!(rate > 0)) {
            throw new ParameterException(spec.commandLine(), "--rate " + rate + ": must be greater than 0");
        }
        PrintWriter out = spec.commandLine().getOut();
        @Nullable Trace trace = demo.equals("none") ? null : Trace.named(demo);
        Run run = new Run(
                out,
                dataDir,
                new Run.Ports(port, kafkaPort, registryPort),
                trace,
                rate,
                duration,
                report -> new Findings(report).print(out, false));
        return run.execute() ? 0 : 1;
    }
}
