package dev.turnpike.cli.command;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.Documents;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cli.prices.ListFormat;
import dev.turnpike.cli.prices.PriceList;
import dev.turnpike.cli.prices.PriceUpdate;
import dev.turnpike.cli.view.OfferLine;
import dev.turnpike.document.Document;
import dev.turnpike.document.Kind;
import dev.turnpike.document.Published;
import dev.turnpike.schemas.Globs;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.ModelOffer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "catalog",
        description = "Shows the catalog of models, and takes prices from the community's lists.",
        subcommands = {CatalogCommand.ListOffers.class, CatalogCommand.ImportPrices.class},
        synopsisSubcommandLabel = "(list | import)")
final class CatalogCommand {

    @Command(name = "list", description = "Lists every offer with the price in force.")
    static final class ListOffers extends Reading {

        @Override
        void read(TopicLog log, PrintWriter out) {
            OfferLine.table().print(out, OfferLine.of(log.table(Topics.CATALOG).values(), clock.millis()), json);
        }
    }

    @Command(
            name = "import",
            description =
                    "Publishes the offers of a price list. Of an offer that is in the catalog only prices change.")
    static final class ImportPrices implements Callable<Integer> {

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Mixin
        Connection connection = new Connection();

        @Parameters(paramLabel = "FILE", description = "The list, as its origin has it (JSON).")
        Path file = Path.of(".");

        @Option(
                names = "--format",
                required = true,
                paramLabel = "FORMAT",
                description = "Whose list it is: ${COMPLETION-CANDIDATES}.")
        ListFormat format = ListFormat.LITELLM;

        @Option(
                names = "--only",
                paramLabel = "GLOB",
                description = "Only these offers, such as openai/gpt-5*; may be given several times.")
        List<String> only = new ArrayList<>();

        @Option(names = "--update", description = "Only offers that are in the catalog.")
        boolean update;

        @Option(
                names = "--effective-from",
                paramLabel = "DATE",
                description = "When prices without a date come into force; default today, 00:00 UTC.")
        @Nullable
        LocalDate effectiveFrom;

        @Option(names = "--dry-run", description = "Prints what would change and stops.")
        boolean dryRun;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            LocalDate from = effectiveFrom == null ? LocalDate.now(ZoneOffset.UTC) : effectiveFrom;
            PriceList list = PriceList.read(file, format);
            Globs globs = Globs.of(only);
            Cluster cluster = connection.cluster();
            try (TopicLog log = TopicLog.open(cluster)) {
                Published published = Documents.read(log);
                PriceList.Selection selection = list.select(
                        id -> (globs.isEmpty() || globs.match(id))
                                && (!update || published.find(Kind.MODEL_OFFER, id) != null),
                        from.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli());
                if (selection.models() == 0) {
                    throw new IllegalArgumentException(file + ": none of its " + list.size()
                            + " models is asked for; they are named provider/model");
                }
                List<Document> documents = selection.offers().stream()
                        .map(listed -> updated(published, Document.of(listed)))
                        .toList();
                new Publication(cluster, log, dryRun).of(published, documents, false, out);
                print(selection, out);
            }
            return 0;
        }

        private static Document updated(Published published, Document listed) {
            Document standing = published.find(Kind.MODEL_OFFER, listed.key());
            return standing == null
                    ? listed
                    : Document.of(PriceUpdate.of((ModelOffer) standing.value(), (ModelOffer) listed.value()));
        }

        private static void print(PriceList.Selection selection, PrintWriter out) {
            int skipped = selection.models() - selection.offers().size();
            if (skipped > 0) {
                out.printf("%d of %d models of the list were skipped:%n", skipped, selection.models());
                selection.skipped().forEach((reason, models) -> out.printf("%8d  %s%n", models, reason));
            }
        }
    }
}
