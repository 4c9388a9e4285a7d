package dev.turnpike.cli.command;

import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cli.text.Table;
import dev.turnpike.cli.text.Times;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.serde.JsonEvents;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "alerts", description = "Shows the alerts that were raised.")
final class AlertsCommand extends Reading {

    @Option(names = "--team", paramLabel = "TEAM", description = "One team; default all.")
    @Nullable
    String team;

    @Option(names = "--follow", description = "Goes on with those to come, until Ctrl-C.")
    boolean follow;

    @Override
    void read(TopicLog log, PrintWriter out) {
        List<BudgetAlert> alerts = new ArrayList<>();
        log.each(Topics.ALERTS, entry -> {
            if (isWanted(entry.value())) {
                alerts.add(entry.value());
            }
        });
        if (json && !follow) {
            table().print(out, alerts, true);
            return;
        }
        alerts.forEach(alert -> line(out, alert));
        if (!follow) {
            return;
        }
        log.follow(Topics.ALERTS, () -> !Thread.currentThread().isInterrupted(), entry -> {
            if (isWanted(entry.value())) {
                line(out, entry.value());
            }
        });
    }

    private boolean isWanted(BudgetAlert alert) {
        return team == null || alert.getTeam().equals(team);
    }

    private void line(PrintWriter out, BudgetAlert alert) {
        out.println(json ? JsonEvents.write(alert) : Times.second(alert.getRaisedAt()) + "  " + alert.getMessage());
        out.flush();
    }

    private static Table<BudgetAlert> table() {
        return new Table<BudgetAlert>()
                .shown("raised_at", false, BudgetAlert::getRaisedAt, Times::second)
                .text("kind", BudgetAlert::getKind)
                .hidden("team", BudgetAlert::getTeam)
                .hidden("budget", BudgetAlert::getBudget)
                .hidden("scope_value", BudgetAlert::getScopeValue)
                .hidden("threshold", BudgetAlert::getThreshold)
                .text("message", BudgetAlert::getMessage);
    }
}
