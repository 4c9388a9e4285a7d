package dev.turnpike.sink.provider.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.sink.provider.execution.Counts;
import dev.turnpike.sink.provider.execution.Outcome;
import dev.turnpike.sink.provider.execution.Outcome.Answered;
import dev.turnpike.sink.provider.execution.Outcome.Timing;
import dev.turnpike.sink.provider.execution.Outcome.Unknown;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OpenAiReaderTest {

    private static final String ROLE = "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":"
            + "[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hel\"},\"finish_reason\":null}]}";
    private static final String END = "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":"
            + "[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}";
    private static final String USAGE =
            "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[],"
                    + "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}";

    private final List<String> chunks = new ArrayList<>();
    private final AtomicLong elapsed = new AtomicLong(10);
    private final OpenAiReader reader = new OpenAiReader(700, 40, chunks::add, chunk -> {}, elapsed::get);

    @Test
    void shouldReadAllCountsOfAnAnswer() {
        Outcome outcome = reader.whole("{\"choices\":[{\"message\":{\"content\":\"hi\"}}],\"service_tier\":\"flex\","
                + "\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":20,\"cost\":0.003,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":60},"
                + "\"completion_tokens_details\":{\"reasoning_tokens\":15}}}");

        assertThat(outcome).isInstanceOfSatisfying(Answered.class, answered -> {
            assertThat(answered.counts()).isEqualTo(new Counts(100, 60, 0, 0, 20, 15, "flex", 0.003, false));
            assertThat(answered.timing()).isEqualTo(new Timing(10, null));
        });
    }

    @Test
    void shouldReadWhatGatewaysSayAboutInputWrittenToACache() {
        Outcome router = reader.whole("{\"choices\":[],\"usage\":{\"prompt_tokens\":90,\"completion_tokens\":1,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":30,\"cache_write_tokens\":20}}}");
        Outcome proxy = reader.whole("{\"choices\":[],\"usage\":{\"prompt_tokens\":90,\"completion_tokens\":1,"
                + "\"cache_creation_input_tokens\":20,\"prompt_tokens_details\":{\"cached_tokens\":30}}}");

        for (Outcome outcome : List.of(router, proxy)) {
            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            Answered.class,
                            answered -> assertThat(answered.counts())
                                    .isEqualTo(new Counts(90, 30, 20, 0, 1, 0, null, null, false)));
        }
    }

    @Test
    void shouldCallTheDefaultTierByNoName() {
        Outcome outcome = reader.whole("{\"choices\":[],\"service_tier\":\"default\","
                + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}");

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(answered.counts().serviceTier()).isNull());
    }

    @Test
    void shouldCountEveryByteAndTheWholeInputWhereTheProviderDoesNotCount() {
        // the choice as JSON text has 18 bytes
        Outcome outcome = reader.whole("{\"choices\":[{\"text\":\"Grüße\"}]}");

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(answered.counts()).isEqualTo(Counts.local(700, 18, null)));
    }

    @Test
    void shouldNotCountMoreThanTheCapAllowed() {
        Outcome outcome = reader.whole("{\"choices\":[{\"text\":\"" + "x".repeat(500) + "\"}]}");

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(answered.counts()).isEqualTo(Counts.local(700, 40, null)));
    }

    @Test
    void shouldNotTakeAnotherTextForAnAnswer() {
        assertThat(reader.whole("<html>hello</html>")).isInstanceOf(Unknown.class);
        assertThat(reader.whole("{\"error\":{\"message\":\"oh\"}}")).isInstanceOf(Unknown.class);
    }

    @Test
    void shouldHandOnChunksAsTheyComeAndPutThemTogether() {
        stream(ROLE, END, USAGE, "[DONE]");

        Outcome outcome = reader.endOfStream();

        assertThat(chunks).containsExactly(ROLE, END);
        assertThat(outcome).isInstanceOfSatisfying(Answered.class, answered -> {
            assertThat(answered.response())
                    .contains("\"object\":\"chat.completion\"", "\"content\":\"Hello\"", "\"finish_reason\":\"stop\"");
            assertThat(answered.counts()).isEqualTo(new Counts(9, 0, 0, 0, 2, 0, null, null, false));
        });
    }

    @Test
    void shouldHandOnTheCountsToCallersWhoAskedForThem() {
        OpenAiReader asked = new OpenAiReader(700, 40, chunks::add, chunks::add, elapsed::get);

        asked.line("data: " + USAGE);

        assertThat(chunks).containsExactly(USAGE);
    }

    @Test
    void shouldKnowWhenTheFirstTokenCame() {
        elapsed.set(80);
        stream(ROLE);
        elapsed.set(300);
        stream(END, USAGE, "[DONE]");

        assertThat(reader.endOfStream())
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(answered.timing()).isEqualTo(new Timing(300, 80L)));
    }

    @Test
    void shouldCountAStreamThatEndedWithoutCounts() {
        stream(ROLE, END, "[DONE]");

        assertThat(reader.endOfStream())
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(answered.counts().isLocal()).isTrue());
    }

    @Test
    void shouldNotTakeAStreamThatStopsForAnAnswer() {
        stream(ROLE);

        assertThat(reader.endOfStream()).isEqualTo(new Unknown("the stream ended before the answer did", true));
    }

    @Test
    void shouldTakeAStreamForWholeThatIsCutBehindItsCounts() {
        stream(ROLE, END, USAGE);

        assertThat(reader.cut("reset")).isInstanceOf(Answered.class);
    }

    @Test
    void shouldSayWhetherAnythingWasHeardBeforeTheCut() {
        assertThat(reader.cut("reset")).isEqualTo(new Unknown("reset", false));
    }

    @Test
    void shouldNotKnowTheCostOfAStreamWithAnErrorInIt() {
        stream(ROLE, "{\"error\":{\"message\":\"overloaded\"}}");

        assertThat(reader.endOfStream()).isInstanceOfSatisfying(Unknown.class, unknown -> {
            assertThat(unknown.wasHeard()).isTrue();
            assertThat(unknown.reason()).contains("overloaded");
        });
    }

    @Test
    void shouldPassOverCommentsAndEmptyLines() {
        reader.line(": keep-alive");
        reader.line("");
        reader.line("event: message");

        assertThat(reader.cut("reset")).isEqualTo(new Unknown("reset", false));
    }

    @Test
    void shouldPutTheCallsOfToolsTogetherByTheirIndex() {
        stream(
                delta("{\"role\":\"assistant\",\"tool_calls\":[{\"index\":0,\"id\":\"t0\",\"function\":"
                        + "{\"name\":\"find\",\"arguments\":\"{\\\"a\\\"\"}}]}"),
                delta(
                        "{\"tool_calls\":[{\"index\":1,\"id\":\"t1\",\"function\":{\"name\":\"get\",\"arguments\":\"{}\"}}]}"),
                delta("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\":1}\"}}]}"),
                END,
                USAGE);

        assertThat(reader.endOfStream())
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(answered.response())
                                .contains("{\"name\":\"find\",\"arguments\":\"{\\\"a\\\":1}\"}")
                                .contains("{\"name\":\"get\",\"arguments\":\"{}\"}"));
    }

    private static String delta(String delta) {
        return "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":" + delta + "}]}";
    }

    private void stream(String... events) {
        for (String event : events) {
            reader.line("data: " + event);
        }
    }
}
