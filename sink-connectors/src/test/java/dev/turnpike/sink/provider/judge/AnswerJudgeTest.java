package dev.turnpike.sink.provider.judge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerJudgeTest {

    private static final String FORMAT = """
            {"response_format": {"type": "json_schema", "json_schema": {"schema": {
              "type": "object", "required": ["name", "age"], "additionalProperties": false,
              "properties": {"name": {"type": "string"}, "age": {"type": ["integer", "null"]},
                "tags": {"type": "array", "items": {"enum": ["a", "b"]}}}}}}}""";
    private static final String TOOLS = """
            {"tools": [{"type": "function", "function": {"name": "search", "parameters": {
              "type": "object", "required": ["query"], "properties": {"query": {"type": "string"}}}}}]}""";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "I'm sorry, but I can't help with that.",
                "I cannot assist with this request.",
                "Sorry, I am unable to browse the web.",
                "I\u2019m not able to do that."
            })
    void shouldNoticeARefusal(String text) {
        assertThat(AnswerJudge.verdict(null, answer(text, "stop"))).isEqualTo("refusal");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The capital of France is Paris.",
                "Sorry seems to be the hardest word is a song by Elton John.",
                "I can do that: 42.",
                "{not asked to be JSON"
            })
    void shouldLetAnAnswerPass(String text) {
        assertThat(AnswerJudge.verdict(null, answer(text, "stop"))).isNull();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            '',        stop,           empty
            '  ',      stop,           empty
            half a se, length,         cut
            well,      content_filter, refusal
            """)
    void shouldNoticeWhatEndedBadly(String text, String reason, String verdict) {
        assertThat(AnswerJudge.verdict(null, answer(text, reason))).isEqualTo(verdict);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            {"name": "Ada", "age": 36}                 | -
            {"name": "Ada", "age": null, "tags": ["a"]}| -
            {"name": "Ada"}                            | invalid-json
            {"name": "Ada", "age": 36.5}               | invalid-json
            {"name": "Ada", "age": 36, "tags": ["c"]}  | invalid-json
            {"name": "Ada", "age": 36, "more": 1}      | invalid-json
            Here it is: {"name": "Ada", "age": 36}     | invalid-json
            """)
    void shouldHoldAnAnswerToItsFormat(String text, String verdict) {
        assertThat(AnswerJudge.verdict(FORMAT, answer(text, "stop"))).isEqualTo(verdict);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            search | {"query": "kafka"}  | -
            search | {"q": "kafka"}      | invalid-tool-call
            search | {"query":           | invalid-tool-call
            delete | {"query": "kafka"}  | invalid-tool-call
            """)
    void shouldHoldAToolCallToItsParameters(String name, String arguments, String verdict) {
        String response = """
                {"choices": [{"finish_reason": "tool_calls", "message": {"content": null, "tool_calls": [
                  {"type": "function", "function": {"name": "%s", "arguments": "%s"}}]}}]}""".formatted(name, arguments.replace("\"", "\\\""));

        assertThat(AnswerJudge.verdict(TOOLS, response)).isEqualTo(verdict);
    }

    private static String answer(String text, String reason) {
        return """
                {"choices": [{"finish_reason": "%s", "message": {"role": "assistant", "content": "%s"}}]}""".formatted(reason, text.replace("\"", "\\\""));
    }
}
