package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.Rejection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Law 1: one decision per decision id within the horizon, and with it exactly one dispatch or one rejection. */
final class OneDecision extends Law {

    private final RecentIds decided;
    private final Map<DecisionId, Entry<?>> without = new HashMap<>();
    private final Map<DecisionId, Entry<?>> ahead = new HashMap<>();
    private long dispatched;
    private long rejected;

    OneDecision(Cut cut, long horizonMillis) {
        super(1, "one decision per request", cut);
        decided = new RecentIds(horizonMillis);
    }

    @Override
    void decision(Entry<Decision> entry) {
        DecisionId id = DecisionId.of(entry.value());
        Id hash = id.hash();
        long earlier = decided.get(hash, entry.timestamp());
        if (earlier != RecentIds.UNKNOWN) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": " + id + " was decided already at " + Place.unpacked(entry.topic(), earlier));
            return;
        }
        decided.add(hash, entry.timestamp(), Place.packed(entry));
        if (isRejected(entry)) {
            rejected++;
        } else {
            dispatched++;
        }
        Entry<?> order = ahead.remove(id);
        if (order != null) {
            compare(id, entry, order);
        } else if (cut().isJudged(entry.timestamp())) {
            // decisions are kept longer than what they led to
            without.put(id, entry);
        }
    }

    @Override
    void dispatch(Entry<Dispatch> entry) {
        follow(DecisionId.of(entry.value()), entry);
    }

    @Override
    void rejection(Entry<Rejection> entry) {
        follow(DecisionId.of(entry.value()), entry);
    }

    private void follow(DecisionId id, Entry<?> order) {
        Entry<?> decision = without.remove(id);
        if (decision != null) {
            compare(id, decision, order);
            return;
        }
        Entry<?> other = ahead.putIfAbsent(id, order);
        if (other != null) {
            broken(order.timestamp(), order.place() + ": " + id + " was ordered already at " + other.place());
        }
    }

    private void compare(DecisionId id, Entry<?> decision, Entry<?> order) {
        if (isRejected(decision) != (order.value() instanceof Rejection)) {
            broken(
                    decision.timestamp(),
                    decision.place() + ": " + id + " and " + order.place() + " disagree on whether it is executed");
        }
    }

    @Override
    void end() {
        without.forEach((id, entry) -> lonely(id, entry, "has no dispatch and no rejection"));
        ahead.forEach((id, entry) -> lonely(id, entry, "has no decision of its own"));
    }

    private void lonely(DecisionId id, Entry<?> entry, String what) {
        if (cut().isSettled(entry)) {
            broken(entry.timestamp(), entry.place() + ": " + id + " " + what);
        }
    }

    @Override
    String counted() {
        return count(dispatched + rejected, "decision", "decisions") + ": "
                + count(dispatched, "dispatch", "dispatches") + ", " + count(rejected, "rejection", "rejections");
    }

    private static boolean isRejected(@Nullable Entry<?> entry) {
        return entry != null
                && entry.value() instanceof Decision decision
                && decision.getOutcome().equals("rejected");
    }
}
