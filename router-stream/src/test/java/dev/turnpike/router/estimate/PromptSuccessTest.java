package dev.turnpike.router.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

final class PromptSuccessTest {

    private static final String PROOF = "prove theorem 7 by induction";

    private final PromptSuccess learnt =
            PromptSuccess.train(List.of("strong", "weak"), PromptEstimatorTest.observations());

    @Test
    void shouldStayWithinItsBounds() {
        // when
        SuccessEstimate estimate = learnt.estimate(PROOF, "maths");

        // then
        assertThat(estimate.success("new", 7)).isEqualTo(0.99);
        assertThat(estimate.success("new", -7)).isEqualTo(0.01);
        assertThat(estimate.success("strong", 0)).isGreaterThan(estimate.success("weak", 0));
        assertThat(Arrays.stream(estimate.toArray()).boxed())
                .hasSize(2)
                .allSatisfy(p -> assertThat(p).isBetween(0.01, 0.99));
    }

    @Test
    void shouldJudgeAnUnknownModelByWhatItUsuallyDoesAndTheEaseOfThePrompt() {
        // when
        SuccessEstimate proof = learnt.estimate(PROOF, null);
        SuccessEstimate greeting = learnt.estimate("translate greeting 7 to french", null);

        // then
        assertThat(proof.ease()).isNegative();
        assertThat(greeting.ease()).isPositive();
        assertThat(proof.success("new", 0.6)).isEqualTo(0.6 + proof.ease());
        assertThat(greeting.success("new", 0.6)).isGreaterThan(0.6);
    }

    @Test
    void shouldMeasureDifficultyAgainstPromptsOfTheSameKind() {
        // when: all proofs are equally hard, and harder than the rest; of 40 prompts a part is believed
        double amongAll = learnt.estimate(PROOF, null).difficulty();
        double amongProofs = learnt.estimate(PROOF, "maths").difficulty();

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
            assertThat(read.estimate(PROOF, type).success("weak", 0))
                    .isCloseTo(learnt.estimate(PROOF, type).success("weak", 0), within(0.01));
        }
    }

    @Test
    void shouldJudgeThePromptTheSameWithoutSingleModels() {
        // when
        SuccessEstimate whole = learnt.estimate(PROOF, "maths");
        SuccessEstimate easeOnly = learnt.easeOnly().estimate(PROOF, "maths");

        // then
        assertThat(easeOnly.difficulty()).isEqualTo(whole.difficulty());
        assertThat(easeOnly.success("strong", 0.7)).isEqualTo(0.7 + whole.ease());
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
        double shopping = shipped.estimate("Tom buys 3 apples for $2 each. How much does he pay?", null)
                .ease();
        double maths = shipped.estimate(
                        "Let $f(x)=\\sqrt{x^4+3}$. Find the sum of all integers $n$ such that $f(n)\\equiv 2 \\pmod 7$.",
                        null)
                .ease();

        // then
        assertThat(shopping).isGreaterThan(maths);
    }
}
