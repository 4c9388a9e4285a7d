package dev.turnpike.metering.budget;

import dev.turnpike.metering.pricing.PriceBook;
import dev.turnpike.metering.pricing.PriceChanges;
import dev.turnpike.metering.pricing.Quote;
import dev.turnpike.metering.pricing.Quote.Priced;
import dev.turnpike.schemas.BudgetCalendar;
import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.UsageReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one request of a team: the holds of its dispatches and how its usage stands in the ledger.
 *
 * @param requestId null where a report names none; such an account is not kept
 * @param timezone where the team's hours and days turn, as of the first record of the request: what is corrected later
 *     must be subtracted where it was added
 * @param since time of the first record, milliseconds since 1970-01-01 UTC
 * @param holds by decision
 * @param bookings in the order in which the reports arrived
 * @param score an outcome that came before an answer it can be put down to; null where there is none
 * @param isJudged whether an outcome came; further ones change nothing
 */
public record RequestAccount(
        String team,
        @Nullable String requestId,
        String timezone,
        long since,
        List<Hold> holds,
        List<Booking> bookings,
        Attempts attempts,
        @Nullable Double score,
        boolean isJudged) {

    /**
     * A request has a few reports. Where somebody uses one request id for everything, an account must not grow with that: what
     * comes after so many is booked as it comes, neither captured from a hold nor corrected by a dispatch.
     */
    static final int MAX_BOOKINGS = 100;

    /** The account of a request of which nothing is known yet. */
    public static RequestAccount of(String team, @Nullable String requestId, String timezone, long at) {
        return new RequestAccount(team, requestId, timezone, at, List.of(), List.of(), Attempts.NONE, null, false);
    }

    /** The name under which the account of a request is kept. */
    public static String key(String team, String requestId) {
        return Identity.of(team, requestId);
    }

    /** What was held over what it cost; NaN before everything is reported, and where nothing was held or spent. */
    public double holdPerCost() {
        long held = holds.stream().mapToLong(hold -> hold.amount().nanoUsd()).sum();
        long cost = bookings.stream()
                .mapToLong(booking -> Entries.costOf(booking.entry()))
                .sum();
        return attempts.complete() && held > 0 && cost > 0 ? (double) held / cost : Double.NaN;
    }

    /** How many holds are open. */
    public int openHolds() {
        return attempts.complete()
                ? 0
                : (int) holds.stream().filter(hold -> !hold.expired()).count();
    }

    /** What a report costs: by its dispatch where that is known, otherwise by the catalog at its time. */
    public Quote quote(UsageReport report, PriceBook prices, long at) {
        Hold hold = holdOf(holds, report.getAttempt());
        return hold == null
                ? prices.price(report, List.of(), at)
                : prices.price(report, hold.dispatch().getChain(), hold.admittedAt());
    }

    /**
     * Books a report that is not a repeat.
     *
     * @param quote what it costs; not contradictory
     * @param at its broker time
     * @param terms give the windows that count it
     */
    public Settlement settle(UsageReport report, Quote quote, long at, Terms terms) {
        if (!Attempts.hasUsage(report)) {
            return Balance.of(this, holds, standing(), attempts.with(report), terms, at);
        }
        Hold hold = holdOf(holds, report.getAttempt());
        LedgerEntry entry = hold == null
                ? Entries.undispatched(report, quote, at, terms)
                : Entries.dispatched(report, quote, hold, terms);
        if (bookings.size() >= MAX_BOOKINGS) {
            return Balance.apart(this, entry, terms, at);
        }
        List<Draft> drafts = new ArrayList<>(standing());
        drafts.add(new Draft(null, entry, at, hold == null ? Booking.UNDISPATCHED : hold.decision()));
        return Balance.of(this, holds, drafts, attempts.with(report), terms, at);
    }

    /** Opens the hold of a dispatch, and books anew what turns out to belong to it. A repeat changes nothing. */
    public Settlement open(Dispatch dispatch, PriceBook prices, Terms terms, long at) {
        boolean isRepeat = holds.stream().anyMatch(hold -> hold.decision() == dispatch.getDecision());
        if (isRepeat) {
            return Balance.of(this, holds, standing(), attempts, terms, at);
        }
        List<Hold> opened = Stream.concat(
                        holds.stream(), Stream.of(Hold.of(dispatch).reserve(terms)))
                .sorted(Comparator.comparingInt(Hold::decision))
                .toList();
        List<Draft> drafts = bookings.stream()
                .map(booking -> {
                    Hold hold = holdOf(opened, booking.entry().getAttempt());
                    return hold == null || hold.decision() == booking.decision()
                            ? Draft.of(booking)
                            : new Draft(
                                    booking,
                                    moved(booking.entry(), hold, prices, terms),
                                    booking.at(),
                                    hold.decision());
                })
                .toList();
        return Balance.of(this, opened, drafts, attempts, terms, at);
    }

    /** Whether it takes note of how the usage of an entry stands. */
    public boolean has(LedgerEntry entry) {
        return bookings.stream().anyMatch(booking -> isOfSameUsage(booking.entry(), entry));
    }

    /**
     * Books the usage of an entry anew after changes of prices.
     *
     * @param entry of a usage that it {@link #has has}; where it does not stand any more, nothing is changed
     */
    public Settlement reprice(LedgerEntry entry, PriceChanges changes, Terms terms, long at) {
        List<Draft> drafts = bookings.stream()
                .map(booking -> {
                    LedgerEntry standing = booking.entry();
                    Priced right =
                            standing.getEntryId().equals(entry.getEntryId()) ? Entries.right(standing, changes) : null;
                    return right == null
                            ? Draft.of(booking)
                            : new Draft(booking, Entries.priced(standing, right), booking.at(), booking.decision());
                })
                .toList();
        return Balance.repriced(this, drafts, terms, at);
    }

    /**
     * Corrects an entry after changes of prices that no account takes note of any more; null where it stays.
     *
     * @param bookedAt time of the entry, milliseconds since 1970-01-01 UTC
     * @param counts whether a window still counts what was booked then
     */
    public static @Nullable Settlement reprice(
            LedgerEntry entry,
            long bookedAt,
            PriceChanges changes,
            Predicate<HoldWindow> counts,
            Terms terms,
            long at) {
        Priced right = Entries.right(entry, changes);
        if (right == null) {
            return null;
        }
        List<HoldWindow> windows = terms.windowsOf(entry, entry.getWindows()).stream()
                .filter(counts)
                .toList();
        String zone = BudgetCalendar.zoneAt(terms.policy(), bookedAt).getId();
        RequestAccount nobody = of(entry.getTeam(), null, zone, at);
        return Balance.forgotten(nobody, Entries.repriced(entry, right, windows), terms, at);
    }

    private static boolean isOfSameUsage(LedgerEntry one, LedgerEntry other) {
        return one.getUsageId().equals(other.getUsageId()) && one.getSource().equals(other.getSource());
    }

    /** Takes note that a later decision refused the request: no attempt will follow the ones that were started. */
    public Settlement refuse(int attemptsStarted, Terms terms, long at) {
        return Balance.of(this, holds, standing(), attempts.closed(attemptsStarted), terms, at);
    }

    /** Ends the holds whose time-to-live is over. */
    public Settlement expire(Terms terms, long at) {
        List<Hold> expired = holds.stream()
                .map(hold -> hold.until() <= at ? hold.expire() : hold)
                .toList();
        return Balance.of(this, expired, standing(), attempts, terms, at);
    }

    /** Counts what is open of its holds in the windows of budgets that have begun since they were opened. */
    public Settlement reserve(Terms terms, long at) {
        List<Hold> reserved = holds.stream().map(hold -> hold.reserve(terms)).toList();
        return Balance.of(this, reserved, standing(), attempts, terms, at);
    }

    /** Puts an outcome down to the answer, now or once there is one. */
    public Settlement judge(double outcome, Terms terms, long at) {
        RequestAccount judged = isJudged ? this : withScore(outcome);
        return Balance.of(judged, holds, standing(), attempts, terms, at);
    }

    /** When something is to be done about this account next: a hold ends, or the account does. */
    public long nextDeadline(long horizonMillis) {
        return attempts.complete()
                ? endsAt(horizonMillis)
                : holds.stream()
                        .filter(hold -> !hold.expired())
                        .mapToLong(Hold::until)
                        .min()
                        .orElse(endsAt(horizonMillis));
    }

    /** When nothing that belongs to this account is accepted any more. */
    public long endsAt(long horizonMillis) {
        return holds.stream().mapToLong(Hold::until).reduce(since, Math::max) + horizonMillis;
    }

    /** The answer that an outcome is about: the last attempt that went well; the last one where none ever will. */
    @Nullable
    LedgerEntry answer() {
        Comparator<LedgerEntry> byAttempt =
                Comparator.comparingInt(entry -> entry.getAttempt() == null ? 0 : entry.getAttempt());
        List<LedgerEntry> entries = bookings.stream().map(Booking::entry).toList();
        return entries.stream()
                .filter(entry -> entry.getStatus().equals("ok"))
                .max(byAttempt)
                .orElseGet(() ->
                        attempts.complete() ? entries.stream().max(byAttempt).orElse(null) : null);
    }

    /** The hold that pays for an attempt: of the newest dispatch that had begun by then; attempt 1 where none is named. */
    private static @Nullable Hold holdOf(List<Hold> holds, @Nullable Integer attempt) {
        int number = attempt == null ? 1 : attempt;
        return holds.stream()
                .filter(hold -> hold.dispatch().getFirstAttempt() <= number)
                .max(Comparator.comparingInt((Hold hold) -> hold.dispatch().getFirstAttempt())
                        .thenComparingInt(Hold::decision))
                .orElse(null);
    }

    RequestAccount withScore(@Nullable Double outcome) {
        return new RequestAccount(team, requestId, timezone, since, holds, bookings, attempts, outcome, true);
    }

    private static LedgerEntry moved(LedgerEntry entry, Hold hold, PriceBook prices, Terms terms) {
        Tokens tokens = Entries.tokens(entry);
        Quote quote = prices.price(
                entry.getProvider(),
                entry.getModel(),
                tokens,
                entry.getServiceTier(),
                hold.dispatch().getChain(),
                hold.admittedAt());
        return Entries.moved(entry, quote, hold, terms);
    }

    private List<Draft> standing() {
        return bookings.stream().map(Draft::of).toList();
    }

    /**
     * How a report should stand in the ledger.
     *
     * @param standing how it stands; null: not at all yet
     */
    record Draft(@Nullable Booking standing, LedgerEntry wanted, long at, int decision) {

        static Draft of(Booking booking) {
            return new Draft(booking, booking.entry(), booking.at(), booking.decision());
        }
    }
}
