package dev.turnpike.router.decision;

import dev.turnpike.schemas.event.ModelPerformance;
import java.util.Collection;

/**
 * Whether an offer is called at all at present: closed, open after too many errors, or half-open.
 *
 * <p>It opens when half of the recent attempts, over all task types, have failed, and half-opens when the last error is
 * {@value #PAUSE_MILLIS} ms ago: then one request in {@value #ONE_PROBE_IN} is let through, chosen by its hash, so that a replay
 * chooses the same. Recent attempts are those of the meter's short memory, so old errors fade and good probes close the circuit.
 * An offer whose recent answers take {@value #SLOWER_BY} times as long as they usually do is half-open as well.
 */
final class Circuit {

    // below this many recent attempts an error rate says nothing
    private static final double LEAST_ATTEMPTS = 5;
    private static final double ERROR_RATE = 0.5;
    private static final long PAUSE_MILLIS = 30_000;
    private static final int ONE_PROBE_IN = 10;
    private static final double SLOWER_BY = 3;
    // what answers within this is not slow, whatever it does usually
    private static final double NOT_SLOW_MILLIS = 5_000;
    // of recent_attempts, see ModelPerformance
    private static final double HALF_LIFE_MILLIS = 30_000;

    private final boolean failing;
    private final boolean slow;
    private final long openUntil;

    private Circuit(boolean failing, boolean slow, long openUntil) {
        this.failing = failing;
        this.slow = slow;
        this.openUntil = openUntil;
    }

    static Circuit of(Collection<ModelPerformance> performance) {
        long newest = 0;
        long lastError = 0;
        for (ModelPerformance known : performance) {
            newest = Math.max(newest, known.getUpdatedAt());
            lastError = Math.max(lastError, known.getLastErrorAt() == null ? 0 : known.getLastErrorAt());
        }
        double attempts = 0;
        double errors = 0;
        double recentLatency = 0;
        double usualLatency = 0;
        for (ModelPerformance known : performance) {
            double weight = StrictMath.pow(0.5, (newest - known.getUpdatedAt()) / HALF_LIFE_MILLIS);
            attempts += weight * known.getRecentAttempts();
            errors += weight * known.getRecentErrors();
            Double recent = known.getRecentLatencyMs();
            Double usual = known.getLatencyMs();
            if (recent != null && usual != null) {
                double answers = weight * (known.getRecentAttempts() - known.getRecentErrors());
                recentLatency += answers * recent;
                usualLatency += answers * usual;
            }
        }
        boolean known = attempts >= LEAST_ATTEMPTS;
        return new Circuit(
                known && errors >= ERROR_RATE * attempts,
                known
                        && recentLatency > SLOWER_BY * usualLatency
                        && recentLatency > NOT_SLOW_MILLIS * (attempts - errors),
                lastError + PAUSE_MILLIS);
    }

    /** From when on another request may be let through that is not now. */
    long mayLetThroughAt(long now) {
        return failing ? Math.max(now, openUntil) : now;
    }

    /** Whether every request is let through. */
    boolean isClosed() {
        return !failing && !slow;
    }

    /** Whether a request is kept from the offer. */
    boolean isOpen(long now, long hash) {
        if (isClosed()) {
            return false;
        }
        return (failing && now < openUntil) || Long.remainderUnsigned(hash, ONE_PROBE_IN) != 0;
    }
}
