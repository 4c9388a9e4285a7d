package dev.turnpike.cli.command;

import dev.turnpike.cli.focus.Bill;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "export",
        description = "Writes what the ledger holds for other programs.",
        subcommands = ExportCommand.Focus.class,
        synopsisSubcommandLabel = "focus")
final class ExportCommand {

    @Command(
            name = "focus",
            description = "Writes the ledger as a bill in FOCUS columns (FinOps Open Cost and Usage Specification 1.4):"
                    + " a row for each token meter of each ledger entry, corrections included.")
    static final class Focus implements Callable<Integer> {

        private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(2);

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Mixin
        Connection connection = new Connection();

        @Mixin
        Span span = new Span();

        @Option(
                names = {"-o", "--output"},
                required = true,
                paramLabel = "FILE",
                description = "Where to: FILE.csv or FILE.parquet; one that is there is replaced.")
        Path output = Path.of(".");

        @Option(
                names = "--account",
                paramLabel = "NAME",
                defaultValue = "turnpike",
                description = "BillingAccountId, what the bill is for; default ${DEFAULT-VALUE}.")
        String account = "";

        @Override
        public Integer call() {
            check();
            try (TopicLog log = TopicLog.open(connection.cluster());
                    Bill bill = Bill.begin(
                            output, account, log.table(Topics.CATALOG).values())) {
                write(log, bill);
                bill.finish();
                tell(bill);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return 0;
        }

        private void check() {
            try {
                Bill.check(output);
                span.begin();
                span.end();
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
            }
        }

        private void write(TopicLog log, Bill bill) {
            long begin = span.begin();
            long end = span.end();
            long[] shown = {System.nanoTime()};
            PrintWriter progress = spec.commandLine().getErr();
            log.each(Topics.LEDGER, entry -> {
                long charged = entry.value().getAdmittedAt();
                if (charged >= begin && charged < end) {
                    bill.add(entry);
                }
                if (System.nanoTime() - shown[0] > PROGRESS_NANOS) {
                    shown[0] = System.nanoTime();
                    progress.printf("%,d entries%n", bill.entries());
                }
            });
        }

        private void tell(Bill bill) {
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    "%s: FOCUS %s, %,d rows of %,d ledger entries (%,d of them corrections), %s%n",
                    output,
                    Bill.version(),
                    bill.rows(),
                    bill.entries(),
                    bill.corrections(),
                    Money.display(bill.nanoUsd()));
            if (bill.unpriced() > 0) {
                out.printf(
                        "%,d entries had no known price (x_Unpriced); once the catalog has it, corrections follow%n",
                        bill.unpriced());
            }
            if (bill.estimated() > 0) {
                out.printf(
                        "%,d entries are estimates (x_Estimated); what is reported later corrects them%n",
                        bill.estimated());
            }
        }
    }
}
