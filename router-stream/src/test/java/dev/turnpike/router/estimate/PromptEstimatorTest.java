package dev.turnpike.router.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PromptEstimatorTest {

    private static final List<String> MODELS = List.of("strong", "weak");

    @Test
    void shouldLearnWhichPromptsOnlyTheStrongModelSolves() {
        // given
        PromptEstimator estimator = train(10, 10);

        // when
        float[] proof = estimator.estimate("prove theorem 7 by induction", null);
        float[] greeting = estimator.estimate("translate greeting 7 to french", null);

        // then
        assertThat(proof[1] - proof[2]).isGreaterThan(greeting[1] - greeting[2] + 0.3f);
    }

    @Test
    void shouldLearnTheSameFromTheSame() {
        // given
        PromptEstimator once = train(10, 10);
        PromptEstimator again = train(10, 10);

        // when / then: bit for bit
        for (String prompt : List.of("prove theorem 7 by induction", "something else", "")) {
            assertThat(once.estimate(prompt, "maths")).isEqualTo(again.estimate(prompt, "maths"));
        }
    }

    @Test
    void shouldStayCloserToTheAverageTheMoreItIsShrunk() {
        double before = Double.MAX_VALUE;
        for (double shrinkage : new double[] {1, 10, 100, 1_000, 1_000_000}) {
            // when
            double gap = gap(train(shrinkage, shrinkage), "prove theorem 7 by induction", "maths");

            // then: the models' averages are 1.0 and 0.5
            assertThat(Math.abs(gap - 0.5)).isLessThan(before);
            before = Math.abs(gap - 0.5);
        }
        assertThat(before).isLessThan(0.001);
    }

    @Test
    void shouldTakeAnUnknownKindOfTaskForNoneStated() {
        // given
        PromptEstimator estimator = train(10, 10);

        // when / then
        assertThat(estimator.estimate("prove theorem 7", "astrology"))
                .isEqualTo(estimator.estimate("prove theorem 7", null));
        assertThat(estimator.estimate("prove theorem 7", "maths"))
                .isNotEqualTo(estimator.estimate("prove theorem 7", null));
    }

    @Test
    void shouldLetAnUnknownScoreHaveNoPart() {
        // given: the weak model's failures are not recorded
        List<Observation> observations = new ArrayList<>();
        for (Observation observation : observations()) {
            double weak = observation.values()[1];
            observations.add(new Observation(
                    observation.prompt(), observation.taskType(), new double[] {1, weak == 0 ? Double.NaN : weak}));
        }

        // when
        PromptEstimator estimator =
                PromptEstimator.train(MODELS, observations, new PromptEstimator.Shrinkage(10, 10, 5));

        // then
        assertThat(estimator.estimate("prove theorem 7 by induction", "maths")).containsExactly(0, 1, 1);
    }

    @Test
    void shouldRefuseObservationsOfOtherModels() {
        // given
        List<Observation> observations = List.of(new Observation("one", null, new double[] {1}));

        // when / then
        assertThatThrownBy(() -> PromptEstimator.train(MODELS, observations, new PromptEstimator.Shrinkage(10, 10, 5)))
                .hasMessage("an observation has 1 values for 2 models");
    }

    private static double gap(PromptEstimator estimator, String prompt, @Nullable String type) {
        float[] estimate = estimator.estimate(prompt, type);
        return estimate[1] - estimate[2];
    }

    static PromptEstimator train(double ease, double departure) {
        return PromptEstimator.train(
                MODELS, observations(), new PromptEstimator.Shrinkage(ease, departure, departure / 2));
    }

    /** The strong model solves everything, the weak one no proofs. */
    static List<Observation> observations() {
        List<Observation> observations = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            observations.add(new Observation("prove theorem " + i + " by induction", "maths", new double[] {1, 0}));
            observations.add(
                    new Observation("translate greeting " + i + " to french", "languages", new double[] {1, 1}));
        }
        return observations;
    }
}
