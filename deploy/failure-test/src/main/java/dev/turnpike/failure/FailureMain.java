package dev.turnpike.failure;

import dev.turnpike.cli.command.DurationOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The failure test as a command. */
@Command(
        name = "failure-test",
        mixinStandardHelpOptions = true,
        description =
                "Runs the whole system as real processes under load, injects faults, waits until it is quiet, and "
                        + "audits the log. Exits with 1 if anything was overspent, lost or doubled.")
public final class FailureMain implements Callable<Integer> {

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = DurationOption.class,
            defaultValue = "20m",
            description = "The time over which faults are spread; default ${DEFAULT-VALUE}.")
    Duration time = Duration.ZERO;

    @Option(names = "--faults", defaultValue = "200", description = "How many; default ${DEFAULT-VALUE}.")
    int faults;

    @Option(
            names = "--rolling",
            description =
                    "No faults: meters, routers and the sink are stopped and started in turn, as in an upgrade, until the"
                            + " time is over and at least once each.")
    boolean rolling;

    @Option(names = "--seed", defaultValue = "1", description = "Of load and faults; default ${DEFAULT-VALUE}.")
    long seed;

    @Option(names = "--rate", defaultValue = "20", description = "Requests a second; default ${DEFAULT-VALUE}.")
    double rate;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Keeps every process's state and output there, in a new folder; default: a temporary folder, "
                    + "which is deleted if all is well.")
    @Nullable
    Path dir;

    @Option(names = "--json", description = "The figures as JSON on standard output, progress on standard error.")
    boolean json;

    public static void main(String[] args) {
        System.exit(new CommandLine(new FailureMain())
                .setExecutionExceptionHandler((thrown, command, parsed) -> {
                    command.getErr().println("failure-test: " + thrown.getMessage());
                    command.getErr().flush();
                    return 1;
                })
                .execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter progress =
                json ? spec.commandLine().getErr() : spec.commandLine().getOut();
        Path folder = dir == null ? Files.createTempDirectory("turnpike-failure-") : Files.createDirectories(dir);
        Run.Plan plan = rolling ? Run.Plan.rolling(time, seed, rate) : new Run.Plan(time, faults, seed, rate, true);
        Run run = new Run(plan, folder, line -> {
            progress.println(line);
            progress.flush();
        });
        // on Ctrl-C the run ends in order; the JVM waits for this thread, which waits for the run
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAndWait(run, ended), "on-signal"));
        try {
            return print(run.execute(), folder);
        } finally {
            ended.countDown();
        }
    }

    private static void stopAndWait(Run run, CountDownLatch ended) {
        run.stop();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int print(Outcome outcome, Path folder) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(outcome.json());
            out.flush();
        } else {
            outcome.print(out);
        }
        if (dir == null && outcome.isGood()) {
            delete(folder);
        } else {
            spec.commandLine().getErr().println("what the processes kept and said is in " + folder);
            spec.commandLine().getErr().flush();
        }
        return outcome.isGood() ? 0 : 1;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
