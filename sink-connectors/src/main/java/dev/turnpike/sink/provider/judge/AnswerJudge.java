package dev.turnpike.sink.provider.judge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is wrong with an answer by its form alone.
 *
 * <p>A wrong answer that is well formed passes: no local check knows better. So a policy says what share of failures it
 * takes this judge to notice, and outcomes of users and evaluators say what it missed.
 */
public final class AnswerJudge {

    private static final ObjectMapper JSON = new ObjectMapper();

    // a refusal is short and says so at once; a long answer that begins so usually goes on to help
    private static final int LONGEST_REFUSAL = 400;
    private static final Pattern REFUSAL = Pattern.compile(
            "^(i'?m (very |really )?sorry|sorry|i apologi[sz]e|unfortunately|as an ai( language)? model)?[,.;: ]*(but )?"
                    + "(i (can'?t|cannot|can not|won'?t|am not able to|am unable to|do not have|don'?t have)"
                    + "|i'?m (not able to|unable to|afraid i can'?t)).*",
            Pattern.DOTALL);

    private AnswerJudge() {}

    /**
     * Looks at an answer.
     *
     * @param params of the request, as JSON text
     * @param response a {@code chat.completion}, as JSON text
     * @return {@code empty}, {@code cut}, {@code refusal}, {@code invalid-json} or {@code invalid-tool-call}; null where
     *     nothing is wrong
     */
    public static @Nullable String verdict(@Nullable String params, String response) {
        JsonNode asked = params == null ? MissingNode.getInstance() : parse(params);
        JsonNode choice = parse(response).path("choices").path(0);
        JsonNode message = choice.path("message");
        String text = message.path("content").asText("").strip();
        JsonNode calls = message.path("tool_calls");
        if (message.hasNonNull("refusal")
                || choice.path("finish_reason").asText().equals("content_filter")
                || isRefusal(text, calls)) {
            return "refusal";
        }
        if (choice.path("finish_reason").asText().equals("length")) {
            return "cut";
        }
        if (text.isEmpty() && calls.isEmpty()) {
            return "empty";
        }
        for (JsonNode call : calls) {
            if (!isCallable(call.path("function"), asked.path("tools"))) {
                return "invalid-tool-call";
            }
        }
        return calls.isEmpty() && !keepsTo(asked.path("response_format"), text) ? "invalid-json" : null;
    }

    private static boolean isRefusal(String text, JsonNode calls) {
        return calls.isEmpty()
                && !text.isEmpty()
                && text.length() <= LONGEST_REFUSAL
                && REFUSAL.matcher(text.toLowerCase(Locale.ROOT).replace('\u2019', '\''))
                        .matches();
    }

    private static boolean isCallable(JsonNode call, JsonNode tools) {
        for (JsonNode tool : tools) {
            JsonNode function = tool.path("function");
            if (function.path("name").asText().equals(call.path("name").asText())) {
                JsonNode arguments = parse(call.path("arguments").asText());
                return arguments.isObject() && JsonShape.fits(arguments, function.path("parameters"));
            }
        }
        return false;
    }

    private static boolean keepsTo(JsonNode format, String text) {
        return switch (format.path("type").asText()) {
            case "json_object" -> parse(text).isObject();
            case "json_schema" -> {
                JsonNode answer = parse(text);
                yield !answer.isMissingNode()
                        && JsonShape.fits(answer, format.path("json_schema").path("schema"));
            }
            default -> true;
        };
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}
