package dev.turnpike.sink.provider.call;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.serde.Shown;
import dev.turnpike.sink.provider.execution.Step.Call;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** OpenAI's chat completions, which most providers speak. */
final class OpenAiApi implements ProviderApi {

    static final ObjectMapper JSON = new ObjectMapper();

    private final ProviderSettings settings;
    private final URI endpoint;

    OpenAiApi(ProviderSettings settings) {
        this.settings = settings;
        this.endpoint = URI.create(settings.url() + "/chat/completions");
    }

    @Override
    public HttpRequest request(Dispatch dispatch, Call call, Trace trace) {
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint)
                .header("content-type", "application/json")
                .header("x-request-id", id(dispatch, call))
                .POST(BodyPublishers.ofString(body(dispatch, call).toString()));
        if (settings.key() != null) {
            request.header("authorization", "Bearer " + settings.key());
        }
        trace.headers().forEach(request::header);
        return request.build();
    }

    @Override
    public AnswerReader reader(Dispatch dispatch, Call call, Consumer<String> chunks, LongSupplier elapsedMs) {
        JsonNode params = params(dispatch.getRequest().getParams());
        long mostOutput = dispatch.getOutputCap() * Math.max(1, params.path("n").asInt(1));
        Consumer<String> counted = params.at("/stream_options/include_usage").asBoolean(false) ? chunks : chunk -> {};
        return new OpenAiReader(dispatch.getInputBoundTokens(), mostOutput, chunks, counted, elapsedMs);
    }

    /** The caller's parameters, with what Turnpike decides in the place of what the caller may have written. */
    ObjectNode body(Dispatch dispatch, Call call) {
        LlmRequest request = dispatch.getRequest();
        ObjectNode body = params(request.getParams());
        JsonNode messages = messages(request);
        body.put("model", call.model().getModel());
        body.set("messages", messages);
        body.remove("max_tokens");
        body.remove("max_completion_tokens");
        body.put(settings.outputCapField(), dispatch.getOutputCap());
        body.put("stream", request.getStream());
        if (request.getStream()) {
            if (!(body.get("stream_options") instanceof ObjectNode)) {
                body.putObject("stream_options");
            }
            body.withObject("/stream_options").put("include_usage", true);
        } else {
            body.remove("stream_options");
        }
        return body;
    }

    static JsonNode messages(LlmRequest request) {
        JsonNode messages = read("messages", request.getMessages());
        if (!messages.isArray()) {
            throw new IllegalArgumentException("messages must be an array of chat messages");
        }
        return messages;
    }

    /** The same for no other call, and safe in a header. */
    static String id(Dispatch dispatch, Call call) {
        return URLEncoder.encode(dispatch.getTeam(), StandardCharsets.UTF_8) + "/"
                + URLEncoder.encode(dispatch.getRequestId(), StandardCharsets.UTF_8) + "#" + call.attempt();
    }

    static ObjectNode params(@Nullable String params) {
        JsonNode read = params == null ? JSON.createObjectNode() : read("params", params);
        if (read instanceof ObjectNode object) {
            return object;
        }
        throw new IllegalArgumentException("params must be an object");
    }

    static JsonNode read(String field, String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            // without its cause, whose message has the text in it
            throw new IllegalArgumentException(field + " must be JSON: " + Shown.problem(e));
        }
    }
}
