package dev.turnpike.router.decision;

import dev.turnpike.schemas.PositionKey;

/** Where the positions are. */
@FunctionalInterface
public interface Headroom {

    /** The position of a scope value in a window; {@link Position#EMPTY} where nothing is known of it. */
    Position at(PositionKey key);

    /** What is borrowed of an org's limit; {@link Borrowed#NOTHING} where no lease is known. */
    default Borrowed borrowedAt(PositionKey key) {
        return Borrowed.NOTHING;
    }

    /**
     * Below which offset of the policies the meter has opened the windows of new budgets with what was spent before. What is
     * known of a window before that may be old: a budget that was removed and begins again has been used meanwhile.
     */
    default long countedPolicies() {
        return Long.MAX_VALUE;
    }
}
