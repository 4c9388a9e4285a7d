package dev.turnpike.sink.provider.call;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Puts the chunks of a streamed chat completion together again. */
final class StreamedAnswer {

    // these arrive in pieces; any other text arrives whole
    private static final Set<String> IN_PIECES =
            Set.of("content", "refusal", "reasoning", "reasoning_content", "arguments");

    private final ObjectNode frame = OpenAiApi.JSON.createObjectNode();
    private final SortedMap<Integer, ObjectNode> choices = new TreeMap<>();

    void add(ObjectNode chunk) {
        for (Map.Entry<String, JsonNode> field : chunk.properties()) {
            if (!field.getKey().equals("choices") && !field.getValue().isNull()) {
                frame.set(field.getKey(), field.getValue());
            }
        }
        for (JsonNode choice : chunk.path("choices")) {
            int index = choice.path("index").asInt();
            ObjectNode known = choices.computeIfAbsent(
                    index, i -> OpenAiApi.JSON.createObjectNode().put("index", i));
            for (Map.Entry<String, JsonNode> field : choice.properties()) {
                if (field.getKey().equals("delta")) {
                    merge(known.withObject("/message"), field.getValue());
                } else if (!field.getValue().isNull()) {
                    known.set(field.getKey(), field.getValue());
                }
            }
        }
    }

    /** Whether every choice that began has ended. */
    boolean isFinished() {
        return !choices.isEmpty() && choices.values().stream().allMatch(choice -> choice.hasNonNull("finish_reason"));
    }

    boolean hasUsage() {
        return frame.hasNonNull("usage");
    }

    ObjectNode whole() {
        ObjectNode whole = frame.deepCopy().put("object", "chat.completion");
        ArrayNode list = whole.putArray("choices");
        choices.values().forEach(list::add);
        return whole;
    }

    private static void merge(ObjectNode known, JsonNode delta) {
        for (Map.Entry<String, JsonNode> field : delta.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            JsonNode before = known.path(name);
            if (value.isNull() && known.has(name)) {
                continue;
            }
            if (value.isTextual() && IN_PIECES.contains(name)) {
                append(known, name, before, value.textValue());
            } else if (value.isObject() && before instanceof ObjectNode object) {
                merge(object, value);
            } else if (value instanceof ArrayNode parts && isIndexed(parts)) {
                mergeByIndex(known.withArray("/" + name), parts);
            } else {
                known.set(name, value.deepCopy());
            }
        }
    }

    // to join texts anew with each piece would copy a long answer thousands of times
    private static void append(ObjectNode known, String name, JsonNode before, String piece) {
        if (before instanceof POJONode pieces && pieces.getPojo() instanceof StringBuilder text) {
            text.append(piece);
        } else {
            known.putPOJO(name, new StringBuilder(before.asText("")).append(piece));
        }
    }

    private static boolean isIndexed(ArrayNode parts) {
        return !parts.isEmpty() && parts.get(0).has("index");
    }

    private static void mergeByIndex(ArrayNode known, ArrayNode parts) {
        for (JsonNode part : parts) {
            int index = part.path("index").asInt();
            ObjectNode target = null;
            for (JsonNode candidate : known) {
                if (candidate.path("index").asInt() == index && candidate instanceof ObjectNode object) {
                    target = object;
                }
            }
            merge(target == null ? known.addObject() : target, part);
        }
    }
}
