package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.HoldWindow;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PositionKeyTest {

    @Test
    void shouldReadLikeAPath() {
        var key = new PositionKey("search", "tag:cost centre", "R&D/1", "day", 1_770_000_000_000L);

        assertThat(key.encode()).isEqualTo("search/tag%3Acost+centre/R%26D%2F1/day/1770000000000");
    }

    @Test
    void shouldBeTheSameForAHoldAndItsFeedback() {
        var window = new HoldWindow("user", "ann", "week", 5L, 9L);
        var zero = new AmountVector(0L, 0L, 0L);
        var state = new BudgetState(
                "search", "user", "ann", "week", 5L, 9L, 1L, 1L, zero, zero, zero, -1L, null, null, null, null, null,
                null, null);

        assertThat(PositionKey.of("search", window)).isEqualTo(PositionKey.of(state));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b/c/day", "a/b/c/day/1/2", "a/b/c/day/", "a/b/%zz/day/1"})
    void shouldRefuseWhatItDidNotMake(String key) {
        assertThatThrownBy(() -> PositionKey.decode(key)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.turnpike.schemas.Seeds#few")
    void shouldReadBackAnyTextAndTellAnyTwoApart(long seed) {
        RandomGenerator random = Seeds.random(seed);
        for (int i = 0; i < 500; i++) {
            PositionKey key = key(random);
            PositionKey other = key(random);

            assertThat(PositionKey.decode(key.encode())).as("seed %d", seed).isEqualTo(key);
            assertThat(key.encode().equals(other.encode())).as("seed %d", seed).isEqualTo(key.equals(other));
        }
    }

    private static PositionKey key(RandomGenerator random) {
        return new PositionKey(
                Seeds.text(random, 3),
                Seeds.text(random, 2),
                Seeds.text(random, 2),
                random.nextBoolean() ? "day" : "total",
                random.nextLong(-2, 3));
    }
}
