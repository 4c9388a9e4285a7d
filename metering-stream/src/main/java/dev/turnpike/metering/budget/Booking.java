package dev.turnpike.metering.budget;

import dev.turnpike.schemas.event.LedgerEntry;

/**
 * How one usage report stands in the ledger.
 *
 * @param entry the entry that counts: the first one, or the newest that replaced it
 * @param at broker time of the report, milliseconds since 1970-01-01 UTC
 * @param decision the decision it was booked under; {@link #UNDISPATCHED} before any
 * @param corrections how many corrections the first entry has had
 */
public record Booking(LedgerEntry entry, long at, int decision, int corrections) {

    public static final int UNDISPATCHED = -1;
}
