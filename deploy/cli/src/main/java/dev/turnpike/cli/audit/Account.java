package dev.turnpike.cli.audit;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.UsageReport;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** What is known of one request whose holds are not all closed. */
final class Account {

    private final long since;
    private final TreeMap<Integer, Hold> holds = new TreeMap<>();
    private final Set<Integer> started = new HashSet<>();
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

    /** A hold and the part of it that is captured. */
    record Captured(Hold hold, Amounts amount) {}

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
            started.add(attempt);
        } else if (used && attempt != null) {
            reported.add(attempt);
        } else if (used) {
            unnumbered.add(report.getSource() + ' ' + report.getUsageId());
        }
        if (report.getFinal$()) {
            announced = Math.max(announced, announced(report, used));
        }
    }

    /** Whether every attempt that the final report speaks of has been reported. */
    boolean isComplete() {
        return announced >= 0 && reported.size() + unnumbered.size() >= announced && reported.containsAll(started);
    }

    /** The holds with what is captured of them; they are used up by decision. */
    List<Captured> holds() {
        List<Captured> captures = new ArrayList<>(holds.size());
        Amounts left = captured;
        for (Hold hold : holds.values()) {
            Amounts part = left.min(hold.amount);
            left = left.minus(part);
            captures.add(new Captured(hold, part));
        }
        return captures;
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
