package dev.turnpike.cli.command;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.Documents;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.document.Document;
import dev.turnpike.document.DocumentReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "apply",
        description =
                "Publishes offers, policies, aliases and orgs from YAML files: all of them or, if anything is wrong, none.")
final class ApplyCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Mixin
    Connection connection = new Connection();

    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE|DIR",
            description = "A YAML file, or a folder of them.")
    Path file = Path.of(".");

    @Option(names = "--dry-run", description = "Prints what would change and stops.")
    boolean dryRun;

    @Option(names = "--prune", description = "Withdraws what is published and not in the files.")
    boolean prune;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<Document> documents = DocumentReader.read(file);
        Cluster cluster = connection.cluster();
        try (TopicLog log = TopicLog.open(cluster)) {
            new Publication(cluster, log, dryRun).of(Documents.read(log), documents, prune, out);
        }
        return 0;
    }
}
