package dev.turnpike.router.prompt;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnpike.router.decision.Prompt;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.LlmRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an OpenAI chat body asks for and bounds its input.
 *
 * <p>The bound is the measure of every text in it, plus what chat templates and tool prompts add around it, plus the most that any
 * provider charges for an image of its size. Measured in bytes it holds for every tokenizer, since none makes more than one
 * token of a byte. Content, parameters and tools that are not known here have no bound.
 */
public final class PromptReader {

    private static final ObjectMapper JSON = new ObjectMapper();

    // a default system prompt that a template adds, such as the 70 tokens of gpt-oss, and the start of the answer
    private static final long PER_REQUEST = 128;
    // role and delimiters: 3 to 5 tokens in the templates of OpenAI, Llama, Qwen and Mistral
    private static final long PER_MESSAGE = 8;
    private static final long PER_PART = 4;
    // the prompt that explains tools or a response format: up to 804 tokens as published by Anthropic
    private static final long PER_TOOL_USE = 1_024;
    // the dearest published image formula, OpenAI's for gpt-4o-mini: a base and a charge per tile of 512 pixels square,
    // after the shorter side was enlarged to 768 pixels
    private static final long PER_IMAGE = 2_833;
    private static final long PER_TILE = 5_667;
    private static final int TILE = 512;
    private static final int ENLARGED = 768;

    private static final long LIKELY_PER_IMAGE = 1_000;
    private static final long LIKELY_BYTES_PER_TOKEN = 4;
    // OpenAI's own limit
    private static final int MOST_CHOICES = 128;

    private static final Set<String> MESSAGE_FIELDS = Set.of(
            "role",
            "content",
            "name",
            "tool_calls",
            "tool_call_id",
            "function_call",
            "refusal",
            "reasoning",
            "reasoning_content",
            "annotations",
            "cache_control");

    // parameters that change what an answer says, but not what it can cost beyond the output cap
    private static final Set<String> HARMLESS = Set.of(
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "top_a",
            "frequency_penalty",
            "presence_penalty",
            "repetition_penalty",
            "logit_bias",
            "logprobs",
            "top_logprobs",
            "seed",
            "stop",
            "stop_token_ids",
            "user",
            "metadata",
            "store",
            "stream",
            "stream_options",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_retention",
            "reasoning_effort",
            "verbosity",
            "tool_choice",
            "parallel_tool_calls",
            "function_call",
            "functions",
            "response_format");

    private final ToLongFunction<String> measure;

    private PromptReader(ToLongFunction<String> measure) {
        this.measure = measure;
    }

    /** Bounds the input by its bytes. */
    public static Prompt read(LlmRequest request) {
        return read(request, PromptReader::utf8Length);
    }

    /** Bounds the input by another measure of text that never falls short of its tokens. */
    static Prompt read(LlmRequest request, ToLongFunction<String> measure) {
        return new PromptReader(measure).prompt(request);
    }

    private Prompt prompt(LlmRequest request) {
        Draft draft = new Draft();
        try {
            messages(request.getMessages(), draft);
            String params = request.getParams();
            if (params != null) {
                params(params, draft);
            }
        } catch (InvalidBodyException e) {
            draft.invalid = e.getMessage();
        } catch (IOException e) {
            draft.invalid = "messages or params: not JSON";
        }
        return draft.prompt();
    }

    private void messages(String text, Draft draft) throws IOException {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new InvalidBodyException("messages: must be an array");
            }
            int count = 0;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() != JsonToken.START_OBJECT) {
                    throw new InvalidBodyException("messages[" + count + "]: must be an object");
                }
                message(parser, "messages[" + count + "]", draft);
                count++;
            }
            if (count == 0) {
                throw new InvalidBodyException("messages: must not be empty");
            }
        }
    }

    private void message(JsonParser parser, String where, Draft draft) throws IOException {
        draft.most += PER_MESSAGE;
        boolean byUser = false;
        draft.content = "";
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (!MESSAGE_FIELDS.contains(field)) {
                draft.cannotBound(where + "." + field);
            }
            if (value == JsonToken.VALUE_STRING) {
                String text = parser.getText();
                text(text, draft);
                if (field.equals("content")) {
                    draft.content = text;
                } else if (field.equals("role")) {
                    byUser = text.equals("user");
                }
            } else if (value == JsonToken.START_ARRAY && field.equals("content")) {
                parts(parser.readValueAsTree(), where + ".content", draft);
            } else if (value.isStructStart()) {
                text(parser.readValueAsTree().toString(), draft);
            }
        }
        if (byUser) {
            draft.lastOfUser = draft.content;
        }
    }

    private void parts(JsonNode parts, String where, Draft draft) {
        for (int i = 0; i < parts.size(); i++) {
            JsonNode part = parts.get(i);
            draft.most += PER_PART;
            switch (part.path("type").asText()) {
                case "text" -> {
                    String text = part.path("text").asText();
                    text(text, draft);
                    draft.content = draft.content.isEmpty() ? text : draft.content + '\n' + text;
                }
                case "refusal" -> text(part.path("refusal").asText(), draft);
                case "image_url" -> image(part.path("image_url"), where + "[" + i + "]", draft);
                default -> {
                    text(part.toString(), draft);
                    draft.cannotBound(where + "[" + i + "]");
                }
            }
        }
    }

    private static void image(JsonNode image, String where, Draft draft) {
        draft.vision = true;
        draft.images++;
        // some clients write the address without the object around it
        ImageSize size = ImageSize.of(
                image.isTextual() ? image.asText() : image.path("url").asText());
        if (size == null) {
            draft.cannotBound(where + ": an image of unknown size");
        } else {
            draft.most += PER_IMAGE + PER_TILE * tiles(size.width()) * tiles(size.height());
        }
    }

    private static long tiles(int pixels) {
        return (Math.max(pixels, ENLARGED) + TILE - 1L) / TILE;
    }

    private void params(String text, Draft draft) throws IOException {
        JsonNode params = JSON.readTree(text);
        if (!params.isObject()) {
            throw new InvalidBodyException("params: must be an object");
        }
        // all of it: tools and formats become part of the prompt, and the rest is short
        text(text, draft);
        for (Map.Entry<String, JsonNode> param : params.properties()) {
            JsonNode value = param.getValue();
            if (!value.isNull()) {
                param(param.getKey(), value, draft);
            }
        }
    }

    private static void param(String name, JsonNode value, Draft draft) {
        switch (name) {
            case "max_tokens", "max_completion_tokens" -> {
                if (!value.canConvertToLong() || !value.isIntegralNumber() || value.asLong() < 1) {
                    throw new InvalidBodyException("params." + name + ": must be a whole number of at least 1");
                }
                draft.outputCap = Math.min(draft.outputCap, value.asLong());
            }
            case "n" -> {
                if (value.isInt() && value.asInt() >= 1 && value.asInt() <= MOST_CHOICES) {
                    draft.choices = value.asInt();
                } else {
                    draft.cannotBound("params.n: not a whole number from 1 to " + MOST_CHOICES);
                }
            }
            // auto is usual, too: whichever the provider then takes, its price is one of those it has said
            case "service_tier" -> draft.serviceTier = Pricing.isUsual(value.asText()) ? null : value.asText();
            case "tools" -> tools(value, draft);
            case "functions" -> {
                draft.tools = true;
                value.forEach(
                        function -> draft.toolNames.add(function.path("name").asText()));
            }
            case "response_format" -> draft.json = !value.path("type").asText().equals("text");
            default -> {
                if (!HARMLESS.contains(name)) {
                    draft.cannotBound("params." + name);
                }
            }
        }
    }

    private static void tools(JsonNode tools, Draft draft) {
        draft.tools = !tools.isEmpty();
        for (int i = 0; i < tools.size(); i++) {
            String type = tools.get(i).path("type").asText();
            draft.toolNames.add(tools.get(i).path(type).path("name").asText(type));
            // anything else runs at the provider and brings tokens and charges of its own
            if (!type.equals("function") && !type.equals("custom")) {
                draft.cannotBound("params.tools[" + i + "]: a tool of type " + type);
            }
        }
    }

    private void text(String text, Draft draft) {
        draft.most += measure.applyAsLong(text);
        draft.bytes += utf8Length(text);
    }

    private static long utf8Length(String text) {
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // each half of a surrogate pair stands for two of its four bytes
            length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return length;
    }

    /** What has been found so far. */
    private static final class Draft {

        private long most = PER_REQUEST;
        private long bytes;
        private long outputCap = Long.MAX_VALUE;
        private int choices = 1;
        private int images;
        private boolean tools;
        private boolean vision;
        private boolean json;
        private String content = "";
        private String lastOfUser = "";
        private final List<String> toolNames = new ArrayList<>(0);
        private @Nullable String unbounded;
        private @Nullable String invalid;
        private @Nullable String serviceTier;

        void cannotBound(String what) {
            if (unbounded == null) {
                unbounded = what;
            }
        }

        Prompt prompt() {
            return new Prompt(
                    tools || json ? most + PER_TOOL_USE : most,
                    bytes / LIKELY_BYTES_PER_TOKEN + images * LIKELY_PER_IMAGE,
                    outputCap,
                    choices,
                    tools,
                    vision,
                    json,
                    lastOfUser,
                    toolNames,
                    unbounded,
                    invalid,
                    serviceTier);
        }
    }

    /** A body that no model could serve; the message says what is wrong with it. */
    private static final class InvalidBodyException extends RuntimeException {

        InvalidBodyException(String message) {
            super(message, null, false, false);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }
}
