package dev.turnpike.metering.budget;

import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.SpendAggregate;
import java.util.List;

/**
 * All that one record changes in the books, ready to be stored and published.
 *
 * @param cells the spend cells that change, as they are afterwards
 */
public record Posting(
        List<LedgerEntry> entries, List<Moved> positions, List<SpendAggregate> cells, List<BudgetAlert> alerts) {

    /**
     * A position as it is afterwards.
     *
     * @param isNew whether there was none before
     * @param isFeedback whether the router must hear of it
     */
    public record Moved(Position position, boolean isNew, boolean isFeedback) {}
}
