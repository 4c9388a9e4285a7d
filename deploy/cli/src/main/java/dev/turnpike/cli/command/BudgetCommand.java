package dev.turnpike.cli.command;

import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cli.view.BudgetLine;
import dev.turnpike.cli.view.OrgLine;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.TeamPolicy;
import java.io.PrintWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "budget",
        description = "Shows what the budgets of a team or an org have left in their present windows.")
final class BudgetCommand extends Reading {

    @ArgGroup(exclusive = true, multiplicity = "1")
    Whose whose = new Whose();

    static final class Whose {

        @Parameters(index = "0", paramLabel = "TEAM", description = "The team.")
        @Nullable
        String team;

        @Option(
                names = "--org",
                paramLabel = "ORG",
                description = "An org: what is lent to its teams, and what they have spent and hold.")
        @Nullable
        String org;
    }

    @Override
    void read(TopicLog log, PrintWriter out) {
        Map<String, BudgetState> states = log.table(Topics.BUDGETS);
        if (whose.org != null) {
            Org org = log.table(Topics.ORGS).get(whose.org);
            if (org == null) {
                throw new IllegalArgumentException("org " + whose.org + ": is not known; apply a document of kind Org");
            }
            var leases = log.table(Topics.LEASES).values();
            OrgLine.table().print(out, OrgLine.of(org, leases, states.values(), clock.millis()), json);
            return;
        }
        String team = whose.team == null ? "" : whose.team;
        TeamPolicy policy = PolicyCommand.find(log.table(Topics.POLICIES), team);
        BudgetLine.table().print(out, BudgetLine.of(policy, team, states.values(), clock.millis()), json);
    }
}
