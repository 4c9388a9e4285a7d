package dev.turnpike.cli.command;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.publish.Intake;
import dev.turnpike.cli.publish.JsonLines;
import dev.turnpike.cli.publish.Pace;
import dev.turnpike.cli.publish.Publisher;
import dev.turnpike.schemas.RequestSignature;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "publish",
        description =
                "Publishes requests, cancellations, usage or outcomes from JSON lines; reads the whole file before it publishes any.")
final class PublishCommand implements Callable<Integer> {

    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(2);

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Mixin
    Connection connection = new Connection();

    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE.jsonl",
            description = "One JSON object a line.")
    Path file = Path.of(".");

    @Option(
            names = "--to",
            paramLabel = "TOPIC",
            defaultValue = "requests",
            description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    Intake intake = Intake.REQUESTS;

    @Option(names = "--rate", paramLabel = "R", description = "Records a second; default as fast as can be.")
    double rate;

    @Option(
            names = "--sign",
            paramLabel = "KEYFILE",
            description = "Signs each request or cancellation with a private key of keys create --signing.")
    @Nullable
    Path signWith;

    @Override
    public Integer call() {
        if (rate < 0) {
            throw new ParameterException(spec.commandLine(), "--rate=" + rate + ": must be greater than 0");
        }
        if (signWith != null && intake.signedFor() == null) {
            throw new ParameterException(spec.commandLine(), "--sign: only requests and cancellations are signed");
        }
        PrivateKey signer = signWith == null ? null : RequestSignature.privateKey(signWith);
        PrintWriter out = spec.commandLine().getOut();
        JsonLines lines = new JsonLines(file, intake);
        long total = lines.each(event -> {});
        Cluster cluster = connection.cluster();
        try (Publisher publisher = new Publisher(cluster, cluster.serdes(), signer)) {
            Pace pace = new Pace(rate);
            long[] shown = {System.nanoTime()};
            lines.each(event -> {
                pace.step();
                publisher.publish(intake, event);
                if (System.nanoTime() - shown[0] > PROGRESS_NANOS) {
                    shown[0] = System.nanoTime();
                    out.printf("%,d of %,d%n", publisher.accepted(), total);
                    out.flush();
                }
            });
            publisher.flush();
            out.printf("%,d records accepted by %s%n", publisher.accepted(), cluster.name(intake.topic()));
        }
        return 0;
    }
}
