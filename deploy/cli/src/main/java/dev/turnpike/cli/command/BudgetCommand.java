package dev.turnpike.cli.command;

import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cli.view.BudgetLine;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.TeamPolicy;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "budget", description = "Shows what a team's budgets have left in their present windows.")
final class BudgetCommand extends Reading {

    @Parameters(paramLabel = "TEAM", description = "The team.")
    String team = "";

    @Override
    void read(TopicLog log, PrintWriter out) {
        TeamPolicy policy = PolicyCommand.find(log.table(Topics.POLICIES), team);
        Map<String, BudgetState> states = log.table(Topics.BUDGETS);
        BudgetLine.table().print(out, BudgetLine.of(policy, team, states.values(), clock.millis()), json);
    }
}
