package dev.turnpike.cli.command;

import dev.turnpike.cli.demo.Replay;
import dev.turnpike.cli.demo.Trace;
import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.publish.Publisher;
import dev.turnpike.cli.up.Rehearsal;
import dev.turnpike.cluster.SimulatedProvider;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        description = "Parts of the demo by themselves, for a system that runs elsewhere.",
        synopsisSubcommandLabel = "(traffic | provider | rehearsal)")
final class DemoCommand {

    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(10);

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Command(name = "traffic", description = "Publishes the requests of a trace at its pace, again and again.")
    int traffic(
            @Mixin Connection connection,
            @Option(
                            names = "--trace",
                            defaultValue = Trace.SHIPPED,
                            description = "${DEFAULT-VALUE} (default) or a CSV file of its columns.")
                    String trace,
            @Option(
                            names = "--rate",
                            defaultValue = "1",
                            description = "Speed of the replay; 1 (default): as it was recorded.")
                    double rate,
            @Option(
                            names = "--for",
                            paramLabel = "DURATION",
                            converter = DurationOption.class,
                            description = "Ends after this time, e.g. 90s or 5m; default: never.")
                    @Nullable
                    Duration duration)
            throws InterruptedException {
        if (!(rate > 0)) {
            throw new ParameterException(spec.commandLine(), "--rate " + rate + ": must be greater than 0");
        }
        Trace replayed = Trace.named(trace);
        Cluster cluster = connection.cluster();
        InstantSource clock = InstantSource.system();
        PrintWriter out = spec.commandLine().getOut();
        try (Publisher publisher = new Publisher(cluster, cluster.serdes())) {
            Replay.prelude(publisher, clock);
            Thread requests = new Thread(() -> Replay.requests(publisher, clock, replayed, rate), "demo-traffic");
            requests.setDaemon(true);
            requests.start();
            long end = duration == null ? Long.MAX_VALUE : System.nanoTime() + duration.toNanos();
            while (requests.isAlive() && System.nanoTime() < end) {
                requests.join(Math.min(PROGRESS_EVERY.toMillis(), Math.max(1, (end - System.nanoTime()) / 1_000_000)));
                out.printf("%,d requests published%n", Math.max(0, publisher.accepted() - Replay.OTHER_RECORDS));
                out.flush();
            }
            requests.interrupt();
            requests.join();
            publisher.flush();
        }
        return 0;
    }

    @Command(
            name = "provider",
            description = "Answers OpenAI's chat completions with filler, as fast and as long as the trace says.")
    int provider(
            @Option(names = "--host", defaultValue = "127.0.0.1", description = "Default ${DEFAULT-VALUE}.")
                    String host,
            @Option(names = "--port", defaultValue = "8090", description = "Default ${DEFAULT-VALUE}; 0: a free one.")
                    int port)
            throws InterruptedException {
        var options = new SimulatedProvider.Options(port, 1, 1, Map.of());
        try (SimulatedProvider provider = SimulatedProvider.start(host, options)) {
            spec.commandLine().getOut().println("listening, locally at " + provider.url());
            spec.commandLine().getOut().flush();
            // until the process is told to end
            new CountDownLatch(1).await();
        }
        return 0;
    }

    @Command(
            name = "rehearsal",
            description = "Runs router and meter on a broker of its own until they have decided and booked something.")
    int rehearsal(
            @Option(
                            names = "--data-dir",
                            required = true,
                            paramLabel = "DIR",
                            description = "An empty folder; what is left there is of no use.")
                    Path dir)
            throws InterruptedException {
        Rehearsal.run(dir);
        return 0;
    }
}
