package dev.turnpike.router.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.event.LlmRequest;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class O200kCounterTest {

    // shared: it reads the ranks but once
    private static final O200kCounter COUNTER = new O200kCounter();

    @ParameterizedTest
    @ValueSource(
            strings = {"gpt-4o", "gpt-4o-mini-2024-07-18", "gpt-5.1", "o3-mini", "openai/gpt-oss-120b", "ft:gpt-4o:acme"
            })
    void shouldCoverTheFamily(String model) {
        assertThat(COUNTER.covers(model)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-4", "gpt-4-turbo", "gpt-3.5-turbo", "claude-opus-4", "o1x", "llama-3", "gpt-50"})
    void shouldCoverNothingElse(String model) {
        assertThat(COUNTER.covers(model)).isFalse();
    }

    @Test
    void shouldStayAboveWhatOpenAiCountsAndBelowTheBytes() {
        // OpenAI's own formula: 3 tokens a message, its texts, and 3 for the answer to begin
        String text = "The quick brown fox jumps over the lazy dog. ".repeat(20);
        long tokens = 200 + 1;
        var request = request(text);

        assertThat(COUNTER.most(request))
                .isGreaterThanOrEqualTo(3 + 1 + tokens + 3)
                .isLessThan(PromptReader.read(request).mostInputTokens() / 2);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource
    void shouldNeverCountMoreTokensThanBytes(int seed) {
        var random = new SplittableRandom(seed);
        var text = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            int c = random.nextInt(random.nextBoolean() ? 0x7f : 0x1ffff);
            text.appendCodePoint(c < 0x20 || c == '"' || c == '\\' || (c >= 0xd800 && c < 0xe000) ? ' ' : c);
        }
        var request = request(text.toString());

        assertThat(COUNTER.most(request))
                .isLessThanOrEqualTo(PromptReader.read(request).mostInputTokens());
    }

    static IntStream shouldNeverCountMoreTokensThanBytes() {
        return IntStream.range(0, 50);
    }

    private static LlmRequest request(String text) {
        return LlmRequest.newBuilder()
                .setRequestId("r1")
                .setTeam("search")
                .setMessages("[{\"role\":\"user\",\"content\":\"" + text + "\"}]")
                .build();
    }
}
