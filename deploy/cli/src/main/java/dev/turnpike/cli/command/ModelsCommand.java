package dev.turnpike.cli.command;

import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cli.view.ModelLine;
import dev.turnpike.schemas.Topics;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;

@Command(name = "models", description = "Ranks the models by what a completed task really costs.")
final class ModelsCommand extends Reading {

    @Override
    void read(TopicLog log, PrintWriter out) {
        List<ModelLine> lines = ModelLine.of(
                log.table(Topics.CATALOG).values(),
                log.table(Topics.MODEL_PERFORMANCE).values(),
                log.table(Topics.SPEND).values(),
                clock.millis());
        ModelLine.table().print(out, lines, json);
    }
}
