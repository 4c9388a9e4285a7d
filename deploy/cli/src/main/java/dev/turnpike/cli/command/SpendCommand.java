package dev.turnpike.cli.command;

import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cli.view.SpendLine;
import dev.turnpike.schemas.Topics;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

@Command(name = "spend", description = "Shows what was spent, by any of its dimensions.")
final class SpendCommand extends Reading {

    @Option(names = "--team", paramLabel = "TEAM", description = "One team; default all.")
    @Nullable
    String team;

    @Option(
            names = "--by",
            split = ",",
            paramLabel = "DIMENSION",
            description = "Of team, user, model, provider, task_type; default team.")
    List<String> by = List.of("team");

    @Option(names = "--window", paramLabel = "1h|1d", description = "A line for each hour or day; default one for all.")
    @Nullable
    String window;

    @Mixin
    Span span = new Span();

    @Override
    void check() {
        if (window != null && !window.equals("1h") && !window.equals("1d")) {
            throw new ParameterException(spec.commandLine(), "--window=" + window + ": must be 1h or 1d");
        }
        query();
    }

    @Override
    void read(TopicLog log, PrintWriter out) {
        SpendLine.Query query = query();
        List<SpendLine> lines = SpendLine.of(log.table(Topics.SPEND).values(), query);
        SpendLine.table(query).print(out, lines, json);
    }

    private SpendLine.Query query() {
        try {
            return new SpendLine.Query(team, by, window, span.begin(), span.end());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
