package dev.turnpike.router.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PromptTextTest {

    private final PromptText text = new PromptText();

    @Test
    void shouldSeeTheSameWordsWhateverTheirCase() {
        // when
        int[] lower = buckets("add two numbers");
        int[] upper = buckets("ADD Two numbers");

        // then: three words and two pairs
        assertThat(upper).isEqualTo(lower).hasSize(5);
    }

    @Test
    void shouldTakeNumbersOfOneLengthForTheSameWord() {
        // when / then
        assertThat(buckets("costs 17 dollars")).isEqualTo(buckets("costs 42 dollars"));
        assertThat(buckets("costs 17 dollars")).isNotEqualTo(buckets("costs 170 dollars"));
    }

    @Test
    void shouldForgetTheTextBefore() {
        // given
        int[] first = buckets("add two numbers");

        // when
        buckets("something quite different, of another length");

        // then
        assertThat(buckets("add two numbers")).isEqualTo(first);
    }

    @Test
    void shouldCountHowOftenAWordComes() {
        // when
        text.read("dog dog dog");

        // then: the word three times, the pair twice
        assertThat(text.size()).isEqualTo(2);
        assertThat(text.weight(0)).isEqualTo((float) (1 + StrictMath.log(3)));
        assertThat(text.weight(1)).isEqualTo((float) (1 + StrictMath.log(2)));
    }

    @Test
    void shouldReadNoMoreThanItsLimitButKnowTheWholeLength() {
        // given
        String start = "word ".repeat(PromptText.READ / 5);

        // when
        int[] whole = buckets(start + "unread");
        double length = text.shape(0);

        // then
        assertThat(whole).isEqualTo(buckets(start));
        assertThat(length).isGreaterThan(text.shape(0));
    }

    @Test
    void shouldTellAQuestionFromItsOptions() {
        // when
        text.read("Which is prime?\nA. 4\nB. 7\nC. nine");

        // then
        assertThat(text.shape(2)).as("options").isEqualTo(3);
        assertThat(text.shape(23)).as("share of numbers").isEqualTo(2 / 4.0);
    }

    private int[] buckets(String prompt) {
        text.read(prompt);
        return IntStream.range(0, text.size()).map(text::bucket).toArray();
    }
}
