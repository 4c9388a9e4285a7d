package dev.turnpike.gateway.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.schemas.event.Completion;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer as server-sent events: the provider's chunks in the order of their numbers, then {@code [DONE]}.
 *
 * <p>Model and reason are known when the first chunk comes and stand in headers. The cost is known at the end: it stands in
 * the chunk with the usage, where the client asked for one, and in a trailer. Where no chunk was seen — the provider did not
 * stream, or the client joined a call that another began — the whole answer is sent as one chunk.
 */
final class StreamedAnswer extends Answer {

    private static final byte[] DONE = event("[DONE]");

    private final boolean countsTokens;
    private boolean isStarted;
    private int next;
    private @Nullable String usageChunk;

    StreamedAnswer(String requestId, boolean isNamed, boolean countsTokens, Reply reply) {
        super(requestId, isNamed, reply);
        this.countsTokens = countsTokens;
    }

    /** An event that holds one line. */
    static byte[] event(String data) {
        // in JSON a line break can only stand between tokens, where a space says the same
        return ("data: " + data.replace('\n', ' ').replace('\r', ' ') + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    void chunk(Completion part) {
        if (part.getSeq() > next && isStarted) {
            overBecause(new Refusal(502, "api_error", "provider_error", "parts of the answer are missing", null, null));
        } else if (part.getSeq() == next && part.getDelta() != null) {
            next++;
            begin(part);
            releaseUsage(null);
            if (countsTokens && isUsage(part.getDelta())) {
                usageChunk = part.getDelta();
            } else {
                reply().write(event(part.getDelta()));
            }
        }
    }

    @Override
    void whole(Completion last, String response) {
        begin(last);
        if (next == 0) {
            ObjectNode whole = object(response);
            if (whole != null) {
                reply().write(event(chunkOf(whole).toString()));
                usageChunk = countsTokens ? usageOf(whole) : null;
            }
        }
        releaseUsage(last);
        reply().write(DONE);
        String cost = cost(last);
        reply().end(cost == null ? Map.of() : Map.of("x-turnpike-cost-usd", cost));
    }

    @Override
    public boolean hasBegun() {
        return isStarted;
    }

    @Override
    void refused(Refusal refusal) {
        if (isStarted) {
            overBecause(refusal);
        } else {
            super.refused(refusal);
        }
    }

    private void begin(Completion part) {
        if (!isStarted) {
            isStarted = true;
            Map<String, String> headers = headers(part);
            headers.put("cache-control", "no-cache");
            // nginx, as most proxies that heed anything, passes events on at once with this
            headers.put("x-accel-buffering", "no");
            reply().start(200, "text/event-stream; charset=utf-8", headers);
        }
    }

    /** Sends the chunk with the usage, with what the end has told about the cost. */
    private void releaseUsage(@Nullable Completion last) {
        String held = usageChunk;
        if (held == null) {
            return;
        }
        usageChunk = null;
        ObjectNode chunk = object(held);
        if (chunk == null || last == null) {
            reply().write(event(held));
            return;
        }
        chunk.putObject("turnpike")
                .put("model", model(last))
                .put("cost_usd", cost(last))
                .put("reason", reason());
        reply().write(event(chunk.toString()));
    }

    private static boolean isUsage(String delta) {
        ObjectNode chunk = delta.contains("\"usage\"") ? object(delta) : null;
        return chunk != null
                && chunk.path("choices").isEmpty()
                && chunk.path("usage").isObject();
    }

    private static ObjectNode chunkOf(ObjectNode whole) {
        ObjectNode chunk = whole.deepCopy().put("object", "chat.completion.chunk");
        chunk.remove("usage");
        ArrayNode choices = chunk.putArray("choices");
        for (JsonNode choice : whole.path("choices")) {
            ObjectNode part = choices.addObject();
            part.setAll((ObjectNode) choice.deepCopy());
            JsonNode message = part.remove("message");
            if (message instanceof ObjectNode delta) {
                int index = 0;
                for (JsonNode call : delta.path("tool_calls")) {
                    ((ObjectNode) call).put("index", index++);
                }
                part.set("delta", delta);
            }
        }
        return chunk;
    }

    private static @Nullable String usageOf(ObjectNode whole) {
        if (!whole.path("usage").isObject()) {
            return null;
        }
        ObjectNode chunk = whole.deepCopy().put("object", "chat.completion.chunk");
        chunk.putArray("choices");
        return chunk.toString();
    }

    private static @Nullable ObjectNode object(String json) {
        try {
            return Json.MAPPER.readTree(json) instanceof ObjectNode object ? object : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }
}
