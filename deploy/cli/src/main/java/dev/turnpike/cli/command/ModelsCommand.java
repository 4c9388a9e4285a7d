package dev.turnpike.cli.command;

import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cli.view.ModelLine;
import dev.turnpike.cli.view.ShareLine;
import dev.turnpike.cli.view.ShareLine.Rank;
import dev.turnpike.cli.view.SpendLine;
import dev.turnpike.schemas.Topics;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

@Command(
        name = "models",
        description =
                "Ranks the models by what a completed task really costs; with --rank or --by by what is used of them.",
        footer = {
            "",
            "models                        cost per completed task, by model and task type",
            "models --rank tokens          models by tokens; also spend, requests",
            "models --by provider --daily  each provider's share, day by day",
            "models --by team,model        who uses what"
        })
final class ModelsCommand extends Reading {

    @Option(
            names = "--rank",
            paramLabel = "spend|tokens|requests",
            description = "What counts; default spend where --by is given.")
    @Nullable
    Rank rank;

    @Option(
            names = "--by",
            split = ",",
            paramLabel = "DIMENSION",
            description = "Of model, provider, team, user, task_type; default model.")
    List<String> by = List.of();

    @Option(names = "--daily", description = "A ranking for each day.")
    boolean daily;

    @Option(names = "--team", paramLabel = "TEAM", description = "One team; default all.")
    @Nullable
    String team;

    @Mixin
    Span span = new Span();

    @Override
    void check() {
        query();
    }

    @Override
    void read(TopicLog log, PrintWriter out) {
        if (isOfUse()) {
            SpendLine.Query query = query();
            List<SpendLine> lines = SpendLine.of(log.table(Topics.SPEND).values(), query);
            ShareLine.table(query).print(out, ShareLine.of(lines, rank == null ? Rank.SPEND : rank), json);
            return;
        }
        List<ModelLine> lines = ModelLine.of(
                log.table(Topics.CATALOG).values(),
                log.table(Topics.MODEL_PERFORMANCE).values(),
                log.table(Topics.SPEND).values(),
                clock.millis());
        ModelLine.table().print(out, lines, json);
    }

    private boolean isOfUse() {
        return rank != null || !by.isEmpty() || daily || team != null || span.isGiven();
    }

    private SpendLine.Query query() {
        try {
            return new SpendLine.Query(
                    team, by.isEmpty() ? List.of("model") : by, daily ? "1d" : null, span.begin(), span.end());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
