package dev.turnpike.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class FrontierTest {

    private final Frontier frontier =
            new Frontier(List.of(new Frontier.Point(1, 0.5), new Frontier.Point(4, 0.6), new Frontier.Point(5, 0.9)));

    @Test
    void shouldMixTwoSettingsWhereThatIsCheaper() {
        // when / then: 0.7 is half way from the first to the last, which beats the last alone
        assertThat(frontier.costFor(0.7)).isCloseTo(3, within(1e-12));
        assertThat(frontier.costOfOneSettingFor(0.7)).isEqualTo(5);
    }

    @Test
    void shouldNotMixWhereTheCheapestSettingIsGoodEnough() {
        // when / then
        assertThat(frontier.costFor(0.4)).isEqualTo(1);
    }

    @Test
    void shouldSayThatAScoreIsOutOfReach() {
        // when / then
        assertThat(frontier.costFor(0.95)).isNaN();
        assertThat(frontier.costOfOneSettingFor(0.95)).isNaN();
    }

    @Test
    void shouldGiveTheBestScoreForACost() {
        // when / then
        assertThat(frontier.scoreFor(3)).isCloseTo(0.7, within(1e-12));
        assertThat(frontier.scoreFor(9)).isEqualTo(0.9);
        assertThat(frontier.scoreFor(0.1)).as("what the cheapest gives").isEqualTo(0.5);
    }
}
