package dev.turnpike.router.state;

import static dev.turnpike.router.state.DecidedRequests.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.WindowStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecidedRequestsTest {

    private static final Duration HORIZON = Duration.ofHours(24);
    private static final long T = Instant.parse("2026-08-05T11:59:00Z").toEpochMilli();

    @TempDir
    private Path stateDir;

    private WindowStore<byte[], Integer> store;
    private DecidedRequests decided;

    @BeforeEach
    void open() {
        var context = new MockProcessorContext<Void, Void>(new Properties(), new TaskId(0, 0), stateDir.toFile());
        store = RouterStores.remembering(HORIZON)
                .decided()
                .withLoggingDisabled()
                .build();
        store.init(context.getStateStoreContext(), store);
        decided = new DecidedRequests(store, HORIZON);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shouldRememberADecisionForTheHorizon() {
        byte[] id = decided.idOf("search", "r1");
        decided.remember(id, 0, T);
        decided.remember(decided.idOf("search", "other"), 0, T + HORIZON.toMillis());

        assertThat(decided.last(id, T, T)).isZero();
        assertThat(decided.last(id, T + HORIZON.toMillis(), T + HORIZON.toMillis()))
                .isZero();
    }

    @Test
    void shouldForgetADecisionHalfAHorizonLaterAtTheLatest() {
        byte[] id = decided.idOf("search", "r1");
        decided.remember(id, 0, T);
        long later = T + HORIZON.toMillis() + HORIZON.toMillis() / 2;

        assertThat(decided.last(id, later, later)).isEqualTo(NONE);
    }

    @Test
    void shouldKnowARepeatThatWasAdmittedBeforeWhatWasDecided() {
        // moved to its owner, the first copy comes after the second
        byte[] id = decided.idOf("search", "r1");
        decided.remember(id, 0, T + Duration.ofMinutes(2).toMillis());

        assertThat(decided.last(id, T, T + Duration.ofMinutes(2).toMillis())).isZero();
    }

    @Test
    void shouldKeepTheNumberOfTheLastDecision() {
        byte[] id = decided.idOf("search", "r1");
        decided.remember(id, 0, T);
        decided.remember(id, 1, T);

        assertThat(decided.lastAdmittedAt(id, T)).isEqualTo(1);
        assertThat(decided.last(id, T, T)).isEqualTo(1);
    }

    @Test
    void shouldTellTeamsAndRequestsApart() {
        assertThat(decided.idOf("a", "bc")).hasSize(16).isNotEqualTo(decided.idOf("ab", "c"));
        assertThat(decided.idOf("a", "bc")).isEqualTo(decided.idOf("a", "bc"));
    }

    @Test
    void shouldTakeWhatIsOlderThanTheHorizonForForgotten() {
        assertThat(decided.isBeyondHorizon(T, T + HORIZON.toMillis())).isFalse();
        assertThat(decided.isBeyondHorizon(T, T + HORIZON.toMillis() + 1)).isTrue();
    }
}
