package dev.turnpike.sink.provider.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cluster.Damage;
import dev.turnpike.sink.provider.execution.Outcome;
import dev.turnpike.sink.provider.execution.Outcome.Answered;
import dev.turnpike.sink.provider.execution.Outcome.Unknown;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a provider answers: it is an answer, or its cost is not known, and a reason says why. */
class AnswerFuzzTest {

    private static final int EACH = 2_000;
    private static final List<String> OPENAI = List.of(
            "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":"
                    + "{\"role\":\"assistant\",\"content\":\"Hel\"},\"finish_reason\":null}]}",
            "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\",\"tool_calls\":[{\"index\":0,\"id\":\"t\","
                    + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"stop\"}]}",
            "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"cost\":0.1}}",
            "",
            "data: [DONE]");
    private static final List<String> ANTHROPIC = List.of(
            "data: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"model\":\"claude\",\"usage\":{\"input_tokens\":20,"
                    + "\"cache_creation_input_tokens\":300,\"cache_read_input_tokens\":50,\"output_tokens\":1}}}",
            "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\"}}",
            "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}}",
            "data: {\"type\":\"content_block_stop\",\"index\":0}",
            "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":12}}",
            "data: {\"type\":\"message_stop\"}");
    private static final List<String> WHOLE = List.of(
            "{\"choices\":[{\"message\":{\"content\":\"hi\"}}],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":20,"
                    + "\"prompt_tokens_details\":{\"cached_tokens\":60}}}",
            "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}],\"stop_reason\":\"end_turn\","
                    + "\"usage\":{\"input_tokens\":5,\"output_tokens\":7}}");

    static IntStream seeds() {
        return Damage.seeds(EACH);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldAnswerOrSayWhyNot(int seed) {
        Damage damage = new Damage(seed);
        int answered = 0;
        for (int i = 0; i < EACH; i++) {
            int kind = damage.random().nextInt(2);
            List<String> lines = (kind == 0 ? OPENAI : ANTHROPIC)
                    .stream()
                            .map(line -> damage.random().nextInt(6) == 0 ? damage.of(line) : line)
                            .toList();
            String body = damage.of(WHOLE.get(kind));
            String described = "seed " + seed + ": " + body + " or " + String.join("\n", lines);
            Outcome outcome;
            try {
                AnswerReader reader = reader(kind);
                if (damage.random().nextInt(3) == 0) {
                    outcome = reader.whole(body);
                } else {
                    lines.forEach(reader::line);
                    outcome = damage.random().nextInt(8) == 0 ? reader.cut("cut") : reader.endOfStream();
                }
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError(described, e);
            }
            if (outcome instanceof Answered) {
                answered++;
            } else {
                assertThat(outcome)
                        .as(described)
                        .isInstanceOfSatisfying(
                                Unknown.class,
                                unknown -> assertThat(unknown.reason())
                                        .isNotBlank()
                                        .hasLineCount(1));
            }
        }
        assertThat(answered).as("seed %d: some are still whole", seed).isBetween(1, EACH - 1);
    }

    private static AnswerReader reader(int kind) {
        OpenAiReader reader = new OpenAiReader(700, 40, chunk -> {}, chunk -> {}, () -> 10);
        return kind == 0 ? reader : new AnthropicReader(reader, new AnthropicAnswer(1_700));
    }
}
