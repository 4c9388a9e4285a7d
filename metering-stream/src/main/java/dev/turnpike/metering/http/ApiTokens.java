package dev.turnpike.metering.http;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who may write: the bearer tokens, known by their hashes. */
final class ApiTokens {

    private static final String SCHEME = "Bearer ";

    private final Map<String, String> hashes;

    /** @param hashes by name, SHA-256 in lower-case hexadecimal */
    ApiTokens(Map<String, String> hashes) {
        this.hashes = Map.copyOf(hashes);
    }

    /**
     * The name of the token that a request carries.
     *
     * @throws Problem if it carries none, or one that is not known
     */
    String holderOf(Context context) {
        if (hashes.isEmpty()) {
            throw Problem.of(
                    HttpStatus.FORBIDDEN,
                    "this instance takes no edits: no token is set; set api.tokens=NAME=SHA256 and restart it");
        }
        String header = context.header("authorization");
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw Problem.of(HttpStatus.UNAUTHORIZED, "edits need a token; send it as authorization: Bearer TOKEN");
        }
        String found = find(header.substring(SCHEME.length()).strip());
        if (found == null) {
            throw Problem.of(
                    HttpStatus.UNAUTHORIZED, "the token is not known here; check it, or ask who runs the meter");
        }
        return found;
    }

    private @Nullable String find(String token) {
        byte[] hash = sha256(token);
        String found = null;
        // all of them, each in constant time: the time tells nothing
        for (Map.Entry<String, String> known : hashes.entrySet()) {
            if (MessageDigest.isEqual(HexFormat.of().parseHex(known.getValue()), hash)) {
                found = known.getKey();
            }
        }
        return found;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
