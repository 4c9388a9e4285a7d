package dev.turnpike.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class PairCurveTest {

    private static final double[] GAINS = {1, 0, 1, -1, 0, 0, 1, 0};

    @Test
    void shouldMatchACaseDoneByHand() {
        // given: four prompts, ranked 3, 0, 2, 1; the strong model gains on 3 and 2
        double[] routerScores = {0.7, 0.1, 0.5, 0.9};
        double[] gains = {0, 0, 1, 1};

        // when: the gap recovered is 0, 1/2, 1/2, 1, 1
        PairCurve curve = PairCurve.of(routerScores, gains, 0);

        // then
        assertThat(curve.area()).isEqualTo((0.25 + 0.5 + 0.75 + 1) / 4);
        assertThat(curve.callsFor(0.5)).isEqualTo(0.25);
        assertThat(curve.callsFor(0.8)).isEqualTo(0.75);
        assertThat(curve.recoveredAt(0.5)).isEqualTo(0.5);
    }

    @Test
    void shouldGiveRandomRoutingHalfOfTheArea() {
        // when: all router scores tie and are broken at random
        double mean = LongStream.range(0, 4_000)
                .mapToDouble(seed ->
                        PairCurve.of(new double[GAINS.length], GAINS, seed).area())
                .average()
                .orElseThrow();

        // then
        assertThat(mean).isCloseTo(0.5, within(0.02));
    }

    @Test
    void shouldBreakTiesTheSameWayForTheSameSeed() {
        // when / then
        assertThat(PairCurve.of(new double[GAINS.length], GAINS, 7).area())
                .isEqualTo(PairCurve.of(new double[GAINS.length], GAINS, 7).area());
    }

    @Test
    void shouldGiveAnOracleMoreThanTheWholeGap() {
        // when: where the weak model is the better one, the oracle knows
        PairCurve oracle = PairCurve.of(GAINS, GAINS, 0);

        // then: three gained of a net two
        assertThat(oracle.recoveredAt(0.5)).isEqualTo(1.5);
        assertThat(oracle.area()).isGreaterThan(1);
    }

    @Test
    void shouldGiveTheReverseOfTheOracleLessThanRandom() {
        // when
        double[] reversed = Arrays.stream(GAINS).map(gain -> -gain).toArray();

        // then
        assertThat(PairCurve.of(reversed, GAINS, 0).area()).isLessThan(0.5);
    }
}
