package dev.turnpike.sink.provider.call;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.sink.provider.execution.Step.Call;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Anthropic's messages; callers see chat completions all the same. */
final class AnthropicApi implements ProviderApi {

    private static final String VERSION = "2023-06-01";

    private final ProviderSettings settings;
    private final URI endpoint;

    AnthropicApi(ProviderSettings settings) {
        this.settings = settings;
        this.endpoint = URI.create(settings.url() + "/messages");
    }

    @Override
    public HttpRequest request(Dispatch dispatch, Call call, Trace trace) {
        ObjectNode body = AnthropicRequest.of(
                OpenAiApi.params(dispatch.getRequest().getParams()), OpenAiApi.messages(dispatch.getRequest()));
        body.put("model", call.model().getModel());
        body.put("max_tokens", dispatch.getOutputCap());
        body.put("stream", dispatch.getRequest().getStream());
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint)
                .header("content-type", "application/json")
                .header("anthropic-version", VERSION)
                .header("x-request-id", OpenAiApi.id(dispatch, call))
                .POST(BodyPublishers.ofString(body.toString()));
        if (settings.key() != null) {
            request.header("x-api-key", settings.key());
        }
        trace.headers().forEach(request::header);
        return request.build();
    }

    @Override
    public AnswerReader reader(Dispatch dispatch, Call call, Consumer<String> chunks, LongSupplier elapsedMs) {
        boolean counts = OpenAiApi.params(dispatch.getRequest().getParams())
                .at("/stream_options/include_usage")
                .asBoolean(false);
        OpenAiReader reader = new OpenAiReader(
                dispatch.getInputBoundTokens(),
                dispatch.getOutputCap(),
                chunks,
                counts ? chunks : chunk -> {},
                elapsedMs);
        return new AnthropicReader(reader, new AnthropicAnswer(dispatch.getAdmittedAt() / 1_000));
    }
}
