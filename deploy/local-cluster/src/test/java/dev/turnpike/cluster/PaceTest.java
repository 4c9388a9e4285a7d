package dev.turnpike.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PaceTest {

    @Test
    void shouldPauseForTheBytesAndTheDelay() {
        Pace pace = new Pace(1_000, Duration.ofMillis(20));

        assertThat(pace.pause(500)).isEqualTo(Duration.ofMillis(520));
    }

    @Test
    void shouldNotPauseWhenFree() {
        assertThat(Pace.FREE.pause(8_192)).isZero();
    }

    @Test
    void shouldPauseAsIfForEverAtNoBytesPerSecond() {
        assertThat(new Pace(0, Duration.ZERO).pause(1)).isGreaterThan(Duration.ofDays(1));
    }

    @Test
    void shouldRefuseToRunBackwards() {
        assertThatThrownBy(() -> new Pace(-1, Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pace(1, Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
    }
}
