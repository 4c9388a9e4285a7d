package dev.turnpike.gateway.chat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Decision;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call without an answer, and why: an error as OpenAI's clients know it.
 *
 * @param type OpenAI's kind of error
 * @param code for programs: OpenAI's where it has one, else that of the rejection
 * @param retryAfterSeconds when it may be worth another try; null: not known
 * @param again whether a client that tries again by itself should; null: as it likes. OpenAI's clients obey it as
 *     {@code x-should-retry}
 */
public record Refusal(
        int status,
        String type,
        String code,
        String message,
        @Nullable Long retryAfterSeconds,
        @Nullable Boolean again) {

    private static final String INVALID = "invalid_request_error";
    // longer waits are not kept to by OpenAI's clients, who then come again within seconds
    private static final long LONGEST_WAIT_SECONDS = 60;

    public static Refusal invalid(String message) {
        return new Refusal(400, INVALID, "invalid_request", message, null, null);
    }

    public static Refusal noKey() {
        return new Refusal(
                401,
                "authentication_error",
                "invalid_api_key",
                "no key came with the call: send it as \"authorization: Bearer KEY\" (turnpike keys create TEAM)",
                null,
                null);
    }

    public static Refusal unknownKey() {
        return new Refusal(
                401,
                "authentication_error",
                "invalid_api_key",
                "the key is not known, or it was revoked (turnpike keys list TEAM)",
                null,
                null);
    }

    public static Refusal noSuchRoute(String method, String path) {
        return new Refusal(
                404,
                INVALID,
                "unknown_url",
                method + " " + path + ": is not served; there are POST /v1/chat/completions and GET /v1/models",
                null,
                null);
    }

    public static Refusal tooLarge(String message) {
        return new Refusal(413, INVALID, "request_too_large", message, null, null);
    }

    public static Refusal slowBody() {
        return new Refusal(408, INVALID, "request_timeout", "the body did not arrive in time", null, null);
    }

    public static Refusal busy(String what) {
        return new Refusal(503, "overloaded_error", "overloaded", what + "; try again", 1L, null);
    }

    public static Refusal unavailable(String what) {
        return new Refusal(503, "api_error", "unavailable", what, 2L, null);
    }

    public static Refusal usedKey() {
        return new Refusal(
                409,
                INVALID,
                "idempotency_key_used",
                "nothing was heard of the request: its Idempotency-Key was used before and the answer is kept no more, or"
                        + " the router is away; ask with another key",
                null,
                false);
    }

    /** The answer is not there in time; it may still come, so another try of its own accord would be paid for twice. */
    public static Refusal noAnswerWithin(long millis) {
        return new Refusal(
                504,
                "api_error",
                "timeout",
                "no answer within " + millis + " ms; the request goes on and is paid for, and a call with the same"
                        + " Idempotency-Key gets its answer",
                null,
                false);
    }

    /**
     * A rejection.
     *
     * @param now milliseconds since 1970-01-01 UTC
     */
    static Refusal of(Decision decision, long now) {
        String code = String.valueOf(decision.getCode());
        String reason = decision.getReason();
        return switch (code) {
            case "budget-exhausted", "budget-starting" -> {
                Long seconds = secondsUntil(decision.getRetryAt(), now);
                yield new Refusal(
                        429,
                        "insufficient_quota",
                        code,
                        reason,
                        seconds,
                        seconds != null && seconds <= LONGEST_WAIT_SECONDS ? null : Boolean.FALSE);
            }
            // open circuits keep models out that would do: a fault of providers that passes, and not the client's
            case "no-eligible-model", "below-quality-floor" -> {
                Long seconds = secondsUntil(decision.getRetryAt(), now);
                yield seconds == null
                        ? new Refusal(400, INVALID, code, reason, null, null)
                        : new Refusal(503, "api_error", code, reason, seconds, null);
            }
            case "unknown-model" -> new Refusal(404, INVALID, "model_not_found", reason, null, null);
            case "unknown-team" -> new Refusal(403, "permission_error", code, reason, null, null);
            default -> new Refusal(400, INVALID, code, reason, null, null);
        };
    }

    private static @Nullable Long secondsUntil(@Nullable Long at, long now) {
        return at == null ? null : (Long) Math.max(1, -Math.floorDiv(now - at, 1_000L));
    }

    /** The end of a request that brought no answer. */
    static Refusal of(Completion last) {
        String error = last.getError() == null ? "the request ended as " + last.getStatus() : last.getError();
        return switch (last.getStatus()) {
            case "expired" -> new Refusal(504, "api_error", "expired", error, null, null);
            case "cancelled" -> new Refusal(409, INVALID, "cancelled", error, null, false);
            default -> new Refusal(502, "api_error", "provider_error", error, null, null);
        };
    }

    /** The same for a client that would get the same again: its key names the request that has ended so. */
    public Refusal forGood() {
        return new Refusal(status, type, code, message, retryAfterSeconds, false);
    }

    public byte[] body() {
        return error().toString().getBytes(StandardCharsets.UTF_8);
    }

    ObjectNode error() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putObject("error")
                .put("message", message)
                .put("type", type)
                .putNull("param")
                .put("code", code);
        return body;
    }

    public Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        if (retryAfterSeconds != null) {
            headers.put("retry-after", String.valueOf(retryAfterSeconds));
        }
        if (again != null) {
            headers.put("x-should-retry", String.valueOf(again));
        }
        return headers;
    }
}
