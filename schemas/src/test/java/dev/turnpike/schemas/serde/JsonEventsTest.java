package dev.turnpike.schemas.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Outcome;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.UsageReport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonEventsTest {

    private static final String USAGE =
            "\"usage_id\":\"u1\",\"source\":\"gateway\",\"team\":\"search\",\"model\":\"gpt-5\",\"occurred_at\":7";

    @Test
    void shouldReadTheMinimalRequestOfTheContract() {
        LlmRequest request = JsonEvents.read(
                LlmRequest.class,
                "{\"request_id\":\"r1\",\"team\":\"search\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");

        assertThat(request)
                .isEqualTo(LlmRequest.newBuilder()
                        .setRequestId("r1")
                        .setTeam("search")
                        .setMessages("[{\"role\":\"user\",\"content\":\"hi\"}]")
                        .build());
        assertThat(request.getModel()).isEqualTo("auto");
        assertThat(request.getTags()).isEmpty();
        assertThat(request.getRequires()).isNull();
    }

    @Test
    void shouldReadAllThatARequestMaySay() {
        LlmRequest request = JsonEvents.read(LlmRequest.class, """
                {"request_id": "r1", "team": "search", "user": "ann", "task_id": null, "tags": {"env": "prod"},
                 "messages": [ ], "params": {"temperature": 0.10, "n": 12345678901234567890}, "stream": true,
                 "max_output_tokens": 9223372036854775807, "quality_floor": 1, "difficulty": 2.5e-1,
                 "requires": {"tools": true, "min_context": 8000, "regions": ["eu", "us"]},
                 "metadata": "opaque \\u00e9"}
                """);

        assertThat(request.getUser()).isEqualTo("ann");
        assertThat(request.getTaskId()).isNull();
        assertThat(request.getTags()).isEqualTo(Map.of("env", "prod"));
        assertThat(request.getMessages()).isEqualTo("[]");
        // digit by digit: nobody's numbers are rounded on the way
        assertThat(request.getParams()).isEqualTo("{\"temperature\":0.10,\"n\":12345678901234567890}");
        assertThat(request.getStream()).isTrue();
        assertThat(request.getMaxOutputTokens()).isEqualTo(Long.MAX_VALUE);
        assertThat(request.getQualityFloor()).isEqualTo(1.0);
        assertThat(request.getDifficulty()).isEqualTo(0.25);
        assertThat(request.getRequires().getTools()).isTrue();
        assertThat(request.getRequires().getVision()).isFalse();
        assertThat(request.getRequires().getMinContext()).isEqualTo(8000);
        assertThat(request.getRequires().getRegions()).isEqualTo(List.of("eu", "us"));
        assertThat(request.getMetadata()).isEqualTo("\"opaque é\"");
    }

    @Test
    void shouldGiveEachEventItsOwnDefaults() {
        LlmRequest first = JsonEvents.read(LlmRequest.class, "{\"request_id\":\"1\",\"team\":\"a\",\"messages\":[]}");
        LlmRequest second = JsonEvents.read(LlmRequest.class, "{\"request_id\":\"2\",\"team\":\"a\",\"messages\":[]}");

        first.getTags().put("env", "prod");

        assertThat(second.getTags()).isEmpty();
        assertThat(JsonEvents.read(TeamPolicy.class, "{\"team\":\"a\"}").getRouting())
                .isNotSameAs(
                        JsonEvents.read(TeamPolicy.class, "{\"team\":\"a\"}").getRouting())
                .extracting("outputCap")
                .isEqualTo(4096L);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "team":"a","messages":[]                                       | request_id: is missing; a LlmRequest needs it
            "request_id":"1","team":null,"messages":[]                     | team: must be text, not null
            "request_id":"1","team":5,"messages":[]                        | team: must be text, not 5
            "request_id":"1","team":"a","messages":null                    | messages: must not be null
            "request_id":"1","team":"a","messages":[],"tags":[]            | tags: must be an object, not an array
            "request_id":"1","team":"a","messages":[],"tags":{"k":1}       | tags.k: must be text, not 1
            "request_id":"1","team":"a","messages":[],"stream":"yes"       | stream: must be true or false, not "yes"
            "request_id":"1","team":"a","messages":[],"stream":1           | stream: must be true or false, not 1
            "request_id":"1","team":"a","messages":[],"input_tokens":1.5   | input_tokens: must be a whole number, not 1.5
            "request_id":"1","team":"a","messages":[],"input_tokens":"7"   | input_tokens: must be a whole number, not "7"
            "request_id":"1","team":"a","messages":[],"difficulty":"hard"  | difficulty: must be a number, not "hard"
            "request_id":"1","team":"a","messages":[],"difficulty":1e999   | difficulty: must be within the range of a double
            "request_id":"1","team":"a","messages":[],"requires":[]        | requires: must be an object
            "request_id":"1","team":"a","messages":[],"requires":{"regions":["eu",1]} | requires.regions.1: must be text, not 1
            "request_id":"1","team":"a","messages":[],"requires":{"tool":true}        | requires.tool: is not a field of Requires; it has tools, vision, json, min_context, regions
            "request_id":"1","team":"a","messages":[],"input_tokens":9223372036854775808 | input_tokens: must be from -9223372036854775808 to 9223372036854775807, not 9223372036854775808
            "request_id":"\\ud800","team":"a","messages":[]                | request_id: has half a surrogate pair
            "request_id":"1","team":"a","messages":["\\udc00"]             | messages: has half a surrogate pair
            """)
    void shouldNameTheFieldTheValueAndTheCure(String fields, String message) {
        assertThatThrownBy(() -> JsonEvents.read(LlmRequest.class, "{" + fields + "}"))
                .isInstanceOfSatisfying(
                        InvalidEventException.class, e -> assertThat(e.reason()).isEqualTo(DeadLetter.INVALID))
                .message()
                .startsWith(message);
    }

    @Test
    void shouldKeepToTheRangeOfAnInt() {
        assertThat(JsonEvents.read(UsageReport.class, "{" + USAGE + ",\"attempt\":2147483647}")
                        .getAttempt())
                .isEqualTo(Integer.MAX_VALUE);
        assertThatThrownBy(() -> JsonEvents.read(UsageReport.class, "{" + USAGE + ",\"attempt\":2147483648}"))
                .hasMessage("attempt: must be from -2147483648 to 2147483647, not 2147483648");
    }

    @Test
    void shouldListTheFieldsInsteadOfAnUnknownOne() {
        assertThatThrownBy(() -> JsonEvents.read(Outcome.class, "{\"team\":\"a\",\"pased\":true}"))
                .hasMessage("pased: is not a field of Outcome; it has team, request_id, task_id, score, passed,"
                        + " task_completed, evaluator, reason");
    }

    @Test
    void shouldShowForeignTextShortAndOnOneLine() {
        assertThatThrownBy(() -> JsonEvents.read(
                        Outcome.class, "{\"team\":\"a\",\"score\":\"\\n\\u001b[31m" + "x".repeat(9_000) + "\"}"))
                .message()
                .startsWith("score: must be a number, not \"  [31mxxx")
                .endsWith("x…\"")
                .hasSizeLessThan(100);
        assertThatThrownBy(() -> JsonEvents.read(Outcome.class, "{\"" + "y\\n".repeat(9_000) + "\":1}"))
                .message()
                .startsWith("y y y ")
                .doesNotContain("\n")
                .hasSizeLessThan(300);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "7",
                "{",
                "{\"team\"",
                "{\"team\":\"a\"",
                "{\"team\":\"a\"}x",
                "{\"team\":\"a\"}{\"team\":\"b\"}",
                "{\"team\":\"a\",\"team\":\"b\"}",
                "{'team':'a'}",
                "{\"team\":\"a\",}",
                "{\"team\":\"a\",\"score\":NaN}",
                "{\"team\":\"a\",\"score\":01}",
                "{\"team\":\"a\"/* comment */}"
            })
    void shouldRefuseWhatIsNotOneJsonObject(String text) {
        assertThatThrownBy(() -> JsonEvents.read(Outcome.class, text))
                .isInstanceOfSatisfying(
                        InvalidEventException.class, e -> assertThat(e.reason()).isEqualTo(DeadLetter.UNREADABLE))
                .message()
                .doesNotContain("\n");
    }

    @Test
    void shouldRefuseFieldsRepeatedWithinAPrompt() {
        // the counter of tokens and the provider might each believe another one
        assertThatThrownBy(() -> JsonEvents.read(
                        LlmRequest.class,
                        "{\"request_id\":\"1\",\"team\":\"a\",\"messages\":[{\"content\":\"a\",\"content\":\"b\"}]}"))
                .isInstanceOf(InvalidEventException.class)
                .hasMessageContaining("content");
    }

    @Test
    void shouldRefuseTextThatIsNotUtf8() {
        byte[] bytes = "{\"team\":\"?\"}".getBytes(UTF_8);
        bytes[9] = (byte) 0xff;

        assertThatThrownBy(() -> JsonEvents.read(Outcome.class, bytes))
                .isInstanceOf(InvalidEventException.class)
                .hasMessageContaining("not readable as JSON");
    }

    @Test
    void shouldRefuseWhatIsNestedTooDeep() {
        int depth = JsonEvents.MAX_DEPTH - 1;

        assertThat(JsonEvents.read(LlmRequest.class, request("[".repeat(depth) + "]".repeat(depth)))
                        .getMessages())
                .hasSize(2 * depth);
        assertThatThrownBy(() -> JsonEvents.read(LlmRequest.class, request("[".repeat(100_000) + "]".repeat(100_000))))
                .isInstanceOf(InvalidEventException.class)
                .hasMessageContaining("200");
    }

    @Test
    void shouldRefuseWhatIsTooLong() {
        byte[] bytes = new byte[JsonEvents.MAX_BYTES + 1];
        bytes[0] = '{';

        assertThatThrownBy(() -> JsonEvents.read(LlmRequest.class, bytes))
                .isInstanceOf(InvalidEventException.class)
                .hasMessage("16777217 bytes of JSON are too many; at most 16777216");
    }

    @Test
    void shouldTakeAPromptOfMegabytes() {
        String text = "x".repeat(8_000_000);

        assertThat(JsonEvents.read(LlmRequest.class, request("\"" + text + "\""))
                        .getMessages())
                .hasSize(text.length() + 2);
    }

    @Test
    void shouldWriteAllFieldsWithTheirJsonInPlace() {
        var completion = Completion.newBuilder()
                .setTeam("search")
                .setRequestId("r1")
                .setAttempt(1)
                .setSeq(0)
                .setFinal$(true)
                .setResponse("{ \"choices\": [1.50] }")
                .setStatus("ok")
                .setCostNanoUsd(5L)
                .build();

        assertThat(JsonEvents.write(completion))
                .isEqualTo("{\"team\":\"search\",\"request_id\":\"r1\",\"decision\":0,\"attempt\":1,\"seq\":0,"
                        + "\"final\":true,\"delta\":null,\"response\":{\"choices\":[1.50]},\"provider\":null,"
                        + "\"model\":null,\"status\":\"ok\",\"error\":null,\"cost_nano_usd\":5}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "{", "null", "[] []", "{\"a\":1,\"a\":2}"})
    void shouldRefuseToWriteATextThatIsNotJson(String text) {
        var request = LlmRequest.newBuilder()
                .setRequestId("r1")
                .setTeam("search")
                .setMessages(text)
                .build();

        assertThatThrownBy(() -> JsonEvents.write(request))
                .isInstanceOf(InvalidEventException.class)
                .hasMessageStartingWith("messages: must ");
    }

    @Test
    void shouldRefuseToWriteANumberThatIsNone() {
        var outcome =
                Outcome.newBuilder().setTeam("search").setScore(Double.NaN).build();

        assertThatThrownBy(() -> JsonEvents.write(outcome)).hasMessage("score: must be a finite number, not NaN");
    }

    private static String request(String messages) {
        return "{\"request_id\":\"1\",\"team\":\"a\",\"messages\":" + messages + "}";
    }
}
