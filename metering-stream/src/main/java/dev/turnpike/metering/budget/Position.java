package dev.turnpike.metering.budget;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.HoldWindow;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The meter's account of one budget window.
 *
 * @param windowEnd first instant after the window, milliseconds since 1970-01-01 UTC
 * @param opened all holds that were opened in it
 * @param closed what of them is closed
 * @param spent all ledger entries of the window, corrections included, and what was carried
 * @param carried the part of spent that entries count which do not name the window: they were written before its budget began
 * @param reserved what is open of holds that do not name the window: they were opened before its budget began
 * @param version counts the changes
 * @param lastUse the latest instant at which it changed or at which a hold in it can be open
 * @param alerted thresholds that were told of, once each
 * @param begunAt time of the record with which it began: a total that has ended after its idle time begins anew
 */
public record Position(
        PositionKey key,
        long windowEnd,
        Amounts opened,
        Amounts closed,
        Amounts spent,
        Amounts carried,
        Amounts reserved,
        long version,
        long lastUse,
        List<Threshold> alerted,
        long begunAt) {

    private static final long NEVER = Long.MAX_VALUE;

    /** A position in which nothing has happened. */
    public static Position of(PositionKey key, HoldWindow window) {
        return begin(key, window, 0);
    }

    /**
     * A position that begins. Its version counts from the time: should it have ended before, no version of then is greater.
     *
     * @param at time of the record that causes it
     */
    static Position begin(PositionKey key, HoldWindow window, long at) {
        return new Position(
                key,
                window.getWindowEnd(),
                Amounts.ZERO,
                Amounts.ZERO,
                Amounts.ZERO,
                Amounts.ZERO,
                Amounts.ZERO,
                at,
                0,
                List.of(),
                at);
    }

    /**
     * The position after a change.
     *
     * @param at time of the record that causes it
     * @throws ArithmeticException if a sum leaves the range of a long
     */
    public Position apply(Change change, long at) {
        return new Position(
                key,
                windowEnd,
                opened.plus(change.opened()),
                closed.plus(change.closed()),
                spent.plus(change.spent()),
                carried,
                reserved.plus(change.reserved()),
                version + 1,
                Math.max(lastUse, Math.max(at, change.until())),
                alerted,
                begunAt);
    }

    /** The position of a budget that begins to count, with all that was spent in the window so far. */
    Position carry(Amounts all, long at) {
        // an estimate counts in the windows of all models it may be of, and cells end before a total does: so a window
        // may know more than its cells
        Amounts named = spent.minus(carried);
        Amounts missing = all.minus(named).max(carried);
        return new Position(
                key,
                windowEnd,
                opened,
                closed,
                named.plus(missing),
                missing,
                reserved,
                version + 1,
                Math.max(lastUse, at),
                alerted,
                begunAt);
    }

    /** Whether it counts what was booked at an instant: it has begun by then, or has taken over what came before. */
    public boolean counts(long bookedAt) {
        return begunAt <= bookedAt || !carried.isZero();
    }

    /** Whether it can end and begin anew under the same key, as the total of a task does. */
    boolean canBeginAnew() {
        return windowEnd == Long.MAX_VALUE;
    }

    /** What is held and not closed, reserved or named. */
    public Amounts open() {
        return opened.minus(closed).plus(reserved);
    }

    Position alert(Threshold threshold) {
        return new Position(
                key,
                windowEnd,
                opened,
                closed,
                spent,
                carried,
                reserved,
                version,
                lastUse,
                Stream.concat(alerted.stream(), Stream.of(threshold)).toList(),
                begunAt);
    }

    /**
     * When nothing can change it any more: every request it is part of has been forgotten by then. The total of a task
     * ends after an idle time; other totals never end.
     */
    public long endsAt(Duration horizon, Duration taskIdle) {
        if (windowEnd != Long.MAX_VALUE) {
            return Math.max(windowEnd, lastUse) + horizon.toMillis();
        }
        return key.scope().equals("task") ? lastUse + Math.max(horizon.toMillis(), taskIdle.toMillis()) : NEVER;
    }

    /** What the router is told. */
    public BudgetState state(long epoch, long dispatchOffset, @Nullable Long usageTime) {
        return BudgetState.newBuilder()
                .setTeam(key.team())
                .setScope(key.scope())
                .setScopeValue(key.scopeValue())
                .setPeriod(key.period())
                .setWindowStart(key.windowStart())
                .setWindowEnd(windowEnd)
                .setEpoch(epoch)
                .setVersion(version)
                .setOpened(opened.toAvro())
                .setClosed(closed.toAvro())
                .setSpent(spent.toAvro())
                .setDispatchOffset(dispatchOffset)
                .setUsageTime(usageTime)
                .setCarried(carried.isZero() ? null : carried.toAvro())
                .setBegunAt(begunAt)
                .setReserved(reserved.isZero() ? null : reserved.toAvro())
                .build();
    }
}
