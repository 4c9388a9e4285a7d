package dev.turnpike.router.decision;

import dev.turnpike.schemas.PositionKey;

/** Where the positions are. */
@FunctionalInterface
public interface Headroom {

    /** The position of a scope value in a window; {@link Position#EMPTY} where nothing is known of it. */
    Position at(PositionKey key);
}
