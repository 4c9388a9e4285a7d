package dev.turnpike.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ChoiceTest {

    private final Judge.Expectation expected =
            new Judge.Expectation(new double[] {0.5, 0.8, 0.9, 0.95}, new double[] {1, 2, 8, Double.POSITIVE_INFINITY});

    @Test
    void shouldPayMoreTheMoreASuccessIsWorth() {
        // when / then: 0.3 more success for 1 USD, then 0.1 more for 6 USD
        assertThat(Choice.worth(3).pick(expected)).isEqualTo(0);
        assertThat(Choice.worth(4).pick(expected)).isEqualTo(1);
        assertThat(Choice.worth(61).pick(expected)).isEqualTo(2);
        assertThat(Choice.worth(Double.POSITIVE_INFINITY).pick(expected)).isEqualTo(2);
    }

    @Test
    void shouldTakeTheCheapestPerSuccessThatClearsTheFloor() {
        // when / then
        assertThat(Choice.floor(0.3).pick(expected)).isEqualTo(0);
        assertThat(Choice.floor(0.7).pick(expected)).isEqualTo(1);
        assertThat(Choice.floor(0.85).pick(expected)).isEqualTo(2);
    }

    @Test
    void shouldTakeTheLikeliestWhereNoneClearsTheFloor() {
        // when / then
        assertThat(Choice.floor(0.93).pick(expected)).isEqualTo(2);
    }
}
