package dev.turnpike.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.Headers;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.models.Model;
import dev.turnpike.gateway.Scene.OpenDoor;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.LlmRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** OpenAI's own client against the whole system: only its base URL and its key are ours. */
@ExtendWith(OneScene.class)
class OpenAiClientIT {

    private static Scene scene;
    private static OpenDoor door;
    private static OpenAIClient client;

    @BeforeAll
    static void open(Scene set) {
        scene = set;
        door = scene.door(Map.of());
        client = client(scene.key("search", "ann", door));
    }

    @AfterAll
    static void close() {
        client.close();
    }

    @Test
    void shouldAnswerAndBookTheSpendUnderTheTeamOfTheKey() throws Exception {
        // when
        Answered response = ask(
                client,
                hello().putAdditionalHeader("x-turnpike-task-type", "greeting")
                        .putAdditionalHeader("x-turnpike-tags", "feature=door, place=K%C3%B6ln")
                        .temperature(0.5)
                        .build());
        ChatCompletion completion = response.completion();

        // then
        assertThat(completion.choices().get(0).message().content().orElseThrow())
                .startsWith("the token flows");
        assertThat(completion.usage().orElseThrow().completionTokens()).isPositive();
        assertThat(response.header("x-turnpike-model")).isEqualTo("acme/small");
        assertThat(response.header("x-turnpike-reason")).contains("cheapest per completed task");
        assertThat(Double.parseDouble(response.header("x-turnpike-cost-usd"))).isPositive();
        String id = response.header("x-request-id");
        LlmRequest request = request(id);
        assertThat(request.getTeam()).isEqualTo("search");
        assertThat(request.getUser()).isEqualTo("ann");
        assertThat(request.getTaskType()).isEqualTo("greeting");
        assertThat(request.getTags()).isEqualTo(Map.of("feature", "door", "place", "Köln"));
        assertThat(request.getParams()).contains("\"temperature\":0.5").doesNotContain("messages");
        await().untilAsserted(() -> assertThat(scene.api("/api/v1/spend?team=search&by=task_type"))
                .containsPattern("\"value\":\"greeting\",\"nano_usd\":[1-9]"));
    }

    @Test
    void shouldStreamAnAnswerInOrderAndEndWithItsUsage() {
        ChatCompletionCreateParams params = hello().streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .putAdditionalBodyProperty("metadata", JsonValue.from(Map.of("trace_output_tokens", "100")))
                .build();

        List<ChatCompletionChunk> chunks = new ArrayList<>();
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params)) {
            stream.stream().map(whole::accumulate).forEach(chunks::add);
        }

        assertThat(chunks).hasSizeGreaterThan(10);
        String text =
                whole.chatCompletion().choices().get(0).message().content().orElseThrow();
        assertThat(text.split(" ")).hasSize(100).startsWith("the", "token", "flows", "along", "this", "pike");
        ChatCompletionChunk last = chunks.get(chunks.size() - 1);
        assertThat(last.usage().orElseThrow().completionTokens()).isEqualTo(100);
        assertThat(last._additionalProperties().get("turnpike").toString())
                .contains("model=acme/small", "cost_usd=0.000");
    }

    @Test
    void shouldCallAToolAndTakeItsResult() {
        ChatCompletionCreateParams.Builder params = withTool(hello());

        ChatCompletionMessage message = client.chat()
                .completions()
                .create(params.build())
                .choices()
                .get(0)
                .message();

        ChatCompletionMessageFunctionToolCall call =
                message.toolCalls().orElseThrow().get(0).asFunction();
        assertThat(call.function().name()).isEqualTo("weather");
        assertThat(call.function().arguments()).matches("\\{\"city\":\"[a-z]+\",\"days\":\\d+}");

        params.addMessage(message);
        params.addMessage(com.openai.models.chat.completions.ChatCompletionToolMessageParam.builder()
                .toolCallId(call.id())
                .content("rain")
                .build());
        ChatCompletion second = client.chat().completions().create(params.build());
        assertThat(second.choices().get(0).message().content().orElseThrow()).startsWith("the token");
    }

    @Test
    void shouldStreamAToolCall() {
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(withTool(hello()).build())) {
            stream.stream().forEach(whole::accumulate);
        }

        ChatCompletion.Choice choice = whole.chatCompletion().choices().get(0);
        assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        assertThat(choice.message()
                        .toolCalls()
                        .orElseThrow()
                        .get(0)
                        .asFunction()
                        .function()
                        .arguments())
                .matches("\\{\"city\":\"[a-z]+\",\"days\":\\d+}");
    }

    @Test
    void shouldListWhatTheTeamMayUse() {
        assertThat(client.models().list().data().stream().map(Model::id))
                .containsExactly("auto", "acme/large", "acme/small", "house-model");
        OpenAIClient other = client(scene.key("small-only", null, door));
        assertThat(other.models().list().data().stream().map(Model::id)).containsExactly("auto", "acme/small");
    }

    @Test
    void shouldServeTheModelOfAnAlias() {
        Answered response = ask(client, hello().model("house-model").build());

        assertThat(response.header("x-turnpike-model")).isEqualTo("acme/large");
        assertThat(response.completion().model()).isEqualTo("large");
    }

    @Test
    void shouldTellTheClientWhyItIsRefused() {
        assertThatThrownBy(() -> ask(client("tp-nobody")))
                .isInstanceOf(UnauthorizedException.class)
                .hasMessageContaining("the key is not known");
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(hello().model("gpt-0").build()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("gpt-0");
        OpenAIClient thrifty = client(scene.key("one-call", "bob", door));
        ask(thrifty);
        assertThatThrownBy(() -> ask(thrifty)).isInstanceOfSatisfying(RateLimitException.class, refused -> {
            assertThat(refused.code()).contains("budget-exhausted");
            assertThat(refused.getMessage()).contains("budget one-an-hour");
            assertThat(Long.parseLong(refused.headers().values("retry-after").get(0)))
                    .isBetween(1L, 3_600L);
        });
        assertThatThrownBy(() -> ask(client(scene.key("small-only", null, door))))
                .isInstanceOfSatisfying(
                        BadRequestException.class,
                        refused -> assertThat(refused.code()).contains("scope-missing"));
    }

    @Test
    void shouldTakeTheUserFromTheBodyWhereTheKeyIsTheTeams() {
        OpenAIClient team = client(scene.key("small-only", null, door));
        Answered response = ask(team, hello().user("carol").build());

        assertThat(request(response.header("x-request-id")).getUser()).isEqualTo("carol");
    }

    private static OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder().baseUrl(door.url()).apiKey(key).build();
    }

    private record Answered(ChatCompletion completion, Headers headers) {

        String header(String name) {
            return headers.values(name).get(0);
        }
    }

    private static Answered ask(OpenAIClient client, ChatCompletionCreateParams params) {
        try (HttpResponseFor<ChatCompletion> response =
                client.chat().completions().withRawResponse().create(params)) {
            return new Answered(response.parse(), response.headers());
        }
    }

    private static void ask(OpenAIClient client) {
        client.chat().completions().create(hello().build());
    }

    private static ChatCompletionCreateParams.Builder hello() {
        return ChatCompletionCreateParams.builder().model("auto").addUserMessage("hello");
    }

    private static ChatCompletionCreateParams.Builder withTool(ChatCompletionCreateParams.Builder params) {
        return params.addFunctionTool(FunctionDefinition.builder()
                .name("weather")
                .parameters(FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty(
                                "properties",
                                JsonValue.from(
                                        Map.of("city", Map.of("type", "string"), "days", Map.of("type", "integer"))))
                        .putAdditionalProperty("required", JsonValue.from(List.of("city", "days")))
                        .build())
                .build());
    }

    private static LlmRequest request(String id) {
        return scene.read(Topics.REQUESTS).stream()
                .filter(request -> request.getRequestId().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
