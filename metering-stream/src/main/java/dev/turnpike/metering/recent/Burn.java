package dev.turnpike.metering.recent;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.event.BudgetState;
import java.util.ArrayList;
import java.util.List;

/** How one budget window was used while this instance watched, as at most {@value #MOST} points of time. */
final class Burn {

    private static final int MOST = 240;

    private final long windowEnd;
    private final List<Point> points = new ArrayList<>();
    private long apart;

    /**
     * The account at one instant.
     *
     * @param at milliseconds since 1970-01-01 UTC
     */
    record Point(long at, Amounts spent, Amounts open) {}

    Burn(long windowEnd) {
        this.windowEnd = windowEnd;
    }

    void add(long at, BudgetState state) {
        Point point = new Point(
                at, Amounts.of(state.getSpent()), Amounts.of(state.getOpened()).minus(Amounts.of(state.getClosed())));
        // the newest point moves on until it is far enough from the one before
        if (points.size() > 1 && at - points.get(points.size() - 2).at() < apart) {
            points.set(points.size() - 1, point);
        } else {
            points.add(point);
        }
        if (points.size() > MOST) {
            thin();
        }
    }

    boolean hasEnded(long at) {
        return windowEnd <= at;
    }

    List<Point> points() {
        return List.copyOf(points);
    }

    private void thin() {
        apart = Math.max(1_000, 2 * apart);
        for (int i = points.size() - 2; i > 0; i -= 2) {
            points.remove(i);
        }
    }
}
