package dev.turnpike.cli.audit;

import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.HoldWindow;
import java.util.LinkedHashSet;
import java.util.Set;

/** The positions that windows stand for. */
final class Windows {

    private Windows() {}

    /** Each position once: budgets that share a window share its hold. */
    static Set<PositionKey> keys(String team, Iterable<HoldWindow> windows) {
        Set<PositionKey> keys = new LinkedHashSet<>();
        windows.forEach(window -> keys.add(PositionKey.of(team, window)));
        return keys;
    }
}
