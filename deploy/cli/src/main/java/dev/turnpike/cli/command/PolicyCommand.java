package dev.turnpike.cli.command;

import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.document.Document;
import dev.turnpike.document.DocumentText;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.serde.JsonEvents;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "policy",
        description = "Shows policies.",
        subcommands = PolicyCommand.Get.class,
        synopsisSubcommandLabel = "get")
final class PolicyCommand {

    private static final String DEFAULT = "*";

    @Command(name = "get", description = "Prints the policy that applies to a team, as a document that apply takes.")
    static final class Get extends Reading {

        @Parameters(paramLabel = "TEAM", description = "The team, or * for the default.")
        String team = "";

        @Override
        void read(TopicLog log, PrintWriter out) {
            TeamPolicy policy = find(log.table(Topics.POLICIES), team);
            out.print(
                    json ? JsonEvents.write(policy) + System.lineSeparator() : DocumentText.yaml(Document.of(policy)));
        }
    }

    /** @throws IllegalArgumentException if neither the team has a policy nor is there a default */
    static TeamPolicy find(Map<String, TeamPolicy> policies, String team) {
        TeamPolicy policy = policies.getOrDefault(team, policies.get(DEFAULT));
        if (policy == null) {
            throw new IllegalArgumentException(
                    "team " + team + ": has no policy, and there is none for *; apply one (turnpike apply -f FILE)");
        }
        return policy;
    }
}
