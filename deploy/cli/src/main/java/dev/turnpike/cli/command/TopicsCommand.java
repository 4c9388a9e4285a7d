package dev.turnpike.cli.command;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.admin.TopicAdmin;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "topics",
        description = "Creates or verifies every topic of the contract.",
        synopsisSubcommandLabel = "(create | check)")
final class TopicsCommand {

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Command(name = "create", description = "Creates the topics that are missing, then verifies all of them.")
    int create(
            @Mixin Connection connection,
            @Option(
                            names = "--partitions",
                            defaultValue = "12",
                            description = "Of each topic keyed by team; default ${DEFAULT-VALUE}.")
                    int partitions,
            @Option(
                            names = "--replication",
                            defaultValue = "1",
                            description = "Copies of each partition; default ${DEFAULT-VALUE}.")
                    int replication) {
        Cluster cluster = connection.cluster();
        try (Admin admin = cluster.admin()) {
            TopicAdmin.create(admin, cluster.prefix(), partitions, replication);
            return verify(admin, cluster);
        }
    }

    @Command(name = "check", description = "Verifies partitions, timestamps and retention of every topic.")
    int check(@Mixin Connection connection) {
        Cluster cluster = connection.cluster();
        try (Admin admin = cluster.admin()) {
            return verify(admin, cluster);
        }
    }

    private int verify(Admin admin, Cluster cluster) {
        List<String> problems = TopicAdmin.check(admin, cluster.prefix(), Topics.ALL);
        if (!problems.isEmpty()) {
            throw new IllegalStateException(problems.size() + " of " + Topics.ALL.size()
                    + " topics are not as they must be: " + String.join("; ", problems));
        }
        spec.commandLine()
                .getOut()
                .printf(
                        "%d topics %s* are as they must be, those keyed by team with %d partitions%n",
                        Topics.ALL.size(), cluster.prefix(), TopicAdmin.partitions(admin, cluster.prefix()));
        return 0;
    }
}
