package dev.turnpike.sink.provider.call;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.turnpike.sink.provider.execution.Outcome;
import dev.turnpike.sink.provider.execution.Outcome.Failed;
import dev.turnpike.sink.provider.execution.Outcome.Remedy;
import dev.turnpike.sink.provider.execution.Outcome.Timing;
import dev.turnpike.sink.provider.execution.Outcome.Unknown;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * What an answer without success means.
 *
 * <p>Providers do not bill what they refuse. But a gateway that gives up (408, 502, 504, and 520 to 524 of some) says
 * nothing about the model behind it, which may be working still: what that costs is not known.
 */
final class Refusals {

    private static final int MAX_TEXT = 300;

    private Refusals() {}

    static Outcome of(int status, HttpHeaders headers, String body, Timing timing, Instant now) {
        JsonNode error = error(body);
        String reason = "HTTP " + status + ": " + text(error, body);
        if (status == 408 || status == 502 || status == 504 || (status >= 520 && status <= 524)) {
            return new Unknown(reason, false);
        }
        return new Failed(reason, remedy(status, error), retryAfter(headers, now), timing);
    }

    private static Remedy remedy(int status, JsonNode error) {
        return switch (status) {
            case 429 -> error.path("code").asText().equals("insufficient_quota") ? Remedy.NEXT_MODEL : Remedy.RETRY;
            case 409, 425 -> Remedy.RETRY;
            // a key, a model name, a parameter or a prompt of this length is not accepted there
            default -> status >= 500 ? Remedy.RETRY : Remedy.NEXT_MODEL;
        };
    }

    private static @Nullable Duration retryAfter(HttpHeaders headers, Instant now) {
        try {
            String millis = headers.firstValue("retry-after-ms").orElse(null);
            if (millis != null) {
                return Duration.ofMillis((long) Math.ceil(Double.parseDouble(millis)));
            }
            String after = headers.firstValue("retry-after").orElse(null);
            if (after == null) {
                return null;
            }
            return Character.isDigit(after.charAt(0))
                    ? Duration.ofMillis((long) Math.ceil(Double.parseDouble(after) * 1_000))
                    : Duration.between(now, ZonedDateTime.parse(after, DateTimeFormatter.RFC_1123_DATE_TIME));
        } catch (DateTimeException | IllegalArgumentException | IndexOutOfBoundsException e) {
            return null;
        }
    }

    private static JsonNode error(String body) {
        try {
            JsonNode root = OpenAiApi.JSON.readTree(body);
            return root.path("error").isMissingNode() ? root : root.path("error");
        } catch (JsonProcessingException e) {
            return OpenAiApi.JSON.missingNode();
        }
    }

    private static String text(JsonNode error, String body) {
        String text = error.path("message").asText(error.isTextual() ? error.asText() : body);
        String line = text.replaceAll("\\s+", " ").trim();
        return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT);
    }
}
