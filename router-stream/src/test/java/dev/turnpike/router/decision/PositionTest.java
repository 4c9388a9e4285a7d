package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.state;
import static dev.turnpike.router.decision.Given.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.Amounts;
import org.junit.jupiter.api.Test;

class PositionTest {

    @Test
    void shouldCountWhatIsHeldAndNotClosedAsOpen() {
        var position = Position.EMPTY.hold(usd("3")).hold(usd("2")).feedback(state(1, 1, usd("3"), usd("3"), usd("1")));

        assertThat(position.open()).isEqualTo(usd("2"));
        assertThat(position.used(Amounts.Unit.NANO_USD)).isEqualTo(usd("3").nanoUsd());
        assertThat(position.isSettled()).isFalse();
    }

    @Test
    void shouldKeepTheNewestFeedback() {
        var newest = Position.EMPTY.hold(usd("5")).feedback(state(2, 3, usd("5"), usd("5"), usd("4")));

        assertThat(newest.feedback(state(2, 3, usd("9"), usd("9"), usd("9")))).isSameAs(newest);
        assertThat(newest.feedback(state(2, 2, usd("9"), usd("9"), usd("9")))).isSameAs(newest);
        assertThat(newest.feedback(state(1, 9, usd("9"), usd("9"), usd("9")))).isSameAs(newest);
        assertThat(newest.feedback(state(3, 1, usd("5"), usd("5"), usd("2"))).spent())
                .isEqualTo(usd("2"));
    }

    @Test
    void shouldHoldAtLeastWhatTheMeterSawOpened() {
        // the router lost its state: without this, the holds to come would hide behind those closed before
        var position = Position.EMPTY.feedback(state(1, 7, usd("9"), usd("8"), usd("6")));

        assertThat(position.open()).isEqualTo(usd("1"));
        assertThat(position.hold(usd("2")).open()).isEqualTo(usd("3"));
    }

    @Test
    void shouldBeginAnewWithTheMeterAndKeepWhatItHadNotHeardOf() {
        // given: two holds, of which the meter heard of one and closed it before it forgot the total
        var position = Position.EMPTY.hold(usd("9")).feedback(state(1, 7, usd("9"), usd("9"), usd("6")));
        position = position.hold(usd("2")).forgotten();
        assertThat(position.open()).isEqualTo(usd("2"));

        // when: it begins the total anew with the other one, and closes that
        position = position.feedback(state(1, 1_000, usd("2"), usd("2"), usd("1")));

        assertThat(position.open()).isEqualTo(Amounts.ZERO);
        assertThat(position.spent()).isEqualTo(usd("1"));
    }

    @Test
    void shouldNeverTakeMoreClosedThanHeldForMoneyToSpend() {
        var position = Position.EMPTY.feedback(state(1, 1, usd("1"), usd("4"), usd("2")));

        assertThat(position.open()).isEqualTo(Amounts.ZERO);
        assertThat(position.used(Amounts.Unit.NANO_USD)).isEqualTo(usd("2").nanoUsd());
    }

    @Test
    void shouldRefuseToCountBeyondALong() {
        var full = Position.EMPTY.hold(new Amounts(Long.MAX_VALUE, 0, 0));

        assertThatThrownBy(() -> full.hold(new Amounts(1, 0, 0))).isInstanceOf(ArithmeticException.class);
    }
}
