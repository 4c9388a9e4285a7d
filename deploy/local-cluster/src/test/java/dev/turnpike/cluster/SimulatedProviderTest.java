package dev.turnpike.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnpike.cluster.SimulatedProvider.Options;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatedProviderTest {

    private static final Options AT_ONCE = new Options(0, 7, 0, Map.of());
    private static final String HELLO = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]%s}";

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void shouldAnswerTheSameToTheSameMessagesUnderTheSameSeed() throws Exception {
        String once = complete(AT_ONCE, HELLO.formatted("")).body();
        String again = complete(AT_ONCE, HELLO.formatted("")).body();
        String otherSeed =
                complete(new Options(0, 8, 0, Map.of()), HELLO.formatted("")).body();

        assertThat(again).isEqualTo(once);
        assertThat(otherSeed).isNotEqualTo(once);
    }

    @Test
    void shouldFollowWhatTheCallStatesUpToItsCap() throws Exception {
        String metadata = ",\"metadata\":{\"trace_output_tokens\":\"9\",\"trace_reasoning_tokens\":\"4\"}";

        assertThat(complete(AT_ONCE, HELLO.formatted(metadata)).body())
                .contains("\"completion_tokens\":9", "\"reasoning_tokens\":4", "\"finish_reason\":\"stop\"");
        assertThat(complete(AT_ONCE, HELLO.formatted(metadata + ",\"max_completion_tokens\":3"))
                        .body())
                .contains("\"completion_tokens\":3", "\"finish_reason\":\"length\"");
        assertThat(complete(AT_ONCE, HELLO.formatted(metadata + ",\"max_tokens\":3,\"n\":2"))
                        .body())
                .contains("\"completion_tokens\":6");
    }

    @Test
    void shouldEndAStreamWithItsCountsOnlyWhereTheCallAsksForThem() throws Exception {
        String asked = complete(
                        AT_ONCE, HELLO.formatted(",\"stream\":true,\"stream_options\":{\"include_usage\":true}"))
                .body();
        String notAsked = complete(AT_ONCE, HELLO.formatted(",\"stream\":true")).body();

        assertThat(asked).contains("\"choices\":[],\"usage\":{").endsWith("data: [DONE]\n\n");
        assertThat(notAsked).doesNotContain("usage").endsWith("data: [DONE]\n\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "{}", "{\"model\":\"m\",\"messages\":[]}", "{\"messages\":[{}]}"})
    void shouldRefuseWhatIsNoChatCompletion(String body) throws Exception {
        HttpResponse<String> response = complete(AT_ONCE, body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("invalid_request_error");
    }

    @Test
    void shouldFailEveryCallOfAModelWithAFault() throws Exception {
        HttpResponse<String> response = complete(AT_ONCE.withFault("m", "error_500"), HELLO.formatted(""));

        assertThat(response.statusCode()).isEqualTo(500);
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void shouldCallATool(boolean stream) throws Exception {
        String tools =
                ",\"stream\":" + stream + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\","
                        + "\"parameters\":{\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"]}}}]";

        String called = complete(AT_ONCE, HELLO.formatted(tools)).body();
        assertThat(called).contains("\"name\":\"weather\"", "\"finish_reason\":\"tool_calls\"");
        assertThat(called).contains(stream ? "\"arguments\":\"" : "\"arguments\":\"{\\\"city\\\":\\\"");

        assertThat(complete(AT_ONCE, HELLO.formatted(tools + ",\"tool_choice\":\"none\""))
                        .body())
                .contains("\"finish_reason\":\"stop\"")
                .doesNotContain("weather");
    }

    @Test
    void shouldListModels() throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(AT_ONCE.withFault("broken", "error_500"))) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(provider.url() + "/models"))
                    .build();

            assertThat(http.send(request, BodyHandlers.ofString()).body())
                    .contains("\"id\":\"broken\"", "\"id\":\"simulated\"");
        }
    }

    @Test
    void shouldSayThatItsPortIsTaken() {
        try (SimulatedProvider provider = SimulatedProvider.start(AT_ONCE)) {
            int port = URI.create(provider.url()).getPort();

            assertThatExceptionOfType(ClusterException.class)
                    .isThrownBy(() -> SimulatedProvider.start(new Options(port, 1, 1, Map.of())))
                    .withMessageContaining("simulated provider port " + port);
        }
    }

    private HttpResponse<String> complete(Options options, String body) throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(options)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(provider.url() + "/chat/completions"))
                    .POST(BodyPublishers.ofString(body))
                    .build();
            return http.send(request, BodyHandlers.ofString());
        }
    }
}
