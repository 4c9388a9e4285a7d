package dev.turnpike.cli.command;

import dev.turnpike.cli.audit.Audit;
import dev.turnpike.cli.audit.Audit.Scope;
import dev.turnpike.cli.audit.Report;
import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.text.Times;
import dev.turnpike.cluster.LocalBroker;
import dev.turnpike.cluster.LocalRegistry;
import dev.turnpike.streams.StreamsSettings;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(name = "audit", description = "Checks the laws from the topics alone; exits with 1 if one is broken.")
final class AuditCommand implements Callable<Integer> {

    private static final long PROGRESS_NANOS = Duration.ofSeconds(5).toNanos();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Mixin
    Connection connection = new Connection();

    @Mixin
    Span span = new Span();

    @Option(
            names = "--data-dir",
            paramLabel = "D",
            description = "Audits what a stopped up has kept: starts its broker and registry, and ends them.")
    @Nullable
    Path dataDir;

    @Option(names = "--json", description = "JSON instead of text.")
    boolean json;

    @Option(
            names = "--horizon",
            paramLabel = "H",
            defaultValue = "24",
            description =
                    "Hours within which repeats are known; as the applications are set, default ${DEFAULT-VALUE}.")
    int horizonHours;

    @Option(
            names = "--router-id",
            paramLabel = "ID",
            description = "The router's application id, where it is set to another than its default.")
    @Nullable
    String routerId;

    @Option(
            names = "--meter-id",
            paramLabel = "ID",
            description = "The meter's application id, where it is set to another than its default.")
    @Nullable
    String meterId;

    @Override
    public Integer call() {
        Function<String, Scope> scopes = scopes();
        Path kept = dataDir;
        Report report = kept == null ? audit(connection.cluster(), scopes) : audit(kept, scopes);
        new Findings(report).print(spec.commandLine().getOut(), json);
        return report.holds() ? 0 : 1;
    }

    private Report audit(Cluster cluster, Function<String, Scope> scopes) {
        return Audit.of(cluster, scopes.apply(cluster.prefix()), progress());
    }

    /** What is audited, by the prefix of the topics; wrong use is told before anything is asked for. */
    private Function<String, Scope> scopes() {
        long begin;
        long end;
        try {
            begin = span.begin();
            end = span.end();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        return prefix -> new Scope(
                routerId == null ? StreamsSettings.applicationId(StreamsSettings.ROUTER, prefix) : routerId,
                meterId == null ? StreamsSettings.applicationId(StreamsSettings.METER, prefix) : meterId,
                Duration.ofHours(horizonHours),
                begin,
                end);
    }

    /** A line on standard error now and then, for logs that take long. */
    private Audit.Progress progress() {
        PrintWriter err = spec.commandLine().getErr();
        AtomicLong last = new AtomicLong(System.nanoTime());
        return (records, share, time) -> {
            if (System.nanoTime() - last.get() > PROGRESS_NANOS) {
                last.set(System.nanoTime());
                err.printf("%,d records, %.0f %% of the log, up to %s UTC%n", records, 100 * share, Times.second(time));
                err.flush();
            }
        };
    }

    private Report audit(Path dataDir, Function<String, Scope> scopes) {
        if (!Files.isDirectory(dataDir.resolve("broker"))) {
            throw new IllegalArgumentException(dataDir + ": holds no broker; name the --data-dir of an up");
        }
        try (LocalRegistry registry = LocalRegistry.start(dataDir.resolve("registry"), 0);
                LocalBroker broker = LocalBroker.start(dataDir.resolve("broker"), 0)) {
            return audit(Cluster.local(broker.bootstrapServers(), registry.url()), scopes);
        }
    }
}
