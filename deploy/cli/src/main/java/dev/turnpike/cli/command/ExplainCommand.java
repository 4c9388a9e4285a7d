package dev.turnpike.cli.command;

import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cli.rerun.JudgeOption;
import dev.turnpike.cli.rerun.Recomputation;
import dev.turnpike.cli.view.AttemptLine;
import dev.turnpike.cli.view.Explanation;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.serde.JsonEvents;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "explain", description = "Says why a request went where it went, with every budget and every model.")
final class ExplainCommand extends Reading {

    @Parameters(paramLabel = "REQUEST_ID", description = "The request.")
    String requestId = "";

    @Option(names = "--team", paramLabel = "TEAM", description = "Of this team, where several use the same id.")
    @Nullable
    String team;

    @Mixin
    JudgeOption judge = new JudgeOption();

    @Override
    void read(TopicLog log, PrintWriter out) {
        List<Decision> decisions = new ArrayList<>();
        log.each(Topics.DECISIONS, entry -> {
            Decision decision = entry.value();
            if (decision.getRequestId().equals(requestId)
                    && (team == null || decision.getTeam().equals(team))) {
                decisions.add(decision);
            }
        });
        if (decisions.isEmpty()) {
            throw new IllegalArgumentException("request " + requestId
                    + ": has no decision; it was not published, not decided yet, or set aside in the"
                    + " dead letters");
        }
        for (Decision decision : decisions) {
            // --json gives the event as it is recorded
            if (json) {
                out.println(JsonEvents.write(decision));
            } else {
                new Explanation(decision).print(out);
                out.printf(
                        "%n  recomputed %s%n",
                        Recomputation.of(decision, log, judge.router()).text());
                out.println();
            }
        }
        if (!json) {
            decisions.stream().map(Decision::getTeam).distinct().forEach(team -> printAttempts(log, team, out));
        }
    }

    private void printAttempts(TopicLog log, String owner, PrintWriter out) {
        List<LedgerEntry> booked = new ArrayList<>();
        log.each(Topics.LEDGER, owner, written -> {
            LedgerEntry entry = written.value();
            if (requestId.equals(entry.getRequestId()) && entry.getTeam().equals(owner)) {
                booked.add(entry);
            }
        });
        if (!booked.isEmpty()) {
            AttemptLine.table().print(out, booked, false);
            out.println();
        }
    }
}
