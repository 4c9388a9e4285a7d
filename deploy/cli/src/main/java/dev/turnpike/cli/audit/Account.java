package dev.turnpike.cli.audit;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.UsageReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What is known of one request whose holds are not all closed. */
final class Account {

    private static final long UNKNOWN = -1;

    private final long since;
    private final TreeMap<Integer, Hold> holds = new TreeMap<>();
    // with the most that each can cost, nano-dollars
    private final Map<Integer, Long> started = new HashMap<>();
    private final Set<Integer> reported = new HashSet<>();
    private final Set<String> unnumbered = new HashSet<>();
    private int announced = -1;
    Amounts captured = Amounts.ZERO;
    boolean inFlight;

    /**
     * The hold of one dispatch.
     *
     * @param keys the windows it is open in
     * @param until when it ends without a final report
     */
    record Hold(Set<PositionKey> keys, Amounts amount, long until) {}

    /** A hold and the part of it that is closed before its time ends. */
    record Closed(Hold hold, Amounts amount) {}

    Account(long since) {
        this.since = since;
    }

    void open(Dispatch dispatch) {
        Set<PositionKey> keys = Windows.keys(dispatch.getTeam(), dispatch.getWindows());
        holds.putIfAbsent(
                dispatch.getDecision(), new Hold(keys, Amounts.of(dispatch.getHold()), dispatch.getHoldUntil()));
    }

    void report(UsageReport report) {
        Integer attempt = report.getAttempt();
        boolean used = isUsage(report);
        if (report.getStatus().equals("started") && attempt != null) {
            long bound = report.getBoundNanoUsd() == null ? UNKNOWN : report.getBoundNanoUsd();
            started.merge(attempt, bound, Math::max);
        } else if (used && attempt != null) {
            reported.add(attempt);
        } else if (used) {
            unnumbered.add(report.getSource() + ' ' + report.getUsageId());
        }
        if (report.getFinal$()) {
            announced = Math.max(announced, announced(report, used));
        }
    }

    /** No further attempt is started than these. */
    void refuse(int attempts) {
        announced = Math.max(announced, attempts);
    }

    /** Whether every attempt that the final report speaks of has been reported. */
    boolean isComplete() {
        return announced >= 0
                && reported.size() + unnumbered.size() >= announced
                && reported.containsAll(started.keySet());
    }

    /**
     * The holds with what is closed of them before their time ends: what is captured, used up by decision; once no attempt can
     * follow, all but the bounds of attempts that were started and not reported, which the last holds pay for.
     */
    List<Closed> holds() {
        List<Hold> all = List.copyOf(holds.values());
        List<Closed> closed = new ArrayList<>(all.size());
        Amounts left = captured;
        for (Hold hold : all) {
            Amounts part = left.min(hold.amount);
            left = left.minus(part);
            closed.add(new Closed(hold, part));
        }
        long bounds = stillUnknown();
        for (int i = all.size() - 1; i >= 0 && bounds != UNKNOWN; i--) {
            Amounts open = all.get(i).amount.minus(closed.get(i).amount);
            long kept = Math.min(bounds, open.nanoUsd());
            bounds -= kept;
            Amounts over = new Amounts(open.nanoUsd() - kept, 0, 0);
            closed.set(i, new Closed(all.get(i), closed.get(i).amount.plus(over)));
        }
        return closed;
    }

    private long stillUnknown() {
        long bounds = 0;
        int silent = 0;
        for (Map.Entry<Integer, Long> attempt : started.entrySet()) {
            if (!reported.contains(attempt.getKey())) {
                if (attempt.getValue() == UNKNOWN) {
                    return UNKNOWN;
                }
                bounds += attempt.getValue();
                silent++;
            }
        }
        return announced >= 0 && reported.size() + unnumbered.size() + silent >= announced ? bounds : UNKNOWN;
    }

    /** When all of its holds have ended; for an account without any, when it is forgotten. */
    long ends(long horizonMillis) {
        return holds.values().stream().mapToLong(Hold::until).max().orElse(since + horizonMillis);
    }

    /** Whether a report tells what an attempt used. */
    static boolean isUsage(UsageReport report) {
        return report.getStatus().equals("ok") || report.getStatus().equals("error");
    }

    private static int announced(UsageReport report, boolean used) {
        if (report.getAttempts() != null) {
            return report.getAttempts();
        }
        if (!used) {
            return 0;
        }
        return report.getAttempt() == null ? 1 : report.getAttempt();
    }
}
