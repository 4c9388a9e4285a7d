package dev.turnpike.gateway.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Requires;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client asked for.
 *
 * <p>Of the body, {@code model}, {@code messages} and {@code stream} have fields of their own in the request; all the rest
 * goes along as parameters, as it came. Who pays is the key's to say: a body that names a team is refused, and a user in
 * the body counts only where the key is nobody's in particular. What only Turnpike knows comes in headers, which every
 * OpenAI client can send with one call or with all.
 *
 * @param countsTokens whether a stream is to end with a chunk that holds the usage
 */
public record Asked(LlmRequest request, boolean countsTokens) {

    static {
        TrustedEvents.register();
    }

    /** Headers that begin so are ours; one that is not known is refused, since a misspelt floor would be no floor. */
    public static final String HEADER_PREFIX = "x-turnpike-";

    private static final String TASK_ID = HEADER_PREFIX + "task-id";
    private static final String TASK_TYPE = HEADER_PREFIX + "task-type";
    private static final String CONVERSATION_ID = HEADER_PREFIX + "conversation-id";
    private static final String QUALITY_FLOOR = HEADER_PREFIX + "quality-floor";
    private static final String DIFFICULTY = HEADER_PREFIX + "difficulty";
    private static final String TAGS = HEADER_PREFIX + "tags";
    private static final String REGIONS = HEADER_PREFIX + "regions";
    private static final Set<String> HEADERS =
            Set.of(TASK_ID, TASK_TYPE, CONVERSATION_ID, QUALITY_FLOOR, DIFFICULTY, TAGS, REGIONS);

    /**
     * Reads a call.
     *
     * @param headers those that begin with {@link #HEADER_PREFIX}, in lower case
     * @throws RefusedException saying what is wrong with it
     */
    public static Asked read(byte[] body, Map<String, String> headers, Holder holder, String requestId) {
        ObjectNode params = object(body);
        if (params.has("team")) {
            throw invalid("team: comes from the key; leave it out");
        }
        LlmRequest request = new LlmRequest();
        request.setRequestId(requestId);
        request.setTeam(holder.team());
        request.setUser(holder.user() != null ? holder.user() : text(params, "user"));
        request.setModel(model(params));
        request.setMessages(messages(params));
        request.setStream(flag(params, "stream"));
        boolean countsTokens = request.getStream()
                && params.path("stream_options").path("include_usage").asBoolean(false);
        JsonNode metadata = params.path("metadata");
        if (metadata.isObject()) {
            request.setMetadata(metadata.toString());
        } else if (!metadata.isMissingNode() && !metadata.isNull()) {
            throw invalid("metadata: must be an object");
        }
        params.remove(List.of("model", "messages", "stream"));
        request.setParams(params.isEmpty() ? null : params.toString());
        headers(headers, request);
        return new Asked(request, countsTokens);
    }

    private static ObjectNode object(byte[] body) {
        try {
            if (Json.MAPPER.readTree(body) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw invalid("the body is not JSON that is taken: "
                    + String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse(""));
        } catch (IOException e) {
            throw invalid("the body is not JSON in UTF-8");
        } catch (NumberFormatException e) {
            // an exponent of more digits than a number can have
            throw invalid("the body has a number that is out of range");
        }
        throw invalid("the body must be a JSON object");
    }

    private static String model(ObjectNode body) {
        String model = text(body, "model");
        if (model == null || model.isBlank()) {
            throw invalid("model: must be auto, an alias or a model (GET /v1/models)");
        }
        return model;
    }

    private static String messages(ObjectNode body) {
        JsonNode messages = body.path("messages");
        if (!messages.isArray() || messages.isEmpty()) {
            throw invalid("messages: must be an array of at least one message");
        }
        return messages.toString();
    }

    private static @Nullable String text(ObjectNode body, String field) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw invalid(field + ": must be a text");
        }
        return value.asText();
    }

    private static boolean flag(ObjectNode body, String field) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw invalid(field + ": must be true or false");
        }
        return value.asBoolean();
    }

    private static void headers(Map<String, String> headers, LlmRequest request) {
        for (String name : headers.keySet()) {
            if (!HEADERS.contains(name)) {
                throw invalid("header " + name + ": is not known; there are "
                        + String.join(", ", HEADERS.stream().sorted().toList()));
            }
        }
        request.setTaskId(headers.get(TASK_ID));
        request.setTaskType(headers.get(TASK_TYPE));
        request.setConversationId(headers.get(CONVERSATION_ID));
        request.setQualityFloor(share(headers, QUALITY_FLOOR));
        request.setDifficulty(share(headers, DIFFICULTY));
        request.setTags(tags(headers.get(TAGS)));
        String regions = headers.get(REGIONS);
        if (regions != null) {
            Requires requires = Requires.newBuilder().build();
            requires.setRegions(Arrays.stream(regions.split(","))
                    .map(String::strip)
                    .map(region -> region.toLowerCase(Locale.ROOT))
                    .toList());
            request.setRequires(requires);
        }
    }

    private static @Nullable Double share(Map<String, String> headers, String name) {
        String value = headers.get(name);
        if (value == null) {
            return null;
        }
        double share;
        try {
            share = Double.parseDouble(value);
        } catch (NumberFormatException e) {
            share = Double.NaN;
        }
        if (!(share >= 0 && share <= 1)) {
            throw invalid("header " + name + ": must be a number from 0 to 1");
        }
        return share;
    }

    private static Map<String, String> tags(@Nullable String header) {
        Map<String, String> tags = new LinkedHashMap<>();
        if (header == null || header.isBlank()) {
            return tags;
        }
        for (String tag : header.split(",")) {
            int equals = tag.indexOf('=');
            if (equals < 1) {
                throw invalid("header " + TAGS + ": must be name=value, comma separated, other characters %-encoded");
            }
            tags.put(decoded(tag.substring(0, equals)), decoded(tag.substring(equals + 1)));
        }
        return tags;
    }

    private static String decoded(String text) {
        try {
            // a plus is a plus: only percent signs encode
            return URLDecoder.decode(text.strip().replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw invalid("header " + TAGS + ": a percent sign must be followed by two hexadecimal digits");
        }
    }

    private static RefusedException invalid(String message) {
        return new RefusedException(Refusal.invalid(message));
    }
}
