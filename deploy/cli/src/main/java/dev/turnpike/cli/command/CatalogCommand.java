package dev.turnpike.cli.command;

import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cli.view.OfferLine;
import dev.turnpike.schemas.Topics;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

@Command(
        name = "catalog",
        description = "Shows the catalog of models.",
        subcommands = CatalogCommand.ListOffers.class,
        synopsisSubcommandLabel = "list")
final class CatalogCommand {

    @Command(name = "list", description = "Lists every offer with the price in force.")
    static final class ListOffers extends Reading {

        @Override
        void read(TopicLog log, PrintWriter out) {
            OfferLine.table().print(out, OfferLine.of(log.table(Topics.CATALOG).values(), clock.millis()), json);
        }
    }
}
