package dev.turnpike.router.state;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import org.apache.kafka.streams.state.WindowStore;

/**
 * Which requests have been decided within the horizon, and how often.
 *
 * <p>A request is kept under the half horizon in which it was admitted. So it is found by a get in each of the three or four
 * halves in question, most of which a Bloom filter answers, and not by a scan; and a later decision on it replaces the earlier.
 * An id is remembered for at least the horizon and at most half as long again.
 */
public final class DecidedRequests {

    /** No decision is known. */
    public static final int NONE = -1;

    private static final int HASH_BYTES = 16;

    private final WindowStore<byte[], Integer> store;
    private final long horizon;
    private final long grain;
    private final MessageDigest digest;

    public DecidedRequests(WindowStore<byte[], Integer> store, Duration horizon) {
        this.store = store;
        this.horizon = horizon.toMillis();
        this.grain = grain(horizon).toMillis();
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** How long an id is remembered at most. */
    public Duration longest() {
        return Duration.ofMillis(horizon + grain);
    }

    static Duration grain(Duration horizon) {
        return horizon.dividedBy(2);
    }

    /** Stands for a request of a team. */
    public byte[] idOf(String team, String requestId) {
        digest.update(team.getBytes(StandardCharsets.UTF_8));
        // no UTF-8 text has this byte, so no other pair of texts runs together to the same
        digest.update((byte) 0xff);
        return Arrays.copyOf(digest.digest(requestId.getBytes(StandardCharsets.UTF_8)), HASH_BYTES);
    }

    /** Whether a request is so old that it may have been decided and forgotten. */
    public boolean isBeyondHorizon(long admittedAt, long newest) {
        return admittedAt < newest - horizon;
    }

    /**
     * Number of the last decision on a request, whenever it was admitted.
     *
     * @param admittedAt of the record at hand: a repeat has a time of its own
     * @param newest the latest admission so far
     */
    public int last(byte[] id, long admittedAt, long newest) {
        long to = half(Math.max(admittedAt, newest));
        for (long half = half(Math.max(0, admittedAt - horizon)); half <= to; half += grain) {
            Integer decision = store.fetch(id, half);
            if (decision != null) {
                return decision;
            }
        }
        return NONE;
    }

    /** Number of the last decision on the request that was admitted at this instant. */
    public int lastAdmittedAt(byte[] id, long admittedAt) {
        Integer decision = store.fetch(id, half(admittedAt));
        return decision == null ? NONE : decision;
    }

    public void remember(byte[] id, int decision, long admittedAt) {
        store.put(id, decision, half(admittedAt));
    }

    private long half(long instant) {
        return instant - Math.floorMod(instant, grain);
    }
}
