package dev.turnpike.metering.budget;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.UsageReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An account as it follows from what the topics hold of a request: how its usage stands from the ledger, everything else from
 * the records that the ledger was written from. Entries come before reports.
 */
final class RebuiltAccount {

    private final String team;
    private final String requestId;
    private final Map<Integer, Hold> holds = new TreeMap<>();
    private final Map<Integer, Estimate> estimates = new HashMap<>();
    // by report, in the order of arrival
    private final Map<String, Booking> bookings = new LinkedHashMap<>();
    private final Set<String> reported = new HashSet<>();
    private Attempts attempts = Attempts.NONE;
    private @Nullable Double score;
    private boolean isJudged;
    private long since = Long.MAX_VALUE;

    private record Estimate(Amounts amounts, int entries, List<HoldWindow> windows) {}

    RebuiltAccount(String team, String requestId) {
        this.team = team;
        this.requestId = requestId;
    }

    String team() {
        return team;
    }

    void entry(LedgerEntry entry, long at) {
        since = Math.min(since, at);
        Integer decision = entry.getDecision();
        if (entry.getStatus().equals(Entries.ESTIMATED) && decision != null) {
            Estimate known = estimates.getOrDefault(decision, new Estimate(Amounts.ZERO, 0, List.of()));
            estimates.put(
                    decision,
                    new Estimate(
                            known.amounts.plus(Amounts.of(entry.getAmount())), known.entries + 1, entry.getWindows()));
            return;
        }
        String report = Identity.of(entry.getSource(), entry.getUsageId());
        Booking standing = bookings.get(report);
        if (standing != null) {
            // corrections come in pairs: what stands is taken back, then booked anew
            boolean isAnew = (standing.corrections() + 1) % 2 == 0;
            bookings.put(
                    report,
                    new Booking(
                            isAnew ? entry : standing.entry(),
                            standing.at(),
                            isAnew ? decisionOf(entry) : standing.decision(),
                            standing.corrections() + 1));
        } else if (entry.getKind().equals(Entries.USAGE) && bookings.size() < RequestAccount.MAX_BOOKINGS) {
            bookings.put(report, new Booking(entry, at, decisionOf(entry), 0));
        }
    }

    /** @return whether it was not known yet */
    boolean open(Dispatch dispatch, long at) {
        since = Math.min(since, at);
        return holds.putIfAbsent(dispatch.getDecision(), Hold.of(dispatch)) == null;
    }

    void refuse(int attemptsStarted, long at) {
        since = Math.min(since, at);
        attempts = attempts.closed(attemptsStarted);
    }

    void report(UsageReport report, long at) {
        since = Math.min(since, at);
        String name = Identity.of(report.getSource(), report.getUsageId());
        // what has no entry was set aside, or is booked apart from the account; a repeat counts once
        if (!Attempts.hasUsage(report) || (bookings.containsKey(name) && reported.add(name))) {
            attempts = attempts.with(report);
        }
    }

    void judge(double outcome, long at) {
        since = Math.min(since, at);
        if (!isJudged) {
            isJudged = true;
            score = outcome;
        }
    }

    RequestAccount account(Terms terms) {
        List<Hold> held = new ArrayList<>(holds.size());
        holds.forEach((decision, hold) -> {
            Estimate estimate = estimates.get(decision);
            // without an estimate it may have ended as well; the next tick ends it again, which then writes nothing
            Hold known = estimate == null
                    ? hold
                    : new Hold(hold.dispatch(), true, estimate.amounts, estimate.entries, estimate.windows, List.of());
            held.add(known.reserve(terms));
        });
        RequestAccount account = new RequestAccount(
                team,
                requestId,
                terms.policy().getTimezone(),
                since,
                held,
                List.copyOf(bookings.values()),
                attempts,
                score,
                isJudged);
        // an outcome that came has been put down to the answer that there is
        return isJudged && account.answer() != null ? account.withScore(null) : account;
    }

    private static int decisionOf(LedgerEntry entry) {
        return entry.getDecision() == null ? Booking.UNDISPATCHED : entry.getDecision();
    }
}
