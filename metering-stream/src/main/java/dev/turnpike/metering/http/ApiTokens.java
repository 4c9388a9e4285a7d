package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may write, and who may read: the bearer tokens, known by their hashes. Where nobody is named who may only read, reading is
 * for everybody. {@code GET /api/v1/token} says whose a token is.
 */
final class ApiTokens {

    private static final String SCHEME = "Bearer ";
    private static final String WHOSE = "/api/v1/token";
    // what is in every jar
    private static final Set<String> OPEN = Set.of("/api/v1/openapi.json", WHOSE);

    private final Map<String, String> writers;
    private final Map<String, String> readers;

    /**
     * By name, SHA-256 in lower-case hexadecimal.
     *
     * @param writers may read, too
     */
    ApiTokens(Map<String, String> writers, Map<String, String> readers) {
        this.writers = Map.copyOf(writers);
        this.readers = Map.copyOf(readers);
    }

    void addTo(JavalinConfig config) {
        config.routes.before("/api/v1/*", context -> {
            if (context.method() == HandlerType.GET && !OPEN.contains(context.path())) {
                checkReader(context);
            }
        });
        config.routes.get(WHOSE, context -> {
            String secret = secret(context);
            String writer = find(writers, secret);
            String holder = writer == null ? find(readers, secret) : writer;
            if (holder == null) {
                throw unknown();
            }
            Answers.json(
                    context,
                    JsonNodeFactory.instance.objectNode().put("name", holder).put("may_write", writer != null));
        });
    }

    /**
     * The name of the token that an edit carries.
     *
     * @throws Problem if it carries none, or one that may not write
     */
    String writerOf(Context context) {
        if (writers.isEmpty()) {
            throw Problem.of(
                    HttpStatus.FORBIDDEN,
                    "this instance takes no edits: no token is set; set api.tokens=NAME=SHA256 and restart it");
        }
        String secret = secret(context);
        String writer = find(writers, secret);
        if (writer == null) {
            String reader = find(readers, secret);
            throw reader == null
                    ? unknown()
                    : Problem.of(HttpStatus.FORBIDDEN, "the token of " + reader + " may read, and not edit");
        }
        return writer;
    }

    private void checkReader(Context context) {
        if (readers.isEmpty()) {
            return;
        }
        String secret = secret(context);
        if (find(readers, secret) == null && find(writers, secret) == null) {
            throw unknown();
        }
    }

    private static String secret(Context context) {
        String header = context.header("authorization");
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw Problem.of(HttpStatus.UNAUTHORIZED, "this needs a token; send it as authorization: Bearer TOKEN");
        }
        return header.substring(SCHEME.length()).strip();
    }

    private static Problem unknown() {
        return Problem.of(HttpStatus.UNAUTHORIZED, "the token is not known here; check it, or ask who runs the meter");
    }

    private static @Nullable String find(Map<String, String> hashes, String token) {
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
