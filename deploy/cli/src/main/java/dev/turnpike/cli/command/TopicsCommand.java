package dev.turnpike.cli.command;

import dev.turnpike.cli.access.AccessText;
import dev.turnpike.cli.access.Roles;
import dev.turnpike.cli.grow.Growth;
import dev.turnpike.cli.log.Cluster;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.admin.TopicAdmin;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "topics",
        description = "Creates or verifies every topic of the contract, and says who may do what with them.",
        synopsisSubcommandLabel = "(create | check | grow | acls)")
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

    @Command(
            name = "grow",
            description = {
                "Copies every topic to new ones with more partitions, under another prefix, while nothing runs.",
                "Routers, meters, connectors and publishers must be stopped: what is still running is told, and refused."
                        + " The old topics stay as they are. An interrupted run is given again."
            })
    int grow(
            @Mixin Connection connection,
            @Option(
                            names = "--partitions",
                            required = true,
                            description = "Of each new topic keyed by team: a multiple of what there is.")
                    int partitions,
            @Option(
                            names = "--to",
                            paramLabel = "PREFIX",
                            required = true,
                            description = "What the names of the new topics begin with, for example llm12.")
                    String to) {
        Cluster cluster = connection.cluster();
        PrintWriter out = spec.commandLine().getOut();
        Growth.Result grown = Growth.run(cluster, to, partitions, (topic, records) -> {
            out.printf("%-30s %,14d records%n", topic, records);
            out.flush();
        });
        out.printf(
                "%n%,d records copied from %d partitions to %d; %s* is as it was%n",
                grown.records(), grown.before(), partitions, cluster.prefix());
        out.printf("offsets copied for %s%n%n", String.join(", ", grown.groups()));
        out.printf("turnpike audit --set topics.prefix=%s says whether every law holds in the copy.%n", to);
        out.printf(
                "Then set topics.prefix=%s for every process, start meters, routers, connectors and publishers.%n", to);
        return 0;
    }

    @Command(
            name = "acls",
            description = "Prints or creates the access list of every role: what it needs on the brokers, and no more.")
    int acls(
            @Mixin Connection connection,
            @Option(
                            names = "--role",
                            paramLabel = "ROLE",
                            description = "Only this one; may be given several times. Default: all of them.")
                    @Nullable
                    List<String> only,
            @Option(
                            names = "--principal-prefix",
                            paramLabel = "P",
                            defaultValue = "turnpike-",
                            description =
                                    "What stands before the role in the name of its principal; default ${DEFAULT-VALUE}.")
                    String principalPrefix,
            @Option(
                            names = "--format",
                            defaultValue = "commands",
                            description = "${COMPLETION-CANDIDATES}: for kafka-acls, or as KafkaUser resources;"
                                    + " default ${DEFAULT-VALUE}.")
                    AccessText format,
            @Option(names = "--create", description = "Creates it on the brokers instead; what is there stays.")
                    boolean create) {
        String prefix = connection.settings().text("topics.prefix", Topics.DEFAULT_PREFIX);
        Roles roles = Roles.read(prefix);
        List<String> names = only == null ? roles.names() : only;
        PrintWriter out = spec.commandLine().getOut();
        if (!create) {
            out.print(format.of(roles, names, principalPrefix));
            out.flush();
            return 0;
        }
        List<AclBinding> bindings = names.stream()
                .flatMap(role -> roles.bindings(role, "User:" + principalPrefix + role).stream())
                .toList();
        try (Admin admin = connection.cluster().admin()) {
            admin.createAcls(bindings).all().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ClusterAuthorizationException) {
                throw new KafkaException("Not authorized to alter the access rules of the cluster", e.getCause());
            }
            throw e.getCause() instanceof KafkaException refused ? refused : new KafkaException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while creating access lists", e);
        }
        out.printf("%d rules created for %d principals %s*%n", bindings.size(), names.size(), principalPrefix);
        return 0;
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
