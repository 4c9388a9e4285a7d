package dev.turnpike.metering.performance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.turnpike.metering.Given;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.PerformanceSample;
import java.time.Duration;
import org.assertj.core.util.DoubleComparator;
import org.junit.jupiter.api.Test;

class PerformanceTest {

    private static final Duration HALF_LIFE = Duration.ofDays(7);
    private static final long WEEK = HALF_LIFE.toMillis();

    @Test
    void shouldWeighASampleHalfAfterAHalfLife() {
        ModelPerformance performance = start().fold(attempt(100), Given.NOON, HALF_LIFE)
                .fold(attempt(400), Given.NOON + WEEK, HALF_LIFE)
                .toEvent();

        assertThat(performance.getAttempts()).isEqualTo(1.5);
        assertThat(performance.getCostNanoUsd()).isEqualTo((50 + 400) / 1.5);
        assertThat(performance.getUpdatedAt()).isEqualTo(Given.NOON + WEEK);
    }

    @Test
    void shouldNotDependOnTheOrderOfSamples() {
        Performance inOrder = start().fold(attempt(100), Given.NOON, HALF_LIFE)
                .fold(judgement(0.5), Given.NOON + WEEK / 3, HALF_LIFE)
                .fold(attempt(400), Given.NOON + WEEK, HALF_LIFE);
        Performance reversed = start().fold(attempt(400), Given.NOON + WEEK, HALF_LIFE)
                .fold(judgement(0.5), Given.NOON + WEEK / 3, HALF_LIFE)
                .fold(attempt(100), Given.NOON, HALF_LIFE);

        assertThat(reversed.costNanoUsd()).isCloseTo(inOrder.costNanoUsd(), within(1e-9));
        assertThat(reversed.successes()).isCloseTo(inOrder.successes(), within(1e-9));
        assertThat(reversed.updatedAt()).isEqualTo(inOrder.updatedAt());
    }

    @Test
    void shouldPutTheCostOfFailedAttemptsOnSuccesses() {
        // given: an error and two answers for 100 each, one of the two judged answers good
        Performance performance = start().fold(
                        PerformanceSample.newBuilder(attempt(100)).setErrors(1).build(), Given.NOON, HALF_LIFE)
                .fold(attempt(100), Given.NOON, HALF_LIFE)
                .fold(attempt(100), Given.NOON, HALF_LIFE)
                .fold(judgement(1), Given.NOON, HALF_LIFE)
                .fold(judgement(0), Given.NOON, HALF_LIFE);

        assertThat(performance.toEvent().getPerSuccessNanoUsd()).isEqualTo(300);
    }

    @Test
    void shouldTellHowLongAnswersAre() {
        ModelPerformance performance = start().fold(output(0), Given.NOON, HALF_LIFE)
                .fold(output(4), Given.NOON, HALF_LIFE)
                .fold(output(7), Given.NOON, HALF_LIFE)
                .fold(PerformanceSample.newBuilder(output(90)).setErrors(1).build(), Given.NOON, HALF_LIFE)
                .fold(output(8), Given.NOON + WEEK, HALF_LIFE)
                .toEvent();

        assertThat(performance.getOutputHistogram()).containsExactly(0.5, 0.0, 0.0, 1.0, 1.0);
    }

    @Test
    void shouldNotStateWhatIsNotKnown() {
        ModelPerformance performance =
                start().fold(attempt(100), Given.NOON, HALF_LIFE).toEvent();

        assertThat(performance.getPerSuccessNanoUsd()).isNull();
        assertThat(performance.getLatencyMs()).isNull();
    }

    @Test
    void shouldForgetErrorsOfAnOutageWithinMinutes() {
        // given: ten errors in a row
        Performance performance = start();
        for (int i = 0; i < 10; i++) {
            performance = performance.fold(error(), Given.NOON, HALF_LIFE);
        }

        // when: two minutes, four half-lives, later an answer
        ModelPerformance later =
                performance.fold(attempt(100), Given.NOON + 120_000, HALF_LIFE).toEvent();

        // then
        assertThat(performance.toEvent().getRecentErrors()).isEqualTo(10);
        assertThat(later.getRecentErrors()).isEqualTo(10 / 16.0);
        assertThat(later.getRecentAttempts()).isEqualTo(1 + 10 / 16.0);
        assertThat(later.getLastErrorAt()).isEqualTo(Given.NOON);
        assertThat(later.getErrors()).as("in the long memory").isCloseTo(10, within(0.01));
    }

    @Test
    void shouldTellHowLongAnswersTakeOfLate() {
        Performance performance =
                start().fold(timed(1_000), Given.NOON, HALF_LIFE).fold(timed(7_000), Given.NOON + 30_000, HALF_LIFE);

        assertThat(performance.toEvent().getRecentLatencyMs()).isEqualTo((500 + 7_000) / 1.5);
        assertThat(performance.toEvent().getLatencyMs()).isCloseTo(4_000, within(1.0));
        assertThat(performance.toEvent().getLastErrorAt()).isNull();
    }

    @Test
    void shouldGoOnFromWhatWasPublished() {
        Performance known = start().fold(timed(1_000), Given.NOON, HALF_LIFE)
                .fold(judgement(0.5), Given.NOON + WEEK / 3, HALF_LIFE)
                .fold(output(70), Given.NOON + WEEK / 2, HALF_LIFE)
                .fold(error(), Given.NOON + WEEK / 2 + 10_000, HALF_LIFE);

        Performance restored = Performance.restored(known.toEvent());

        assertThat(restored)
                .usingRecursiveComparison()
                .withComparatorForType(new DoubleComparator(1e-9), Double.class)
                .isEqualTo(known);
    }

    private static PerformanceSample error() {
        return PerformanceSample.newBuilder(attempt(0)).setErrors(1).build();
    }

    private static PerformanceSample timed(long latencyMs) {
        return PerformanceSample.newBuilder(attempt(0)).setLatencyMs(latencyMs).build();
    }

    private static Performance start() {
        return Performance.of(attempt(0), Given.NOON);
    }

    private static PerformanceSample attempt(long cost) {
        return sample().setAttempts(1).setCostNanoUsd(cost).build();
    }

    private static PerformanceSample judgement(double score) {
        return sample().setJudged(1).setScore(score).build();
    }

    private static PerformanceSample output(long tokens) {
        return PerformanceSample.newBuilder(attempt(100))
                .setOutputTokens(tokens)
                .build();
    }

    private static PerformanceSample.Builder sample() {
        return PerformanceSample.newBuilder()
                .setProvider("openai")
                .setModel("small")
                .setTaskType("code");
    }
}
