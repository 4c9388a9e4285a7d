package dev.turnpike.router.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.router.decision.Prompt;
import dev.turnpike.schemas.event.LlmRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptReaderTest {

    private static final String HI = "[{\"role\":\"user\",\"content\":\"hi\"}]";
    private static final long OVERHEAD = 128;

    @Test
    void shouldBoundTextByItsBytesAndWhatTemplatesAdd() {
        // "user" and "hi", and once more with characters of two, three and four bytes
        assertThat(read(HI, null).mostInputTokens()).isEqualTo(OVERHEAD + 8 + 4 + 2);
        assertThat(read("[{\"role\":\"user\",\"content\":\"é€😀\"}]", null).mostInputTokens())
                .isEqualTo(OVERHEAD + 8 + 4 + 9);
    }

    @Test
    void shouldCountTextPartsToolCallsAndNames() {
        var calls = "[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]";
        var messages = "[{\"role\":\"user\",\"name\":\"ann\",\"content\":[{\"type\":\"text\",\"text\":\"hello\"}]},"
                + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":" + calls + "},"
                + "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"done\"}]";

        var prompt = read(messages, null);

        assertThat(prompt.invalid()).isNull();
        assertThat(prompt.unbounded()).isNull();
        assertThat(prompt.mostInputTokens())
                .isEqualTo(OVERHEAD
                        + (8 + "user".length() + "ann".length() + 4 + "hello".length())
                        + (8 + "assistant".length() + calls.length())
                        + (8 + "tool".length() + "c1".length() + "done".length()));
    }

    @Test
    void shouldCountToolsAndFormatsAsInput() {
        var params = "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],"
                + "\"response_format\":{\"type\":\"json_object\"}}";

        var prompt = read(HI, params);

        assertThat(prompt.tools()).isTrue();
        assertThat(prompt.json()).isTrue();
        assertThat(prompt.unbounded()).isNull();
        assertThat(prompt.mostInputTokens()).isEqualTo(read(HI, null).mostInputTokens() + params.length() + 1_024);
    }

    @Test
    void shouldTakeTheSmallerOfBothOutputCapsAndTheChoices() {
        var prompt = read(HI, "{\"max_tokens\":300,\"max_completion_tokens\":200,\"n\":3}");

        assertThat(prompt.outputCap()).isEqualTo(200);
        assertThat(prompt.choices()).isEqualTo(3);
    }

    @Test
    void shouldExpectAboutATokenForFourBytes() {
        assertThat(read("[{\"role\":\"user\",\"content\":\"" + "a".repeat(4_000) + "\"}]", null)
                        .likelyInputTokens())
                .isEqualTo(1_001);
    }

    @Test
    void shouldBoundAnImageByItsSizeAndNotByItsBytes() {
        var small = read(withImage(dataUrl(600, 700)), null);
        var large = read(withImage(dataUrl(2_000, 1_000)), null);

        assertThat(small.vision()).isTrue();
        assertThat(small.unbounded()).isNull();
        // 768 x 768 after enlarging: four tiles
        assertThat(small.mostInputTokens()).isEqualTo(OVERHEAD + 8 + 4 + 4 + 2_833 + 4 * 5_667);
        // 2,000 x 1,000: four by two
        assertThat(large.mostInputTokens()).isEqualTo(OVERHEAD + 8 + 4 + 4 + 2_833 + 8 * 5_667);
    }

    @Test
    void shouldNotBoundAnImageOfUnknownSize() {
        assertThat(read(withImage("https://example.com/cat.png"), null).unbounded())
                .isEqualTo("messages[0].content[0]: an image of unknown size");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"tools":[{"type":"web_search"}]} | params.tools[0]: a tool of type web_search
                    {"tools":[{"name":"f"}]}          | params.tools[0]: a tool of type
                    {"web_search_options":{}}         | params.web_search_options
                    {"modalities":["text","audio"]}   | params.modalities
                    {"plugins":[]}                    | params.plugins
                    {"n":0}                           | params.n: not a whole number from 1 to 128
                    {"n":1.5}                         | params.n: not a whole number from 1 to 128
                    {"n":"2"}                         | params.n: not a whole number from 1 to 128
                    {"n":4294967298}                  | params.n: not a whole number from 1 to 128
                    """)
    void shouldNotBoundParametersThatCostTokensOfTheirOwn(String params, String what) {
        assertThat(read(HI, params).unbounded().strip()).isEqualTo(what);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    [{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}] | messages[0].content[0]
                    [{"role":"user","content":[{"text":"no type"}]}]                      | messages[0].content[0]
                    [{"role":"assistant","audio":{"id":"a1"}}]                            | messages[0].audio
                    """)
    void shouldNotBoundContentThatIsNotKnown(String messages, String what) {
        assertThat(read(messages, null).unbounded()).isEqualTo(what);
    }

    @Test
    void shouldTakeHarmlessParametersAndNullsForWhatTheyAre() {
        assertThat(read(HI, "{\"temperature\":0.2,\"seed\":1,\"plugins\":null,\"max_tokens\":null,\"n\":null}"))
                .satisfies(prompt -> {
                    assertThat(prompt.unbounded()).isNull();
                    assertThat(prompt.invalid()).isNull();
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "[1]", "\"hi\"", "[{]", ""})
    void shouldSayWhatIsWrongWithMessages(String messages) {
        assertThat(read(messages, null).invalid()).startsWith("messages");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "1", "{\"max_tokens\":0}", "{\"max_tokens\":\"many\"}", "{\"max_tokens\":1.5}"})
    void shouldSayWhatIsWrongWithParams(String params) {
        assertThat(read(HI, params).invalid()).startsWith("params");
    }

    private static Prompt read(String messages, String params) {
        var request = LlmRequest.newBuilder()
                .setRequestId("r1")
                .setTeam("search")
                .setMessages(messages)
                .setParams(params)
                .build();
        return PromptReader.read(request);
    }

    private static String withImage(String url) {
        return "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + "\"}}]}]";
    }

    private static String dataUrl(int width, int height) {
        byte[] png = ("\u0089PNG\r\n\u001a\n\0\0\0\rIHDR" + number(width) + number(height) + "x".repeat(90_000))
                .getBytes(StandardCharsets.ISO_8859_1);
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    }

    private static String number(int value) {
        return new String(new char[] {
            (char) (value >>> 24), (char) (value >>> 16 & 0xff), (char) (value >>> 8 & 0xff), (char) (value & 0xff)
        });
    }
}
