package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.Tick;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.Received;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Law 3: for every window, holds opened are closed or open, and spent is the sum of the ledger.
 *
 * <p>What the newest published state of a window says is worked out again from the log: opened from the dispatches up to
 * the offset it names, spent from the ledger, closed from what reports and time leave open of each request.
 */
final class Balanced extends Law {

    // the meter ends a limited number of holds with each tick, so what has ended just now may wait for its turn
    private static final long ENDING_MILLIS = 60_000;

    private final long horizonMillis;
    private final Map<PositionKey, Position> positions = new HashMap<>();
    private final Map<Integer, Map<RequestId, Account>> accounts = new HashMap<>();
    // what holds are open, or may be: no window reserves more than that
    private final Map<String, Amounts> openByTeam = new HashMap<>();
    private final Set<String> teamsInFlight = new HashSet<>();
    private final Map<Integer, Long> ticked = new HashMap<>();
    private final Map<Integer, Long> ticking = new HashMap<>();
    private long newest;
    private long states;
    private long entries;

    private record RequestId(String team, String requestId) {}

    /** A hold that the newest state may not have counted yet. */
    private record Opened(long dispatchOffset, Amounts hold) {}

    private static final class Position {
        Amounts opened = Amounts.ZERO;
        // opened before the log begins; null until a state tells
        @Nullable
        Amounts base;

        final List<Opened> pending = new ArrayList<>();
        Amounts closed = Amounts.ZERO;
        // of holds whose time has ended, and which may be closed or wait for their turn
        Amounts ending = Amounts.ZERO;
        Amounts spent = Amounts.ZERO;
        // behind the settled end of the ledger a state may reflect any of the sums from there on
        final List<Amounts> possible = new ArrayList<>();
        boolean inFlight;
        long touched;
        String lastPlace = "";

        @Nullable
        Entry<BudgetState> state;
    }

    Balanced(Cut cut, long horizonMillis) {
        super(3, "opened = closed + open, spent = ledger", cut);
        this.horizonMillis = horizonMillis;
    }

    @Override
    void dispatch(Entry<Dispatch> entry) {
        if (cut().isDead(entry)) {
            return;
        }
        Dispatch dispatch = entry.value();
        Amounts hold = Amounts.of(dispatch.getHold());
        for (PositionKey key : Windows.keys(dispatch.getTeam(), dispatch.getWindows())) {
            at(key, entry).pending.add(new Opened(entry.offset(), hold));
        }
        Account account = account(entry, dispatch.getTeam(), dispatch.getRequestId());
        account.open(dispatch);
        account.inFlight |= !cut().isProcessed(entry);
        // brokers' clocks differ: its final report may have been read before it
        closeIfComplete(account, entry, dispatch.getTeam(), dispatch.getRequestId());
    }

    @Override
    void usage(Entry<Received<UsageReport>> entry) {
        UsageReport report = entry.value().value();
        if (report != null
                && report.getRequestId() != null
                && cut().isOwner(report.getTeam(), entry.partition())
                && !cut().isDead(entry)) {
            Account account = account(entry, report.getTeam(), report.getRequestId());
            account.report(report);
            account.inFlight |= !cut().isProcessed(entry);
            closeIfComplete(account, entry, report.getTeam(), report.getRequestId());
        }
    }

    @Override
    void rejection(Entry<Rejection> entry) {
        Rejection rejection = entry.value();
        if (rejection.getDecision() > 0 && rejection.getAttempts() != null && !cut().isDead(entry)) {
            Account account = account(entry, rejection.getTeam(), rejection.getRequestId());
            account.refuse(rejection.getAttempts());
            account.inFlight |= !cut().isProcessed(entry);
            closeIfComplete(account, entry, rejection.getTeam(), rejection.getRequestId());
        }
    }

    @Override
    void ledger(Entry<LedgerEntry> entry) {
        entries++;
        LedgerEntry booked = entry.value();
        Amounts amount = Amounts.of(booked.getAmount());
        for (PositionKey key : Windows.keys(booked.getTeam(), booked.getWindows())) {
            Position position = at(key, entry);
            if (!cut().isSettled(entry)) {
                position.possible.add(position.spent);
            }
            position.spent = position.spent.plus(amount);
        }
        if (booked.getRequestId() != null && !booked.getStatus().equals("estimated")) {
            Account account = accounts(entry.partition()).get(new RequestId(booked.getTeam(), booked.getRequestId()));
            if (account != null) {
                account.captured = account.captured.plus(amount);
            }
        }
    }

    @Override
    void budget(Entry<BudgetState> entry) {
        states++;
        BudgetState state = entry.value();
        Position position = at(PositionKey.of(state), entry);
        if (position.state == null || isNewer(state, position.state.value())) {
            position.state = entry;
            count(position, state);
        }
    }

    @Override
    void gone(PositionKey key) {
        positions.remove(key);
    }

    @Override
    void tick(Entry<Tick> entry) {
        ticking.merge(entry.partition(), entry.timestamp(), Math::max);
        if (!cut().isProcessed(entry)) {
            return;
        }
        ticked.merge(entry.partition(), entry.timestamp(), Math::max);
        Iterator<Map.Entry<RequestId, Account>> eldest =
                accounts(entry.partition()).entrySet().iterator();
        while (eldest.hasNext()) {
            Map.Entry<RequestId, Account> next = eldest.next();
            if (next.getValue().ends(horizonMillis) + ENDING_MILLIS > entry.timestamp()) {
                return;
            }
            close(next.getKey().team, next.getValue());
            eldest.remove();
        }
    }

    @Override
    void end() {
        accounts.forEach((partition, open) ->
                open.forEach((id, account) -> account.holds().forEach(part -> {
                    leaveOpen(partition, account, part);
                    openByTeam.merge(id.team, part.hold().amount().minus(part.amount()), Amounts::plus);
                })));
        positions.forEach(this::check);
    }

    private void leaveOpen(int partition, Account account, Account.Closed part) {
        Long time = ticked.get(partition);
        // ticks are kept for an hour: without any, nobody can say whether the hold has ended
        boolean unknown = account.inFlight || (time == null && !cut().isWhole(Topics.TICKS));
        boolean expired = time != null && part.hold().until() <= time;
        boolean expiring = !expired && part.hold().until() <= ticking.getOrDefault(partition, Long.MIN_VALUE);
        boolean overdue = time != null && part.hold().until() + ENDING_MILLIS <= time;
        close(part.hold(), overdue ? part.hold().amount() : part.amount(), unknown || expiring);
        if (expired && !overdue) {
            for (PositionKey key : part.hold().keys()) {
                Position position = positions.get(key);
                if (position != null) {
                    position.ending = position.ending.plus(part.hold().amount().minus(part.amount()));
                }
            }
        }
    }

    private void check(PositionKey key, Position position) {
        Entry<BudgetState> entry = position.state;
        if (entry == null) {
            boolean owed = !position.spent.isZero() || !position.closed.isZero();
            // a window that is over is forgotten, and its state with it
            if (owed
                    && !position.inFlight
                    && position.possible.isEmpty()
                    && newest - position.touched < horizonMillis) {
                broken(
                        position.touched,
                        position.lastPlace + " and no budget state: " + key.encode() + ": spent " + position.spent
                                + " and closed " + position.closed + " were never published");
            }
            return;
        }
        BudgetState state = entry.value();
        count(position, state);
        Amounts opened = Amounts.of(state.getOpened());
        if (position.base == null) {
            position.base = cut().isWhole(Topics.DISPATCHES) ? Amounts.ZERO : opened.minus(position.opened);
        }
        check(entry, key, "opened", opened, position.base.plus(position.opened));
        Amounts carried = state.getCarried() == null ? Amounts.ZERO : Amounts.of(state.getCarried());
        Amounts spent = Amounts.of(state.getSpent()).minus(carried);
        if (!position.possible.contains(spent)) {
            check(entry, key, "spent", spent, position.spent);
        }
        Amounts closed = Amounts.of(state.getClosed());
        if (cut().isWhole(Topics.DISPATCHES) && !position.inFlight && position.possible.isEmpty()) {
            // all of what is ending may be closed, or nothing, or a part
            Amounts least = position.closed.max(closed.min(position.closed.plus(position.ending)));
            check(entry, key, "closed", closed, least);
        }
        Amounts reserved = state.getReserved() == null ? Amounts.ZERO : Amounts.of(state.getReserved());
        Amounts most = openByTeam.getOrDefault(key.team(), Amounts.ZERO);
        boolean isMore = !reserved.min(most).equals(reserved);
        if (isMore && cut().isWhole(Topics.DISPATCHES) && !teamsInFlight.contains(key.team())) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": " + key.encode() + ": reserves " + reserved + ", the open holds of " + key.team()
                            + " are " + most);
        }
        if (!closed.min(opened).equals(closed)) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": " + key.encode() + ": closed " + closed + " is more than opened " + opened);
        }
    }

    private void check(Entry<BudgetState> entry, PositionKey key, String what, Amounts says, Amounts follows) {
        if (!says.equals(follows)) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": " + key.encode() + ": says " + what + " " + says + ", the log adds up to "
                            + follows);
        }
    }

    @Override
    String counted() {
        Amounts open = positions.values().stream()
                .filter(position -> position.state != null)
                .map(position -> Amounts.of(position.state.value().getOpened())
                        .minus(Amounts.of(position.state.value().getClosed())))
                .reduce(Amounts.ZERO, Amounts::plus);
        return count(positions.size(), "window", "windows") + " from " + count(states, "state", "states") + " and "
                + count(entries, "ledger entry", "ledger entries") + "; open holds "
                + Amounts.Unit.NANO_USD.display(open.nanoUsd());
    }

    private void close(String team, Account account) {
        if (account.inFlight) {
            teamsInFlight.add(team);
        }
        account.holds().forEach(part -> close(part.hold(), part.hold().amount(), account.inFlight));
    }

    private void close(Account.Hold hold, Amounts amount, boolean inFlight) {
        for (PositionKey key : hold.keys()) {
            Position position = positions.get(key);
            if (position != null) {
                position.closed = position.closed.plus(amount);
                position.inFlight |= inFlight;
            }
        }
    }

    private static void count(Position position, BudgetState state) {
        position.pending.removeIf(opened -> {
            boolean counted = opened.dispatchOffset <= state.getDispatchOffset();
            if (counted) {
                position.opened = position.opened.plus(opened.hold);
            }
            return counted;
        });
    }

    private Position at(PositionKey key, Entry<?> entry) {
        Position position = positions.computeIfAbsent(key, absent -> new Position());
        position.touched = Math.max(position.touched, entry.timestamp());
        position.lastPlace = entry.place();
        newest = Math.max(newest, entry.timestamp());
        return position;
    }

    private void closeIfComplete(Account account, Entry<?> entry, String team, String requestId) {
        if (account.isComplete() && !account.holds().isEmpty()) {
            close(team, account);
            accounts(entry.partition()).remove(new RequestId(team, requestId));
        }
    }

    private Account account(Entry<?> entry, String team, String requestId) {
        return accounts(entry.partition())
                .computeIfAbsent(new RequestId(team, requestId), absent -> new Account(entry.timestamp()));
    }

    private Map<RequestId, Account> accounts(int partition) {
        return accounts.computeIfAbsent(partition, absent -> new LinkedHashMap<>());
    }

    private static boolean isNewer(BudgetState state, BudgetState than) {
        return state.getEpoch() > than.getEpoch()
                || (state.getEpoch() == than.getEpoch() && state.getVersion() > than.getVersion());
    }
}
