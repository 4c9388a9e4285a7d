package dev.turnpike.cli.command;

import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cli.text.Times;
import dev.turnpike.cli.view.AlertLines;
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
        if (!follow) {
            AlertLines.table().print(out, alerts, json);
            return;
        }
        alerts.forEach(alert -> line(out, alert));
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
}
