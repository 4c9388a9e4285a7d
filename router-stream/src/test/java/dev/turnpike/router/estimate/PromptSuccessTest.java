package dev.turnpike.router.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

final class PromptSuccessTest {

    private static final String PROOF = "prove theorem 7 by induction";

    private final PromptSuccess learnt =
            PromptSuccess.train(List.of("strong", "weak"), PromptEstimatorTest.observations());

    @Test
    void shouldKnowWhichModelThePromptIsHarderFor() {
        // when
        SuccessEstimate estimate = learnt.judge(PROOF, null);

        // then
        assertThat(estimate.shift("strong")).isGreaterThan(estimate.shift("weak"));
        assertThat(estimate.shift("new")).isNaN();
    }

    @Test
    void shouldFindSomePromptsEasierThanOthers() {
        // when / then
        assertThat(learnt.judge(PROOF, null).ease()).isNegative();
        assertThat(learnt.judge("translate greeting 7 to french", null).ease()).isPositive();
    }

    @Test
    void shouldMeasureDifficultyAgainstPromptsOfTheSameKind() {
        // when: all proofs are equally hard, and harder than the rest; of 40 prompts a part is believed
        double amongAll = learnt.judge(PROOF, null).difficulty();
        double amongProofs = learnt.judge(PROOF, "maths").difficulty();

        // then
        assertThat(amongAll).isGreaterThan(0.6);
        assertThat(amongProofs).isBetween(0.5, amongAll - 0.05);
    }

    @Test
    void shouldEstimateTheSameAfterItWasWrittenAndRead() throws IOException {
        // given
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        learnt.write(file);

        // when
        PromptSuccess read = PromptSuccess.read(new ByteArrayInputStream(file.toByteArray()));

        // then: weights are kept with eight bits
        for (String type : List.of("maths", "unknown")) {
            assertThat(read.judge(PROOF, type).shift("weak"))
                    .isCloseTo(learnt.judge(PROOF, type).shift("weak"), within(0.01));
        }
    }

    @Test
    void shouldJudgeThePromptTheSameWithoutSingleModels() {
        // when
        SuccessEstimate whole = learnt.judge(PROOF, "maths");
        SuccessEstimate easeOnly = learnt.easeOnly().judge(PROOF, "maths");

        // then
        assertThat(easeOnly.difficulty()).isEqualTo(whole.difficulty());
        assertThat(easeOnly.shift("strong")).isNaN();
    }

    @Test
    void shouldRefuseAFileOfAnotherFormat() throws IOException {
        // given
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (GZIPOutputStream packed = new GZIPOutputStream(file)) {
            packed.write(new byte[] {1, 2, 3, 4});
        }

        // when / then
        assertThatThrownBy(() -> PromptSuccess.read(new ByteArrayInputStream(file.toByteArray())))
                .isInstanceOf(IOException.class)
                .hasMessage("not a success estimator of this version");
    }

    @Test
    void shouldComeWithAnEstimatorThatFindsCompetitionMathsHarderThanShopping() {
        // given
        PromptSuccess shipped = PromptSuccess.shipped();

        // when
        double shopping = shipped.judge("Tom buys 3 apples for $2 each. How much does he pay?", null)
                .ease();
        double maths = shipped.judge(
                        "Let $f(x)=\\sqrt{x^4+3}$. Find the sum of all integers $n$ such that $f(n)\\equiv 2 \\pmod 7$.",
                        null)
                .ease();

        // then
        assertThat(shopping).isGreaterThan(maths);
    }
}
