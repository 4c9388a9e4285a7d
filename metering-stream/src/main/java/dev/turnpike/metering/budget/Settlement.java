package dev.turnpike.metering.budget;

import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.LedgerEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one record does to a request's account.
 *
 * @param account the account afterwards
 * @param entries to be appended to the ledger, in this order
 * @param changes at most one per position
 * @param alerts overruns and unpriced usage; the same unpriced model is named again each time
 * @param judged the answer that an outcome can be put down to by now; null where nothing is new
 */
public record Settlement(
        RequestAccount account,
        List<LedgerEntry> entries,
        List<Change> changes,
        List<BudgetAlert> alerts,
        @Nullable Judged judged) {

    /** An outcome and the answer it is about. */
    public record Judged(LedgerEntry answer, double score) {}
}
