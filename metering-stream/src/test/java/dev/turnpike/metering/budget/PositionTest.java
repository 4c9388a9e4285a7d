package dev.turnpike.metering.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.HoldWindow;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PositionTest {

    private static final Duration HORIZON = Duration.ofMillis(100);
    private static final Duration IDLE = Duration.ofSeconds(1);

    @Test
    void shouldAddUpAndCountItsChanges() {
        Position position = position("day", 500);

        position = position.apply(change(position).open(new Amounts(10, 5, 1), 50), 20);
        position = position.apply(change(position).close(new Amounts(4, 2, 1)).spend(new Amounts(4, 2, 1)), 30);

        assertThat(position.open()).isEqualTo(new Amounts(6, 3, 0));
        assertThat(position.spent()).isEqualTo(new Amounts(4, 2, 1));
        assertThat(position.version()).isEqualTo(2);
        assertThat(position.lastUse()).isEqualTo(50);
    }

    @Test
    void shouldRefuseASumThatWouldWrap() {
        Position position = position("day", 500);
        Position full = position.apply(change(position).spend(new Amounts(Long.MAX_VALUE, 0, 0)), 1);

        assertThatThrownBy(() -> full.apply(change(full).spend(new Amounts(1, 0, 0)), 2))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void shouldEndAHorizonAfterItsWindowAndItsLastHold() {
        Position position = position("day", 500);

        assertThat(position.endsAt(HORIZON, IDLE)).isEqualTo(600);
        assertThat(position.apply(change(position).open(new Amounts(1, 1, 1), 700), 20)
                        .endsAt(HORIZON, IDLE))
                .isEqualTo(800);
    }

    @Test
    void shouldEndTheTotalOfATaskAfterAnIdleTimeAndOtherTotalsNever() {
        Position task = total("task");
        Position user = total("user");

        assertThat(task.apply(change(task).spend(new Amounts(1, 1, 1)), 20).endsAt(HORIZON, IDLE))
                .isEqualTo(1_020);
        assertThat(user.apply(change(user).spend(new Amounts(1, 1, 1)), 20).endsAt(HORIZON, IDLE))
                .isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @CsvSource({
        "79, 100, 80, false",
        "80, 100, 80, true",
        "0, 0, 50, false",
        "1, 0, 50, true",
        "9223372036854775806, 9223372036854775807, 100, false",
        "9223372036854775807, 9223372036854775807, 100, true",
        "-1, 100, 80, false",
    })
    void shouldReachAThresholdExactly(long spent, long limit, int percent, boolean reached) {
        Threshold threshold = new Threshold(Amounts.Unit.NANO_USD, "hard", percent);

        assertThat(threshold.isReached(spent, limit)).isEqualTo(reached);
    }

    private static Position total(String scope) {
        HoldWindow window = new HoldWindow(scope, "x", "total", 0L, Long.MAX_VALUE);
        return Position.of(PositionKey.of("search", window), window);
    }

    private static Position position(String period, long end) {
        HoldWindow window = new HoldWindow("team", "search", period, 0L, end);
        return Position.of(PositionKey.of("search", window), window);
    }

    private static Change change(Position position) {
        return Change.none(
                position.key(),
                new HoldWindow(
                        position.key().scope(),
                        position.key().scopeValue(),
                        position.key().period(),
                        position.key().windowStart(),
                        position.windowEnd()));
    }
}
