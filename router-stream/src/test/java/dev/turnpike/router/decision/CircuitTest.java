package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.event.ModelPerformance;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CircuitTest {

    @Test
    void shouldOpenWhereHalfOfTheRecentAttemptsFailOverAllTaskTypes() {
        var circuit = Circuit.of(List.of(recent("code", 4, 3, NOW), recent("chat", 4, 1, NOW)));

        assertThat(letThrough(circuit, NOW)).isZero();
        assertThat(letThrough(circuit, NOW + 29_999)).isZero();
    }

    @Test
    void shouldLetOneRequestInTenProbeAfterThirtySecondsWithoutAnError() {
        var circuit = Circuit.of(List.of(recent("code", 8, 8, NOW)));

        assertThat(letThrough(circuit, NOW + 30_000)).isEqualTo(100);
    }

    @Test
    void shouldStayClosedWhereFewTriedOrMostWentWell() {
        assertThat(letThrough(Circuit.of(List.of(recent("code", 4.9, 4.9, NOW))), NOW))
                .isEqualTo(1_000);
        assertThat(letThrough(Circuit.of(List.of(recent("code", 100, 49, NOW))), NOW))
                .isEqualTo(1_000);
    }

    @Test
    void shouldForgetOldErrorsOfOneTaskTypeWhileAnotherGoesWell() {
        // by the time of the newest attempt the ten errors count as one and a quarter
        var circuit = Circuit.of(List.of(recent("code", 10, 10, NOW - 90_000), recent("chat", 5, 0, NOW)));

        assertThat(letThrough(circuit, NOW)).isEqualTo(1_000);
    }

    @Test
    void shouldHalfOpenWhereAnswersTakeThreeTimesAsLongAsUsual() {
        var slow = recent("code", 10, 0, NOW);
        slow.setLatencyMs(2_000.0);
        slow.setRecentLatencyMs(6_100.0);

        assertThat(letThrough(Circuit.of(List.of(slow)), NOW)).isEqualTo(100);

        slow.setLatencyMs(100.0);
        slow.setRecentLatencyMs(4_900.0);
        assertThat(letThrough(Circuit.of(List.of(slow)), NOW))
                .as("quick enough, however quick it usually is")
                .isEqualTo(1_000);
    }

    /** How many of a thousand requests. */
    private static long letThrough(Circuit circuit, long now) {
        return LongStream.range(0, 1_000)
                .filter(hash -> !circuit.isOpen(now, hash))
                .count();
    }

    private static ModelPerformance recent(String taskType, double attempts, double errors, long updatedAt) {
        ModelPerformance known = Given.performance(taskType, attempts, errors);
        known.setRecentAttempts(attempts);
        known.setRecentErrors(errors);
        known.setUpdatedAt(updatedAt);
        known.setLastErrorAt(errors > 0 ? (Long) updatedAt : null);
        return known;
    }
}
