package dev.turnpike.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnpike.schemas.event.LlmRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AskedTest {

    private static final Holder ANN = new Holder("hash", "search", "ann");
    private static final Holder TEAM = new Holder("hash", "search", null);
    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    @Test
    void shouldKeepEverythingThatHasNoFieldOfItsOwnAsItCame() {
        LlmRequest request = read(
                ANN,
                "{\"model\":\"auto\"," + MESSAGES + ",\"stream\":false,\"temperature\":0.10,\"n\":2,"
                        + "\"seed\":12345678901234567890,\"tools\":[{\"type\":\"function\"}],\"unheard_of\":null}",
                Map.of());

        assertThat(request.getMessages()).isEqualTo("[{\"role\":\"user\",\"content\":\"hi\"}]");
        assertThat(request.getParams())
                .isEqualTo("{\"temperature\":0.10,\"n\":2,\"seed\":12345678901234567890,"
                        + "\"tools\":[{\"type\":\"function\"}],\"unheard_of\":null}");
    }

    @Test
    void shouldCarryMetadataAlongAndLeaveItToTheProviderToo() {
        LlmRequest request = read(ANN, body("\"metadata\":{\"team\":\"other\",\"k\":\"v\"}"), Map.of());

        assertThat(request.getTeam()).isEqualTo("search");
        assertThat(request.getMetadata()).isEqualTo("{\"team\":\"other\",\"k\":\"v\"}");
        assertThat(request.getParams()).isEqualTo("{\"metadata\":{\"team\":\"other\",\"k\":\"v\"}}");
    }

    @Test
    void shouldTakeTheUserFromTheBodyOnlyWhereTheKeyIsNobodysInParticular() {
        assertThat(read(TEAM, body("\"user\":\"bob\""), Map.of()).getUser()).isEqualTo("bob");
        assertThat(read(TEAM, body("\"n\":1"), Map.of()).getUser()).isNull();
        assertThat(read(ANN, body("\"user\":\"bob\""), Map.of()).getUser()).isEqualTo("ann");
    }

    @Test
    void shouldTakeWhatOnlyTurnpikeKnowsFromHeaders() {
        LlmRequest request = read(
                ANN,
                body("\"n\":1"),
                Map.of(
                        "x-turnpike-task-id", "t1",
                        "x-turnpike-task-type", "code",
                        "x-turnpike-conversation-id", "c1",
                        "x-turnpike-quality-floor", "0.8",
                        "x-turnpike-difficulty", "0.25",
                        "x-turnpike-tags", "feature=search+more, place=K%C3%B6ln",
                        "x-turnpike-regions", "EU, us"));

        assertThat(request.getTaskId()).isEqualTo("t1");
        assertThat(request.getTaskType()).isEqualTo("code");
        assertThat(request.getConversationId()).isEqualTo("c1");
        assertThat(request.getQualityFloor()).isEqualTo(0.8);
        assertThat(request.getDifficulty()).isEqualTo(0.25);
        assertThat(request.getTags()).isEqualTo(Map.of("feature", "search+more", "place", "Köln"));
        assertThat(request.getRequires().getRegions()).isEqualTo(List.of("eu", "us"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nonsense                                         | the body is not JSON that is taken: Unrecognized token",
                "[]                                               | the body must be a JSON object",
                "{} {}                                            | the body is not JSON that is taken: Trailing token",
                "{'model':'a','model':'b'}                        | the body is not JSON that is taken: Duplicate",
                "{'messages':[{}]}                                | model: must be auto, an alias or a model",
                "{'model':7,'messages':[{}]}                      | model: must be a text",
                "{'model':'auto'}                                 | messages: must be an array of at least one message",
                "{'model':'auto','messages':[]}                   | messages: must be an array of at least one message",
                "{'model':'auto','messages':[{}],'stream':'yes'}  | stream: must be true or false",
                "{'model':'auto','messages':[{}],'team':'other'}  | team: comes from the key; leave it out",
                "{'model':'auto','messages':[{}],'metadata':'m'}  | metadata: must be an object",
            })
    void shouldRefuseWhatIsNoChatCompletion(String body, String problem) {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> read(ANN, body.replace('\'', '"'), Map.of()))
                .satisfies(refused -> assertThat(refused.refusal().status()).isEqualTo(400))
                .withMessageStartingWith(problem);
    }

    @Test
    void shouldRefuseWhatIsNestedWithoutEnd() {
        String deep = "[".repeat(5_000) + "]".repeat(5_000);

        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> read(ANN, body("\"tools\":" + deep), Map.of()))
                .withMessageContaining("nesting depth");
    }

    @ParameterizedTest
    @CsvSource({
        "x-turnpike-quality-floor, 80, header x-turnpike-quality-floor: must be a number from 0 to 1",
        "x-turnpike-difficulty, hard, header x-turnpike-difficulty: must be a number from 0 to 1",
        "x-turnpike-tags, feature, header x-turnpike-tags: must be name=value",
        "x-turnpike-tags, a=%zz, header x-turnpike-tags: a percent sign",
        "x-turnpike-qualty-floor, 0.8, header x-turnpike-qualty-floor: is not known; there are x-turnpike-conv",
    })
    void shouldRefuseHeadersThatAreNotRight(String name, String value, String problem) {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> read(ANN, body("\"n\":1"), Map.of(name, value)))
                .withMessageStartingWith(problem);
    }

    private static String body(String more) {
        return "{\"model\":\"auto\"," + MESSAGES + "," + more + "}";
    }

    private static LlmRequest read(Holder holder, String body, Map<String, String> headers) {
        return Asked.read(body.getBytes(StandardCharsets.UTF_8), headers, holder, "r1")
                .request();
    }
}
