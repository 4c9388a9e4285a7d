package dev.turnpike.metering.state;

import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.SpendKey;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;

/** What this instance of the meter knows, for reading. Every method may throw {@link NotHere} that does not say otherwise. */
public interface MeterView {

    /** The teams of this instance that have used anything, and all that have a policy. */
    SortedSet<String> teams();

    /** The policy that applies to a team. */
    TeamPolicy policyOf(String team);

    /** The positions of a team that have not ended. */
    List<Position> positions(String team);

    /** The spend cells of a team that begin in {@code [from, to)}, in the order of time. */
    List<SpendAggregate> cells(String team, SpendKey.Window window, long from, long to);

    /**
     * The partitions that this instance has, and up to which broker time each is read; 0 before its first tick. Throws nothing:
     * while partitions are on their way there are fewer.
     */
    SortedMap<Integer, Long> readUntil();

    /** How many partitions the topics keyed by team have. */
    int partitions();

    /** The partition that was asked for is with another instance, or on its way. */
    final class NotHere extends RuntimeException {

        public NotHere(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
