package dev.turnpike.sink.provider.call;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer of Anthropic's messages API in the words of a chat completion. Used by one thread at a time.
 *
 * <p>Their three counts of input (uncached, written to the cache, read from it) are disjoint; ours is their sum. Blocks that a
 * chat completion has no words for (results of tools that the provider runs itself) are left out.
 */
final class AnthropicAnswer {

    private static final List<String> COUNTS =
            List.of("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens");

    private final long created;
    private final ObjectNode frame = OpenAiApi.JSON.createObjectNode();
    private final ObjectNode usage = OpenAiApi.JSON.createObjectNode();
    // their blocks are counted together, calls of tools in a chat completion by themselves
    private final Map<Integer, Integer> toolCalls = new HashMap<>();

    /** @param created seconds since 1970-01-01 UTC; theirs does not say */
    AnthropicAnswer(long created) {
        this.created = created;
    }

    ObjectNode whole(JsonNode message) {
        start(message);
        StringBuilder text = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        ArrayNode calls = OpenAiApi.JSON.createArrayNode();
        for (JsonNode block : message.path("content")) {
            switch (block.path("type").asText()) {
                case "text" -> text.append(block.path("text").asText());
                case "thinking" -> thoughts.append(block.path("thinking").asText());
                case "tool_use" -> calls.add(call(block, block.path("input").toString()));
                default -> {
                    // no words for it
                }
            }
        }
        ObjectNode whole = frame("chat.completion");
        ObjectNode choice = whole.putArray("choices").addObject().put("index", 0);
        ObjectNode said = choice.putObject("message").put("role", "assistant");
        said.put("content", text.isEmpty() && !calls.isEmpty() ? null : text.toString());
        if (!thoughts.isEmpty()) {
            said.put("reasoning_content", thoughts.toString());
        }
        if (!calls.isEmpty()) {
            said.set("tool_calls", calls);
        }
        choice.put("finish_reason", finish(message.path("stop_reason").asText()));
        counted(whole);
        return whole;
    }

    /** The stream begins. */
    ObjectNode started(JsonNode message) {
        start(message);
        // not yet what will have been said at the end
        usage.remove("output_tokens");
        ObjectNode delta =
                OpenAiApi.JSON.createObjectNode().put("role", "assistant").put("content", "");
        return chunk(delta, null);
    }

    /** A block begins; null where there is nothing to say about it. */
    @Nullable
    ObjectNode blockStarted(int index, JsonNode block) {
        if (!block.path("type").asText().equals("tool_use")) {
            return null;
        }
        toolCalls.put(index, toolCalls.size());
        ObjectNode delta = OpenAiApi.JSON.createObjectNode();
        delta.putArray("tool_calls").add(call(block, "").put("index", toolCalls.size() - 1));
        return chunk(delta, null);
    }

    /** A piece of a block; null where there is nothing to say about it. */
    @Nullable
    ObjectNode blockDelta(int index, JsonNode piece) {
        ObjectNode delta = OpenAiApi.JSON.createObjectNode();
        switch (piece.path("type").asText()) {
            case "text_delta" -> delta.set("content", piece.path("text"));
            case "thinking_delta" -> delta.set("reasoning_content", piece.path("thinking"));
            case "input_json_delta" -> {
                Integer call = toolCalls.get(index);
                if (call == null) {
                    return null;
                }
                delta.putArray("tool_calls")
                        .addObject()
                        .put("index", call)
                        .putObject("function")
                        .set("arguments", piece.path("partial_json"));
            }
            default -> {
                return null;
            }
        }
        return chunk(delta, null);
    }

    /** The answer is complete. */
    ObjectNode ended(JsonNode event) {
        count(event.path("usage"));
        return chunk(
                OpenAiApi.JSON.createObjectNode(),
                finish(event.at("/delta/stop_reason").asText()));
    }

    /** What it used, as the last chunk of a stream says it; null where that was not said. */
    @Nullable
    ObjectNode counts() {
        ObjectNode chunk = frame("chat.completion.chunk");
        chunk.putArray("choices");
        counted(chunk);
        return chunk.has("usage") ? chunk : null;
    }

    private void start(JsonNode message) {
        frame.set("id", message.path("id"));
        frame.set("model", message.path("model"));
        count(message.path("usage"));
    }

    // the end of a stream repeats counts of its beginning, or leaves them out
    private void count(JsonNode counts) {
        for (String name : COUNTS) {
            if (counts.path(name).isIntegralNumber()) {
                usage.set(name, counts.get(name));
            }
        }
        if (counts.path("cache_creation").isObject()) {
            usage.set("cache_creation", counts.get("cache_creation"));
        }
        if (counts.path("service_tier").isTextual()) {
            frame.set("service_tier", counts.get("service_tier"));
        }
    }

    private void counted(ObjectNode target) {
        // one without the other is no count
        if (!usage.has("input_tokens") || !usage.has("output_tokens")) {
            return;
        }
        long read = usage.path("cache_read_input_tokens").asLong();
        long written = usage.path("cache_creation_input_tokens").asLong();
        long input = usage.path("input_tokens").asLong() + read + written;
        long output = usage.path("output_tokens").asLong();
        ObjectNode counts = target.putObject("usage")
                .put("prompt_tokens", input)
                .put("completion_tokens", output)
                .put("total_tokens", input + output);
        counts.putObject("prompt_tokens_details").put("cached_tokens", read);
        counts.put("cache_creation_input_tokens", written)
                .put(
                        "cache_creation_1h_input_tokens",
                        usage.at("/cache_creation/ephemeral_1h_input_tokens").asLong());
    }

    private ObjectNode chunk(ObjectNode delta, @Nullable String finish) {
        ObjectNode chunk = frame("chat.completion.chunk");
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.put("finish_reason", finish);
        return chunk;
    }

    private ObjectNode frame(String object) {
        return frame.deepCopy().put("object", object).put("created", created);
    }

    private static ObjectNode call(JsonNode block, String arguments) {
        ObjectNode call = OpenAiApi.JSON.createObjectNode();
        call.set("id", block.path("id"));
        call.put("type", "function")
                .putObject("function")
                .put("name", block.path("name").asText())
                .put("arguments", arguments);
        return call;
    }

    private static String finish(String reason) {
        return switch (reason) {
            case "max_tokens", "model_context_window_exceeded" -> "length";
            case "tool_use" -> "tool_calls";
            case "refusal" -> "content_filter";
            default -> "stop";
        };
    }
}
