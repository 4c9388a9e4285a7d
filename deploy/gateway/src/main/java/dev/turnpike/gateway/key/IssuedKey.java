package dev.turnpike.gateway.key;

import dev.turnpike.schemas.event.AccessKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A new key: the secret, which is shown to one person once, and what is published about it.
 *
 * <p>Of the secret its SHA-256 is kept. That is right for a secret of 160 random bits, which nobody can guess however fast the
 * hash is; a slow hash, as for passwords, would only slow each call. Who reads the topic cannot come in with what is there.
 * The hash is also what a key is looked up by, so no secret is compared with another, and there is nothing to time.
 *
 * @param secret {@code tp-} and 32 letters and digits
 */
public record IssuedKey(String secret, AccessKey published) {

    private static final String MARK = "tp-";
    private static final int RANDOM_BYTES = 20;
    private static final int SHOWN = MARK.length() + 8;

    /** @param user whose it is; null: the team's */
    public static IssuedKey issue(String team, @Nullable String user, Instant now, SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        String secret = MARK + Digests.letters(bytes);
        return new IssuedKey(
                secret, new AccessKey(hash(secret), team, user, secret.substring(0, SHOWN), now.toEpochMilli()));
    }

    /** What a key is kept and looked up by. */
    public static String hash(String secret) {
        return HexFormat.of().formatHex(Digests.sha256(secret));
    }

    /** Without the secret, so that it gets into no log. */
    @Override
    public String toString() {
        return published.getHint() + "… of " + published.getTeam();
    }
}
