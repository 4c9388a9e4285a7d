package dev.turnpike.metering.budget;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.HoldWindow;

/**
 * What one record changes in one position.
 *
 * @param reserved by how much that grows or, where negative, shrinks
 * @param until the last instant at which a hold that is opened can be open; 0 where none is
 */
public record Change(
        PositionKey key,
        HoldWindow window,
        Amounts opened,
        Amounts closed,
        Amounts spent,
        Amounts reserved,
        long until) {

    static Change none(PositionKey key, HoldWindow window) {
        return new Change(key, window, Amounts.ZERO, Amounts.ZERO, Amounts.ZERO, Amounts.ZERO, 0);
    }

    Change open(Amounts amounts, long holdUntil) {
        return new Change(key, window, opened.plus(amounts), closed, spent, reserved, Math.max(until, holdUntil));
    }

    Change close(Amounts amounts) {
        return new Change(key, window, opened, closed.plus(amounts), spent, reserved, until);
    }

    Change spend(Amounts amounts) {
        return new Change(key, window, opened, closed, spent.plus(amounts), reserved, until);
    }

    Change reserve(Amounts difference, long holdUntil) {
        return new Change(key, window, opened, closed, spent, reserved.plus(difference), Math.max(until, holdUntil));
    }

    boolean isNone() {
        return opened.isZero() && closed.isZero() && spent.isZero() && reserved.isZero();
    }

    /** Whether the router must hear of it: it knows itself what it opened. */
    boolean isFeedback() {
        return !closed.isZero() || !spent.isZero() || !reserved.isZero();
    }
}
