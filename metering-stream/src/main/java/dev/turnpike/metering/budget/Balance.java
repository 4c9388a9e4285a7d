package dev.turnpike.metering.budget;

import dev.turnpike.metering.budget.RequestAccount.Draft;
import dev.turnpike.metering.budget.Settlement.Judged;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Brings the ledger and the positions in line with what is known of a request.
 */
final class Balance {

    /*
     * Whatever a record tells, what the books should say is worked out anew from everything that is known of the request,
     * and the difference to what they do say is written. So the order in which dispatches, reports and ticks are read
     * cannot change a total:
     *
     *   usage      each report stands once, under the dispatch its attempt belongs to; the first attempt counts the request
     *   captured   the usage of all reports, up to all holds; the holds are used up by decision
     *   unknown    per hold: what may still be captured. All that is left, until the final report came; then no more money
     *              than the bounds of attempts that were started and never reported; nothing once everything is reported
     *   closed     per hold: what is not unknown; all of it once its time has ended
     *   estimated  per hold whose time has ended: what is unknown
     *
     * A request has a handful of reports at most, so this costs no more than keeping running sums.
     */

    private static final String MOVED = "the dispatch came after its usage";
    static final String SHARED = "an earlier attempt came after a later one";

    private final RequestAccount before;
    private final Terms terms;
    private final ZoneId zone;
    private final long at;
    private final String reason;
    private final List<LedgerEntry> entries = new ArrayList<>();
    private final List<BudgetAlert> alerts = new ArrayList<>();
    private final Map<PositionKey, Change> changes = new LinkedHashMap<>();

    /** @param reason why what belongs to the same dispatch as before is booked otherwise */
    private Balance(RequestAccount before, Terms terms, long at, String reason) {
        this.before = before;
        this.terms = terms;
        this.reason = reason;
        this.zone = ZoneId.of(before.timezone());
        this.at = at;
    }

    static Settlement of(
            RequestAccount before, List<Hold> holds, List<Draft> drafts, Attempts attempts, Terms terms, long at) {
        return new Balance(before, terms, at, SHARED).settle(holds, drafts, attempts);
    }

    /** The same reports at other prices. */
    static Settlement repriced(RequestAccount before, List<Draft> drafts, Terms terms, long at) {
        return new Balance(before, terms, at, Pricing.CHANGED).settle(before.holds(), drafts, before.attempts());
    }

    /** Books an entry that the account takes no note of. */
    static Settlement apart(RequestAccount account, LedgerEntry entry, Terms terms, long at) {
        Balance balance = new Balance(account, terms, at, SHARED);
        LedgerEntry booked = Entries.sharing(entry, false, 0);
        balance.entries.add(booked);
        balance.alert(null, booked);
        return balance.settlement(account);
    }

    /** What an account holds open, by the positions of some windows of its holds. */
    static Map<PositionKey, Amounts> open(RequestAccount account, Function<Hold, List<HoldWindow>> windows) {
        Map<PositionKey, Amounts> open = new LinkedHashMap<>();
        List<Amounts> closed = closed(account);
        for (int i = 0; i < closed.size(); i++) {
            Hold hold = account.holds().get(i);
            Amounts left = hold.amount().minus(closed.get(i));
            windows.apply(hold)
                    .forEach(window -> open.merge(PositionKey.of(account.team(), window), left, Amounts::plus));
        }
        return open;
    }

    /** Corrects an entry of which no account takes note. */
    static Settlement forgotten(RequestAccount account, List<LedgerEntry> corrections, Terms terms, long at) {
        Balance balance = new Balance(account, terms, at, Pricing.CHANGED);
        balance.entries.addAll(corrections);
        return balance.settlement(account);
    }

    private Settlement settle(List<Hold> holds, List<Draft> drafts, Attempts attempts) {
        List<Booking> bookings = book(drafts, holds);
        List<Amounts> unknown = unknown(holds, bookings, attempts);
        List<Hold> estimated = new ArrayList<>(holds.size());
        for (int i = 0; i < holds.size(); i++) {
            Hold hold = holds.get(i);
            boolean guessed = hold.expired() && hold.isCapturedOnExpiry();
            estimated.add(estimate(hold, guessed ? unknown.get(i) : Amounts.ZERO));
        }
        RequestAccount after = new RequestAccount(
                before.team(),
                before.requestId(),
                before.timezone(),
                before.since(),
                List.copyOf(estimated),
                bookings,
                attempts,
                before.score(),
                before.isJudged());
        moveHolds(after);
        return settlement(after);
    }

    private Settlement settlement(RequestAccount after) {
        for (LedgerEntry entry : entries) {
            Amounts spent = Amounts.of(entry.getAmount());
            entry.getWindows().forEach(window -> change(window, changeOf(window).spend(spent)));
        }
        Judged judged = judged(after);
        return new Settlement(
                judged == null ? after : after.withScore(null),
                List.copyOf(entries),
                changes.values().stream().filter(change -> !change.isNone()).toList(),
                List.copyOf(alerts),
                judged);
    }

    private List<Booking> book(List<Draft> drafts, List<Hold> holds) {
        long left = holds.stream()
                .map(Hold::amount)
                .reduce(Amounts.ZERO, Amounts::plus)
                .nanoUsd();
        int first = first(drafts);
        List<Booking> bookings = new ArrayList<>(drafts.size());
        for (int i = 0; i < drafts.size(); i++) {
            Draft draft = drafts.get(i);
            long cost = Entries.costOf(draft.wanted());
            // without a hold there is nothing to overrun
            long overrun = holds.isEmpty() ? 0 : Math.max(0, cost - Math.max(0, left));
            left = Math.subtractExact(left, cost);
            bookings.add(book(draft, Entries.sharing(draft.wanted(), i == first, overrun)));
        }
        return List.copyOf(bookings);
    }

    private static int first(List<Draft> drafts) {
        int first = 0;
        for (int i = 1; i < drafts.size(); i++) {
            if (BY_ATTEMPT.compare(drafts.get(i), drafts.get(first)) < 0) {
                first = i;
            }
        }
        return first;
    }

    private Booking book(Draft draft, LedgerEntry wanted) {
        Booking standing = draft.standing();
        if (standing == null) {
            entries.add(wanted);
            alert(null, wanted);
            return new Booking(wanted, draft.at(), draft.decision(), 0);
        }
        if (Entries.haveSameEffect(standing.entry(), wanted, zone)) {
            return new Booking(standing.entry(), draft.at(), draft.decision(), standing.corrections());
        }
        String why = standing.decision() == draft.decision() ? reason : MOVED;
        LedgerEntry replacement = Entries.replacement(standing, wanted, why, terms);
        entries.add(Entries.reversal(standing, why, terms));
        entries.add(replacement);
        if (!why.equals(Pricing.CHANGED)) {
            // one change of a price would raise an alert for each request
            alert(standing.entry(), replacement);
        }
        return new Booking(replacement, draft.at(), draft.decision(), standing.corrections() + 2);
    }

    private Hold estimate(Hold hold, Amounts wanted) {
        Amounts difference = wanted.minus(hold.estimated());
        if (difference.isZero()) {
            return hold;
        }
        LedgerEntry entry = Entries.estimate(hold, difference, terms);
        entries.add(entry);
        return hold.estimate(wanted, entry.getWindows());
    }

    private void alert(@Nullable LedgerEntry before, LedgerEntry after) {
        if (after.getOverrunNanoUsd() > 0 && (before == null || before.getOverrunNanoUsd() == 0)) {
            alerts.add(Alerts.overrun(after, at));
        }
        if (after.getUnpriced() && (before == null || !before.getUnpriced())) {
            alerts.add(Alerts.unpriced(after, zone, at));
        }
    }

    private void moveHolds(RequestAccount after) {
        List<Amounts> closedBefore = closed(before);
        List<Amounts> closedAfter = closed(after);
        for (int i = 0; i < after.holds().size(); i++) {
            Hold hold = after.holds().get(i);
            int known = indexOf(before.holds(), hold.decision());
            Amounts opened = known < 0 ? hold.amount() : Amounts.ZERO;
            Amounts closed = closedAfter.get(i).minus(known < 0 ? Amounts.ZERO : closedBefore.get(known));
            for (HoldWindow window : hold.windows()) {
                change(window, changeOf(window).open(opened, hold.until()).close(closed));
            }
            Amounts open = hold.amount().minus(closedAfter.get(i));
            for (HoldWindow window : hold.reservedIn()) {
                boolean isNew =
                        known < 0 || !before.holds().get(known).reservedIn().contains(window);
                Amounts difference = isNew ? open : Amounts.ZERO.minus(closed);
                change(window, changeOf(window).reserve(difference, hold.until()));
            }
        }
    }

    private static List<Amounts> closed(RequestAccount account) {
        List<Amounts> unknown = unknown(account.holds(), account.bookings(), account.attempts());
        List<Amounts> closed = new ArrayList<>(unknown.size());
        for (int i = 0; i < unknown.size(); i++) {
            Hold hold = account.holds().get(i);
            closed.add(hold.expired() ? hold.amount() : hold.amount().minus(unknown.get(i)));
        }
        return closed;
    }

    private static List<Amounts> unknown(List<Hold> holds, List<Booking> bookings, Attempts attempts) {
        List<Amounts> unknown = new ArrayList<>(holds.size());
        List<Amounts> captured = captured(holds, bookings);
        boolean complete = attempts.complete();
        for (int i = 0; i < holds.size(); i++) {
            unknown.add(complete ? Amounts.ZERO : holds.get(i).amount().minus(captured.get(i)));
        }
        long bounds = complete ? Attempts.UNKNOWN : attempts.stillUnknown();
        // the first holds are used up first, so what pays for the rest is with the last ones
        for (int i = holds.size() - 1; i >= 0 && bounds != Attempts.UNKNOWN; i--) {
            Amounts left = unknown.get(i);
            long kept = Math.min(bounds, left.nanoUsd());
            // a bound is in money; tokens of an unreported attempt may be all that is left
            unknown.set(i, new Amounts(kept, left.tokens(), left.requests()));
            bounds -= kept;
        }
        return unknown;
    }

    private static List<Amounts> captured(List<Hold> holds, List<Booking> bookings) {
        Amounts left = bookings.stream()
                .map(booking -> Amounts.of(booking.entry().getAmount()))
                .reduce(Amounts.ZERO, Amounts::plus);
        List<Amounts> captured = new ArrayList<>(holds.size());
        for (Hold hold : holds) {
            Amounts part = left.min(hold.amount());
            left = left.minus(part);
            captured.add(part);
        }
        return captured;
    }

    private static @Nullable Judged judged(RequestAccount account) {
        Double score = account.score();
        LedgerEntry answer = score == null ? null : account.answer();
        return score == null || answer == null ? null : new Judged(answer, score);
    }

    private Change changeOf(HoldWindow window) {
        PositionKey key = PositionKey.of(before.team(), window);
        Change known = changes.get(key);
        return known == null ? Change.none(key, window) : known;
    }

    private void change(HoldWindow window, Change change) {
        changes.put(PositionKey.of(before.team(), window), change);
    }

    private static int indexOf(List<Hold> holds, int decision) {
        for (int i = 0; i < holds.size(); i++) {
            if (holds.get(i).decision() == decision) {
                return i;
            }
        }
        return -1;
    }

    // by what the reports say, not by arrival: which window the request is counted in must not depend on that
    private static final Comparator<Draft> BY_ATTEMPT = Comparator.<Draft>comparingInt(draft ->
                    draft.wanted().getAttempt() == null ? 0 : draft.wanted().getAttempt())
            .thenComparingLong(Draft::at)
            .thenComparing(draft -> draft.wanted().getSource())
            .thenComparing(draft -> draft.wanted().getUsageId());
}
