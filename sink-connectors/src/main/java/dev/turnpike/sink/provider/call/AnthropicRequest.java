package dev.turnpike.sink.provider.call;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A chat completion request in the words of Anthropic's messages API.
 *
 * <p>Instructions ({@code system}, {@code developer}) stand before the conversation there, and results of tools are part of
 * what the user says; turns of one speaker in a row become one. What only colours the answer and has no counterpart
 * ({@code seed}, {@code logit_bias}, penalties, {@code reasoning_effort}) is left out; what changes its shape
 * ({@code n}, {@code logprobs}, a {@code response_format}, sound) is refused, so that another model of the chain is asked.
 * Of Anthropic's own parameters {@code thinking}, {@code top_k} and the {@code cache_control} of a part are handed on.
 */
final class AnthropicRequest {

    private static final List<String> SAME = List.of("top_p", "top_k", "thinking");
    private static final List<String> INEXPRESSIBLE =
            List.of("audio", "functions", "function_call", "web_search_options");

    private final ObjectNode body = OpenAiApi.JSON.createObjectNode();
    private final ArrayNode instructions = OpenAiApi.JSON.createArrayNode();
    private final ArrayNode turns = OpenAiApi.JSON.createArrayNode();

    private AnthropicRequest() {}

    static ObjectNode of(JsonNode params, JsonNode messages) {
        AnthropicRequest request = new AnthropicRequest();
        messages.forEach(request::message);
        request.params(params);
        if (!request.instructions.isEmpty()) {
            request.body.set("system", request.instructions);
        }
        request.body.set("messages", request.turns);
        return request.body;
    }

    private void message(JsonNode message) {
        String role = message.path("role").asText();
        JsonNode content = message.path("content");
        switch (role) {
            case "system", "developer" -> addParts(instructions, content);
            case "user" -> addParts(turn("user"), content);
            case "assistant" -> {
                ArrayNode turn = turn("assistant");
                addParts(turn, content);
                message.path("tool_calls").forEach(call -> addToolUse(turn, call));
            }
            case "tool" -> {
                ObjectNode result = turn("user").addObject();
                result.put("type", "tool_result")
                        .put("tool_use_id", message.path("tool_call_id").asText());
                addParts(result.putArray("content"), content);
            }
            default ->
                throw new InexpressibleException("messages of role \"" + role + "\" cannot be sent to Anthropic");
        }
    }

    /** Where the next words of a speaker go. */
    private ArrayNode turn(String role) {
        JsonNode last = turns.path(turns.size() - 1);
        if (last.path("role").asText().equals(role)) {
            return last.withArray("/content");
        }
        return turns.addObject().put("role", role).putArray("content");
    }

    private static void addParts(ArrayNode target, JsonNode content) {
        if (content.isTextual()) {
            // empty texts are refused there
            if (!content.asText().isEmpty()) {
                target.addObject().put("type", "text").put("text", content.asText());
            }
        } else if (content.isArray()) {
            content.forEach(part -> addPart(target, part));
        } else if (!content.isNull() && !content.isMissingNode()) {
            throw new IllegalArgumentException("the content of a message must be a text or an array of parts");
        }
    }

    private static void addPart(ArrayNode target, JsonNode part) {
        String type = part.path("type").asText();
        ObjectNode block = switch (type) {
            case "text", "refusal" ->
                OpenAiApi.JSON
                        .createObjectNode()
                        .put("type", "text")
                        .put("text", part.path(type).asText());
            case "image_url" -> media("image", part.at("/image_url/url").asText());
            case "file" -> media("document", part.at("/file/file_data").asText());
            default -> throw new InexpressibleException("content of type \"" + type + "\" cannot be sent to Anthropic");
        };
        if (part.path("cache_control").isObject()) {
            block.set("cache_control", part.get("cache_control"));
        }
        target.add(block);
    }

    private static ObjectNode media(String type, String url) {
        ObjectNode block = OpenAiApi.JSON.createObjectNode().put("type", type);
        ObjectNode source = block.putObject("source");
        int comma = url.indexOf(',');
        if (url.startsWith("data:") && comma > 0 && url.substring(0, comma).endsWith(";base64")) {
            source.put("type", "base64")
                    .put("media_type", url.substring("data:".length(), comma - ";base64".length()))
                    .put("data", url.substring(comma + 1));
        } else if (url.startsWith("https://") || url.startsWith("http://")) {
            source.put("type", "url").put("url", url);
        } else {
            throw new IllegalArgumentException("an " + type + " must be a web address or a base64 data: URL");
        }
        return block;
    }

    private static void addToolUse(ArrayNode turn, JsonNode call) {
        JsonNode function = call.path("function");
        if (!function.isObject()) {
            throw new InexpressibleException("tool calls other than of functions cannot be sent to Anthropic");
        }
        String arguments = function.path("arguments").asText();
        JsonNode input;
        try {
            input = arguments.isBlank() ? OpenAiApi.JSON.createObjectNode() : OpenAiApi.JSON.readTree(arguments);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "the arguments of tool call " + call.path("id").asText() + " must be JSON", e);
        }
        turn.addObject()
                .put("type", "tool_use")
                .put("id", call.path("id").asText())
                .put("name", function.path("name").asText())
                .set("input", input);
    }

    private void params(JsonNode params) {
        refuse(params);
        SAME.stream().filter(params::hasNonNull).forEach(name -> body.set(name, params.get(name)));
        if (params.path("temperature").isNumber()) {
            // theirs ends at 1, OpenAI's at 2
            body.put("temperature", Math.min(1, params.get("temperature").asDouble()));
        }
        if (params.path("stop").isTextual()) {
            body.putArray("stop_sequences").add(params.get("stop"));
        } else if (params.path("stop").isArray()) {
            body.set("stop_sequences", params.get("stop"));
        }
        if (params.path("user").isTextual()) {
            body.putObject("metadata").set("user_id", params.get("user"));
        }
        switch (params.path("service_tier").asText()) {
            case "default" -> body.put("service_tier", "standard_only");
            case "auto", "priority" -> body.put("service_tier", "auto");
            default -> {
                // theirs is their own default
            }
        }
        if (!params.path("tools").isEmpty()) {
            ArrayNode tools = body.putArray("tools");
            params.get("tools").forEach(tool -> addTool(tools, tool));
            toolChoice(params);
        }
    }

    private static void refuse(JsonNode params) {
        if (params.path("n").asInt(1) > 1) {
            throw new InexpressibleException("Anthropic gives one answer to a request; n must be 1");
        }
        if (params.path("logprobs").asBoolean(false)) {
            throw new InexpressibleException("Anthropic tells no logprobs");
        }
        String format = params.at("/response_format/type").asText("text");
        if (!format.equals("text")) {
            throw new InexpressibleException("response_format " + format + " cannot be asked of Anthropic; use a tool");
        }
        for (String name : INEXPRESSIBLE) {
            if (params.hasNonNull(name)) {
                throw new InexpressibleException(name + " cannot be sent to Anthropic");
            }
        }
    }

    private static void addTool(ArrayNode tools, JsonNode tool) {
        JsonNode function = tool.path("function");
        if (!function.isObject()) {
            throw new InexpressibleException("tools other than functions cannot be sent to Anthropic");
        }
        ObjectNode added = tools.addObject().put("name", function.path("name").asText());
        if (function.path("description").isTextual()) {
            added.set("description", function.get("description"));
        }
        JsonNode parameters = function.path("parameters");
        added.set(
                "input_schema",
                parameters.isObject()
                        ? parameters
                        : OpenAiApi.JSON.createObjectNode().put("type", "object"));
        if (tool.path("cache_control").isObject()) {
            added.set("cache_control", tool.get("cache_control"));
        }
    }

    private void toolChoice(JsonNode params) {
        JsonNode choice = params.path("tool_choice");
        ObjectNode said = OpenAiApi.JSON.createObjectNode();
        if (choice.isObject()) {
            if (!choice.path("function").isObject()) {
                throw new InexpressibleException("this tool_choice cannot be sent to Anthropic");
            }
            said.put("type", "tool").put("name", choice.at("/function/name").asText());
        } else if (choice.asText().equals("required")) {
            said.put("type", "any");
        } else {
            said.put("type", choice.asText("auto"));
        }
        boolean oneAtATime = !params.path("parallel_tool_calls").asBoolean(true)
                && !said.path("type").asText().equals("none");
        if (oneAtATime) {
            said.put("disable_parallel_tool_use", true);
        }
        if (oneAtATime || choice.isObject() || choice.isTextual()) {
            body.set("tool_choice", said);
        }
    }
}
