package dev.turnpike.gateway.call;

import dev.turnpike.gateway.chat.Holder;
import dev.turnpike.gateway.key.Digests;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/** The identities of requests that come in by the door. */
final class RequestIds {

    private static final String NAMED = "idem-";
    private static final String RANDOM = "req-";
    private static final int BYTES = 16;

    private final SecureRandom random = new SecureRandom();

    /** One that no other request has. */
    String next() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return RANDOM + Digests.letters(bytes);
    }

    /**
     * The one that an {@code Idempotency-Key} stands for, at every door: the same key with the same body from the same
     * holder is the same request. With another body it is another request, so that nobody gets the answer to a question
     * that he did not ask.
     */
    static String named(String idempotencyKey, Holder holder, byte[] bodyHash) {
        String who = holder.team() + "\n" + (holder.user() == null ? "" : holder.user()) + "\n" + idempotencyKey + "\n";
        byte[] hash = Digests.sha256(who.getBytes(StandardCharsets.UTF_8), bodyHash);
        return NAMED + Digests.letters(hash).substring(0, 26);
    }

    /** Whether a client chose it, so that it may come again, at any door. */
    static boolean isNamed(String requestId) {
        return requestId.startsWith(NAMED);
    }
}
