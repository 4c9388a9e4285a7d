package dev.turnpike.cli.view;

import dev.turnpike.cli.text.Table;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.event.LedgerEntry;
import java.time.Duration;
import java.util.Locale;

/** What came of a dispatch, as a table: the ledger's entries of one request, in the order they were booked. */
public final class AttemptLine {

    private static final double MILLIS_PER_SECOND = Duration.ofSeconds(1).toMillis();

    private AttemptLine() {}

    public static Table<LedgerEntry> table() {
        return new Table<LedgerEntry>()
                .text("attempt", LedgerEntry::getAttempt)
                .text("model", entry -> BudgetScopes.offerId(entry.getProvider(), entry.getModel()))
                .text("came_of_it", AttemptLine::outcome)
                .shown(
                        "took",
                        true,
                        LedgerEntry::getLatencyMs,
                        millis -> String.format(Locale.ROOT, "%.1f s", millis / MILLIS_PER_SECOND))
                .money("booked", entry -> entry.getAmount().getNanoUsd());
    }

    private static String outcome(LedgerEntry entry) {
        if (entry.getKind().equals("correction")) {
            return "corrected: " + entry.getReason();
        }
        return entry.getVerdict() == null ? entry.getStatus() : "held back: " + entry.getVerdict();
    }
}
