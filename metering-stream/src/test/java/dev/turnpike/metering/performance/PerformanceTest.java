package dev.turnpike.metering.performance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.turnpike.metering.Given;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.PerformanceSample;
import java.time.Duration;
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
    void shouldNotStateWhatIsNotKnown() {
        ModelPerformance performance =
                start().fold(attempt(100), Given.NOON, HALF_LIFE).toEvent();

        assertThat(performance.getPerSuccessNanoUsd()).isNull();
        assertThat(performance.getLatencyMs()).isNull();
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

    private static PerformanceSample.Builder sample() {
        return PerformanceSample.newBuilder()
                .setProvider("openai")
                .setModel("small")
                .setTaskType("code");
    }
}
