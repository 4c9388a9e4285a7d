package dev.turnpike.metering.budget;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.UsageReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The books of one partition as they follow from the topics. What was said of positions comes first, then the ledger, then the
 * dispatches, the reports and the rest.
 */
public final class RebuiltBooks {

    /*
     * A position's spent and closed are what was published last, in the same transaction as what changed them. Holds are opened
     * without a word, so opened is what was published and every hold of a dispatch behind the offset that was published with it.
     *
     * The accounts must agree with the positions: what a position says to be closed must be what its accounts will not close
     * again. So closed is worked out as opened less what the accounts hold open. An account that is taken to hold more open than
     * it did, since a record that closed it is read again after this, makes closed less for that long: the router is cautious. Where
     * accounts are missing, closed stays what was published, and what they held open stays held until the window ends.
     */

    private final long horizonMillis;
    private final Map<PositionKey, Said> said = new HashMap<>();
    private final Map<PositionKey, Opened> since = new HashMap<>();
    private final Map<PositionKey, List<Threshold>> alerted = new HashMap<>();
    private final Map<String, RebuiltAccount> accounts = new LinkedHashMap<>();
    private long newest = Long.MIN_VALUE;
    private long epoch = Long.MIN_VALUE;
    private long dispatchOffset = -1;
    private long policiesCounted = -1;
    private long dispatchNumber = -1;

    private record Said(BudgetState state, long at) {}

    /** Holds that were opened after the last word on their window. */
    private record Opened(HoldWindow window, Amounts amounts, long until, long at) {

        Opened plus(Opened other) {
            return new Opened(
                    window, amounts.plus(other.amounts), Math.max(until, other.until), Math.min(at, other.at));
        }
    }

    /**
     * What comes of it.
     *
     * @param unexplained how many positions hold open what none of the accounts does
     */
    public record Result(List<RequestAccount> accounts, List<Position> positions, int unexplained) {}

    /** Begins with nothing. */
    public RebuiltBooks(long horizonMillis) {
        this.horizonMillis = horizonMillis;
    }

    /** Takes over what was published of a position, or that it has ended. */
    public void say(PositionKey key, @Nullable BudgetState state, long at) {
        newest = Math.max(newest, at);
        if (state == null) {
            said.remove(key);
            return;
        }
        epoch = Math.max(epoch, state.getEpoch());
        if (key.isOfPolicies()) {
            policiesCounted = state.getVersion();
            Long number = state.getDispatchNumber();
            dispatchNumber = number == null ? -1 : number;
            return;
        }
        dispatchOffset = Math.max(dispatchOffset, state.getDispatchOffset());
        said.put(key, new Said(state, at));
    }

    /** When the meter wrote last; Long.MIN_VALUE: never. */
    public long newest() {
        return newest;
    }

    /** The greatest epoch that was published; Long.MIN_VALUE: none. */
    public long epoch() {
        return epoch;
    }

    /** Offset of the newest dispatch that was counted in what was published; -1: none. */
    public long dispatchOffset() {
        return dispatchOffset;
    }

    /** Below which offset of the policies all budgets had been counted; -1: not known. */
    public long policiesCounted() {
        return policiesCounted;
    }

    /** Number of the newest dispatch that was counted; -1: none. */
    public long dispatchNumber() {
        return dispatchNumber;
    }

    /** The dispatches that were counted are those of a topic that is no more: the ones there are came after them. */
    public void dispatchesAreOthers() {
        dispatchOffset = -1;
        said.replaceAll((key, word) -> new Said(
                BudgetState.newBuilder(word.state).setDispatchOffset(-1).build(), word.at));
    }

    /** Takes over that a threshold was told of; other alerts play no part. */
    public void alert(BudgetAlert alert) {
        String scope = alert.getScope();
        String value = alert.getScopeValue();
        String period = alert.getPeriod();
        Long start = alert.getWindowStart();
        String enforcement = alert.getEnforcement();
        Integer percent = alert.getThreshold();
        if (scope == null
                || value == null
                || period == null
                || start == null
                || enforcement == null
                || percent == null) {
            return;
        }
        for (Unit unit : Unit.values()) {
            if (unit.wireName().equals(alert.getUnit())) {
                alerted.computeIfAbsent(
                                new PositionKey(alert.getTeam(), scope, value, period, start), key -> new ArrayList<>())
                        .add(new Threshold(unit, enforcement, percent));
            }
        }
    }

    /** Takes over a ledger entry; at: its record time. */
    public void entry(LedgerEntry entry, long at) {
        newest = Math.max(newest, at);
        if (entry.getRequestId() != null) {
            account(entry.getTeam(), entry.getRequestId()).entry(entry, at);
        }
    }

    /** Takes over a dispatch that was dealt with. */
    public void dispatch(Dispatch dispatch, long offset, long at) {
        dispatchNumber = Math.max(dispatchNumber, dispatch.getNumber());
        if (!account(dispatch.getTeam(), dispatch.getRequestId()).open(dispatch, at)) {
            return;
        }
        Amounts hold = Amounts.of(dispatch.getHold());
        for (HoldWindow window : Terms.distinct(dispatch.getTeam(), dispatch.getWindows())) {
            PositionKey key = PositionKey.of(dispatch.getTeam(), window);
            Said word = said.get(key);
            if (word == null || word.state.getDispatchOffset() < offset) {
                since.merge(key, new Opened(window, hold, dispatch.getHoldUntil(), at), Opened::plus);
            }
        }
    }

    /** Takes over a rejection that was dealt with. */
    public void refuse(Rejection rejection, long at) {
        if (rejection.getDecision() > 0) {
            Integer attempts = rejection.getAttempts();
            account(rejection.getTeam(), rejection.getRequestId()).refuse(attempts == null ? 0 : attempts, at);
        }
    }

    /** Takes over a report that was dealt with. */
    public void report(UsageReport report, long at) {
        if (report.getRequestId() != null) {
            account(report.getTeam(), report.getRequestId()).report(report, at);
        }
    }

    /** Takes over an outcome that was dealt with. */
    public void judge(String team, String requestId, double outcome, long at) {
        account(team, requestId).judge(outcome, at);
    }

    /**
     * Works it out.
     *
     * @param terms of a team, which count all its budgets
     */
    public Result result(Function<String, Terms> terms) {
        List<RequestAccount> live = new ArrayList<>();
        Map<PositionKey, Amounts> open = new HashMap<>();
        Map<PositionKey, Amounts> reserved = new HashMap<>();
        Map<PositionKey, HoldWindow> reservedIn = new HashMap<>();
        Map<PositionKey, Long> until = new HashMap<>();
        Map<String, Terms> byTeam = new HashMap<>();
        for (RebuiltAccount known : accounts.values()) {
            RequestAccount account = known.account(byTeam.computeIfAbsent(known.team(), terms));
            if (account.endsAt(horizonMillis) > newest) {
                live.add(account);
                Balance.open(account, Hold::windows).forEach((key, amounts) -> open.merge(key, amounts, Amounts::plus));
                Balance.open(account, Hold::reservedIn)
                        .forEach((key, amounts) -> reserved.merge(key, amounts, Amounts::plus));
                for (Hold hold : account.holds()) {
                    hold.reservedIn().forEach(window -> reservedIn.put(PositionKey.of(account.team(), window), window));
                    Stream.concat(hold.windows().stream(), hold.reservedIn().stream())
                            .forEach(window ->
                                    until.merge(PositionKey.of(account.team(), window), hold.until(), Math::max));
                }
            }
        }
        List<Position> positions = new ArrayList<>();
        int unexplained = 0;
        for (Map.Entry<PositionKey, Said> word : said.entrySet()) {
            PositionKey key = word.getKey();
            BudgetState state = word.getValue().state;
            Opened later = since.get(key);
            Amounts opened = later == null
                    ? Amounts.of(state.getOpened())
                    : Amounts.of(state.getOpened()).plus(later.amounts);
            Amounts closed = Amounts.of(state.getClosed());
            Amounts rest = opened.minus(open.getOrDefault(key, Amounts.ZERO));
            if (!rest.min(closed).equals(rest)) {
                unexplained++;
            }
            positions.add(new Position(
                    key,
                    state.getWindowEnd(),
                    opened,
                    closed.min(rest),
                    Amounts.of(state.getSpent()),
                    state.getCarried() == null ? Amounts.ZERO : Amounts.of(state.getCarried()),
                    reserved.getOrDefault(key, Amounts.ZERO),
                    state.getVersion(),
                    Math.max(word.getValue().at, until.getOrDefault(key, Long.MIN_VALUE)),
                    alerted.getOrDefault(key, List.of()),
                    state.getBegunAt() == null ? 0 : state.getBegunAt()));
        }
        since.forEach((key, later) -> {
            // a window that nothing is said of any more has ended, and so have its holds
            boolean isLive = later.window.getWindowEnd() == Long.MAX_VALUE
                    || Math.max(later.window.getWindowEnd(), later.until) + horizonMillis > newest;
            if (!said.containsKey(key) && isLive) {
                Amounts closed = later.amounts.minus(open.getOrDefault(key, Amounts.ZERO));
                positions.add(new Position(
                        key,
                        later.window.getWindowEnd(),
                        later.amounts,
                        closed,
                        Amounts.ZERO,
                        Amounts.ZERO,
                        reserved.getOrDefault(key, Amounts.ZERO),
                        0,
                        later.until,
                        List.of(),
                        later.at));
            }
        });
        reservedIn.forEach((key, window) -> {
            Amounts amounts = reserved.getOrDefault(key, Amounts.ZERO);
            if (!amounts.isZero() && !said.containsKey(key) && !since.containsKey(key)) {
                positions.add(Position.begin(key, window, newest)
                        .apply(Change.none(key, window).reserve(amounts, until.getOrDefault(key, newest)), newest));
            }
        });
        return new Result(live, positions, unexplained);
    }

    private RebuiltAccount account(String team, String requestId) {
        return accounts.computeIfAbsent(
                RequestAccount.key(team, requestId), missing -> new RebuiltAccount(team, requestId));
    }
}
