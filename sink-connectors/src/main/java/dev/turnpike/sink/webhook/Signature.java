package dev.turnpike.sink.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Proves who sent a post and when: {@code t=SECONDS,v1=HEX}, where HEX is the HMAC-SHA256, by the shared secret, of the seconds
 * since 1970-01-01 UTC, a dot and the body. A receiver computes the same, compares in constant time, and refuses what is older
 * than a few minutes, so that nobody can send a post again later. It is the scheme of Stripe's webhooks.
 */
final class Signature {

    static final String HEADER = "Turnpike-Signature";

    private static final String ALGORITHM = "HmacSHA256";

    private Signature() {}

    static String of(String secret, Instant at, String body) {
        long seconds = at.getEpochSecond();
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            byte[] signed = mac.doFinal((seconds + "." + body).getBytes(StandardCharsets.UTF_8));
            return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(signed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
