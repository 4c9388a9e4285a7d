package dev.turnpike.router.decision;

import dev.turnpike.schemas.event.LlmRequest;

/**
 * A small share of requests tries another model that clears the floor, so that outcomes are learned of models that would not be
 * chosen yet. Who explores what follows from a hash of the request, so that a replay repeats it.
 */
final class Exploration {

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final double UNIT = 0x1.0p-53;

    private Exploration() {}

    /** The rank to try: 0, the best, for most requests. */
    static int rank(LlmRequest request, double share, int ranked) {
        if (share <= 0 || ranked < 2) {
            return 0;
        }
        long hash = hash(request);
        if ((hash >>> 11) * UNIT >= share) {
            return 0;
        }
        // the bits above chose the request; mixed again they choose the model
        return 1 + (int) Long.remainderUnsigned(mix(hash + 1), ranked - 1);
    }

    /** A hash of the request's identity. */
    static long hash(LlmRequest request) {
        String team = request.getTeam();
        String requestId = request.getRequestId();
        long hash = FNV_OFFSET;
        for (int i = 0; i < team.length(); i++) {
            hash = (hash ^ team.charAt(i)) * FNV_PRIME;
        }
        hash = (hash ^ Character.MAX_VALUE) * FNV_PRIME;
        for (int i = 0; i < requestId.length(); i++) {
            hash = (hash ^ requestId.charAt(i)) * FNV_PRIME;
        }
        return mix(hash);
    }

    // finalizer of MurmurHash3: every bit of the input reaches every bit of the output
    static long mix(long value) {
        long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
