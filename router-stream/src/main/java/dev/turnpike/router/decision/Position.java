package dev.turnpike.router.decision;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.event.BudgetState;

/**
 * What the router knows of one scope value in one budget window.
 *
 * <p>Open holds are {@code held − closed}: the router adds to the one, the meter to the other, and neither writes the
 * other's number. Feedback that is late leaves {@code closed} behind, so that more seems open than is: cautious, never
 * generous. Sums that leave the range of a long throw {@link ArithmeticException}.
 *
 * @param held all holds the router ever opened here
 * @param closed all holds the meter has closed, by the newest feedback
 * @param spent all that was spent, and what is reserved for holds from before the budget began, by the newest feedback
 * @param epoch of the newest feedback; 0 where there was none yet
 * @param version of the newest feedback within its epoch; 0 where there was none yet
 */
public record Position(Amounts held, Amounts closed, Amounts spent, long epoch, long version) {

    public static final Position EMPTY = new Position(Amounts.ZERO, Amounts.ZERO, Amounts.ZERO, 0, 0);

    /** Opens a hold. */
    public Position hold(Amounts amounts) {
        return new Position(held.plus(amounts), closed, spent, epoch, version);
    }

    /** Takes over what the meter says, unless something newer is known. */
    public Position feedback(BudgetState state) {
        boolean newer = state.getEpoch() > epoch || (state.getEpoch() == epoch && state.getVersion() > version);
        if (!newer) {
            return this;
        }
        // what the meter saw opened was held here, even if this state has been lost since
        Amounts atLeast = held.max(Amounts.of(state.getOpened()));
        return new Position(
                atLeast, Amounts.of(state.getClosed()), spentOf(state), state.getEpoch(), state.getVersion());
    }

    /** What weighs on the limit whatever the router holds: spent, or reserved for holds that it opened elsewhere. */
    public static Amounts spentOf(BudgetState state) {
        Amounts spent = Amounts.of(state.getSpent());
        return state.getReserved() == null ? spent : spent.plus(Amounts.of(state.getReserved()));
    }

    /**
     * The position after the meter has forgotten it: what it had not heard of by then stays held, and all sums begin anew, as the
     * meter's do when the window is used again.
     */
    public Position forgotten() {
        return new Position(open(), Amounts.ZERO, Amounts.ZERO, epoch, version);
    }

    /** Held and not closed yet. */
    public Amounts open() {
        return held.minus(closed).max(Amounts.ZERO);
    }

    /** Spent and held together. */
    public Amounts used() {
        return spent.plus(open());
    }

    /** Spent and held together, in one unit. */
    long used(Amounts.Unit unit) {
        long open = Math.max(0, Math.subtractExact(held.in(unit), closed.in(unit)));
        return Math.addExact(spent.in(unit), open);
    }

    public boolean isSettled() {
        return open().isZero();
    }
}
