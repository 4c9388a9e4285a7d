package dev.turnpike.router.state;

import dev.turnpike.router.decision.Position;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.streams.Logs.Entry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Positions as they follow from what the meter has said and from the dispatches of which it had not heard when it said so:
 * {@code held} is what it had seen opened, and every hold after that.
 */
public final class RebuiltPositions {

    private final Map<PositionKey, BudgetState> said = new HashMap<>();
    private final Map<PositionKey, Amounts> since = new HashMap<>();
    // when the meter forgot a window that it has not spoken of since
    private final Map<PositionKey, Long> ended = new HashMap<>();
    private long heardOf = -1;
    private long newest = -1;
    private long countedPolicies;
    private long lastDispatch = -1;

    /** Takes over a record of the budgets; all of them come before the first dispatch. */
    public void say(Entry<BudgetState> entry) {
        newest = Math.max(newest, entry.timestamp());
        PositionKey key = PositionKey.decode(entry.key());
        BudgetState state = entry.value();
        if (key.isOfPolicies()) {
            countedPolicies = state == null ? 0 : state.getVersion();
            Long number = state == null ? null : state.getDispatchNumber();
            lastDispatch = Math.max(lastDispatch, number == null ? -1 : number);
            return;
        }
        if (state == null) {
            said.remove(key);
            ended.put(key, entry.timestamp());
            return;
        }
        said.put(key, state);
        ended.remove(key);
        heardOf = Math.max(heardOf, state.getDispatchOffset());
    }

    /** Offset of the newest dispatch that the meter has heard of; -1: none. */
    public long heardOf() {
        return heardOf;
    }

    /** Below which offset of the policies the meter has opened the windows of new budgets. */
    public long countedPolicies() {
        return countedPolicies;
    }

    /** The greatest number of a dispatch; -1: none. */
    public long lastDispatch() {
        return lastDispatch;
    }

    /** When the meter spoke last; -1: never. */
    public long newest() {
        return newest;
    }

    /** The offsets that the meter speaks of are those of a topic that is no more: every dispatch is one it has not heard of. */
    public void offsetsAreOthers() {
        heardOf = -1;
        said.replaceAll((key, state) ->
                BudgetState.newBuilder(state).setDispatchOffset(-1).build());
    }

    /** Takes over a dispatch. */
    public void dispatch(Entry<Dispatch> entry) {
        Dispatch dispatch = entry.value();
        if (dispatch == null) {
            return;
        }
        lastDispatch = Math.max(lastDispatch, dispatch.getNumber());
        Set<PositionKey> once = new HashSet<>();
        for (HoldWindow window : dispatch.getWindows()) {
            PositionKey key = PositionKey.of(dispatch.getTeam(), window);
            BudgetState state = said.get(key);
            boolean known = state != null && entry.offset() <= state.getDispatchOffset();
            // the meter forgets a window when its holds have long ended: a hold of then is one it had not heard of
            Long forgotten = ended.get(key);
            boolean isOver = forgotten != null && dispatch.getHoldUntil() <= forgotten;
            // budgets that differ in unit or enforcement only may share a window
            if (!known && !isOver && once.add(key)) {
                since.merge(key, Amounts.of(dispatch.getHold()), Amounts::plus);
            }
        }
    }

    /** The positions of all windows of which anything is known. */
    public Map<PositionKey, Position> positions() {
        Map<PositionKey, Position> positions = new HashMap<>();
        said.forEach((key, state) -> positions.put(key, Position.EMPTY.feedback(state)));
        since.forEach(
                (key, holds) -> positions.merge(key, Position.EMPTY.hold(holds), (known, held) -> known.hold(holds)));
        return positions;
    }
}
