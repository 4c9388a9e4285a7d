package dev.turnpike.sink.provider.call;

import static dev.turnpike.sink.provider.Dispatches.dispatch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.sink.provider.call.ProviderSettings.Dialect;
import dev.turnpike.sink.provider.execution.Step.Call;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiApiTest {

    private final Dispatch dispatch = dispatch("r1", "openai/small");
    private final Call call = new Call(2, dispatch.getChain().get(0));

    @Test
    void shouldSendTheCallersParametersWithTheModelAndTheCapOfTheDispatch() {
        dispatch.getRequest()
                .setParams(
                        "{\"temperature\":0.2,\"n\":2,\"max_tokens\":99999,\"max_completion_tokens\":99999,"
                                + "\"model\":\"dearest\",\"stream\":true,\"stream_options\":{\"x\":1},\"metadata\":{\"a\":\"b\"}}");

        assertThat(api("max_completion_tokens").body(dispatch, call).toString())
                .isEqualTo(
                        "{\"temperature\":0.2,\"n\":2,\"model\":\"small\",\"stream\":false,\"metadata\":{\"a\":\"b\"},"
                                + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_completion_tokens\":50}");
    }

    @Test
    void shouldAskForTheCountsOfAStream() {
        dispatch.getRequest().setStream(true);

        assertThat(api("max_tokens").body(dispatch, call).toString())
                .isEqualTo(
                        "{\"model\":\"small\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":50,"
                                + "\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "\"x\"", "[1]", "null"})
    void shouldAskForTheCountsOfAStreamWhateverTheCallerWroteThere(String streamOptions) {
        dispatch.getRequest().setStream(true);
        dispatch.getRequest().setParams("{\"stream_options\":" + streamOptions + "}");

        assertThat(api("max_tokens").body(dispatch, call).get("stream_options").toString())
                .isEqualTo("{\"include_usage\":true}");
    }

    @Test
    void shouldSendTheKeyAndAnIdThatNoOtherCallHas() {
        dispatch.setTeam("Größe");

        HttpRequest request = api("max_tokens").request(dispatch, call, Trace.NONE);

        assertThat(request.uri()).isEqualTo(URI.create("https://host/v1/chat/completions"));
        assertThat(request.headers().firstValue("authorization")).contains("Bearer secret");
        assertThat(request.headers().firstValue("x-request-id")).contains("Gr%C3%B6%C3%9Fe/r1#2");
    }

    @Test
    void shouldCarryTheTraceOn() {
        Trace trace = Trace.of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "vendor=1");

        HttpRequest request = api("max_tokens").request(dispatch, call, trace);

        assertThat(request.headers().firstValue("traceparent"))
                .contains("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        assertThat(request.headers().firstValue("tracestate")).contains("vendor=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00-xyz", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nx: y"})
    void shouldNotCarryOnWhatIsNoTrace(String parent) {
        assertThat(Trace.of(parent, "vendor=1")).isEqualTo(Trace.NONE);
    }

    @Test
    void shouldSendNoKeyWhereThereIsNone() {
        HttpRequest request = new OpenAiApi(settings("max_tokens", null)).request(dispatch, call, Trace.NONE);

        assertThat(request.headers().firstValue("authorization")).isEmpty();
    }

    @Test
    void shouldRefuseWhatIsNotAListOfMessages() {
        dispatch.getRequest().setMessages("{}");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> api("max_tokens").request(dispatch, call, Trace.NONE))
                .withMessage("messages must be an array of chat messages");
    }

    @Test
    void shouldNotShowTheKey() {
        assertThat(settings("max_tokens", "secret")).hasToString("openai at https://host/v1");
    }

    private static OpenAiApi api(String outputCapField) {
        return new OpenAiApi(settings(outputCapField, "secret"));
    }

    private static ProviderSettings settings(String outputCapField, @Nullable String key) {
        return new ProviderSettings(
                "openai", Dialect.OPENAI, URI.create("https://host/v1"), key, 4, Duration.ofSeconds(5), outputCapField);
    }
}
