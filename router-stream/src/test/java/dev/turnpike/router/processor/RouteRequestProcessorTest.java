package dev.turnpike.router.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.router.decision.DecisionEvents;
import dev.turnpike.router.decision.Router;
import dev.turnpike.router.decision.SuccessEstimator;
import dev.turnpike.router.decision.TokenCounter;
import dev.turnpike.router.decision.TrackRecord;
import dev.turnpike.router.state.DecidedRequests;
import dev.turnpike.router.state.RouterStores;
import dev.turnpike.router.state.Tables;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.serde.Received;
import dev.turnpike.streams.DeadLetters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedForward;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.WindowStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteRequestProcessorTest {

    static {
        TrustedEvents.register();
    }

    private static final long AT = Instant.parse("2026-08-05T10:30:00Z").toEpochMilli();
    private static final Duration HORIZON = Duration.ofHours(24);
    private static final SuccessEstimator BROKEN = (ask, track) -> {
        throw new IllegalStateException("estimator is broken");
    };

    @TempDir
    private Path stateDir;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Tables tables = new Tables();
    private MockProcessorContext<Object, Object> context;
    private StateStore positions;
    private WindowStore<byte[], Integer> decided;

    @BeforeEach
    void openStores() {
        context = new MockProcessorContext<>(new Properties(), new TaskId(0, 0), stateDir.toFile());
        context.setRecordMetadata("llm.requests", 2, 42);
        context.setCurrentStreamTimeMs(AT);
        var stores = RouterStores.remembering(HORIZON);
        positions =
                stores.positions().withLoggingDisabled().withCachingDisabled().build();
        decided = stores.decided().withLoggingDisabled().build();
        positions.init(context.getStateStoreContext(), positions);
        decided.init(context.getStateStoreContext(), decided);
        tables.putPolicy("search", TeamPolicy.newBuilder().setTeam("search").build());
    }

    @AfterEach
    void closeStores() {
        positions.close();
        decided.close();
    }

    @Test
    void shouldSetAsideARecordThatThePureCodeFailsOnAndRememberNothingOfIt() {
        var processor = processor(BROKEN);

        processor.process(record(request("r1"), 100));

        assertThat(forwarded()).singleElement().satisfies(forward -> {
            assertThat(forward.childName()).contains(DeadLetters.SINK);
            assertThat(forward.record().value()).isEqualTo(new byte[100]);
            DeadLetter letter = DeadLetter.of(forward.record().headers());
            assertThat(letter.reason()).isEqualTo(DeadLetter.FAILED);
            assertThat(letter.detail()).isEqualTo("java.lang.IllegalStateException: estimator is broken");
            assertThat(letter.offset()).isEqualTo(42);
        });
        var known = new DecidedRequests(decided, HORIZON);
        assertThat(known.last(known.idOf("search", "r1"), AT, AT)).isEqualTo(DecidedRequests.NONE);
        assertThat(registry.counter("turnpike.dead.letters", "reason", DeadLetter.FAILED)
                        .count())
                .isEqualTo(1);
    }

    @Test
    void shouldLetAFailureOfAStoreAbortTheTransaction() {
        var processor = processor(new TrackRecord(null));
        tables.putPolicy("search", policyWithABudget());
        positions.close();

        assertThatThrownBy(() -> processor.process(record(request("r1"), 100))).isInstanceOf(KafkaException.class);
        assertThat(forwarded()).isEmpty();
    }

    @Test
    void shouldRejectARequestThatNoDispatchCouldHold() {
        processor(new TrackRecord(null)).process(record(request("r1"), 1_001));

        assertThat(forwarded())
                .extracting(forward -> forward.childName().orElseThrow())
                .containsExactly(RouteRequestSupplier.DECISIONS_SINK, RouteRequestSupplier.REJECTIONS_SINK);
        assertThat(((Rejection) forwarded().get(1).record().value()).getReason())
                .isEqualTo("the request has 1001 bytes; at most 1000 are taken");
    }

    @Test
    void shouldSetAsideWhatIsOlderThanTheHorizonAndNotKnown() {
        context.setCurrentStreamTimeMs(AT + HORIZON.toMillis() + 1);

        processor(new TrackRecord(null)).process(record(request("r1"), 100));

        assertThat(forwarded())
                .singleElement()
                .satisfies(forward -> assertThat(
                                DeadLetter.of(forward.record().headers()).reason())
                        .isEqualTo(DeadLetter.TOO_OLD));
    }

    @Test
    void shouldCountDecisionsAndRepeats() {
        var processor = processor(new TrackRecord(null));

        processor.process(record(request("r1"), 100));
        processor.process(record(request("r1"), 100));

        assertThat(registry.counter("turnpike.decisions", "outcome", "rejected", "code", "no-eligible-model")
                        .count())
                .isEqualTo(1);
        assertThat(registry.counter("turnpike.requests.repeated").count()).isEqualTo(1);
        assertThat(registry.timer("turnpike.decision.duration").count()).isEqualTo(1);
    }

    private Processor<String, Received<?>, Object, Object> processor(SuccessEstimator estimator) {
        var processor = new RouteRequestSupplier(
                        new Router(estimator, TokenCounter.NONE),
                        new DecisionEvents(Duration.ofMinutes(10)),
                        tables,
                        new RouterMetrics(registry, InstantSource.system()),
                        new RouteRequestSupplier.Limits(HORIZON, 1_000, "turnpike-router"))
                .get();
        processor.init(context);
        return processor;
    }

    private static TeamPolicy policyWithABudget() {
        return TeamPolicy.newBuilder()
                .setTeam("search")
                .setBudgets(List.of(Budget.newBuilder()
                        .setName("team-day")
                        .setScope("team")
                        .setPeriod("day")
                        .setLimitRequests(1L)
                        .build()))
                .build();
    }

    private List<? extends CapturedForward<?, ?>> forwarded() {
        return context.forwarded();
    }

    private static LlmRequest request(String id) {
        return LlmRequest.newBuilder()
                .setRequestId(id)
                .setTeam("search")
                .setMessages("[{\"role\":\"user\",\"content\":\"hi\"}]")
                .build();
    }

    private static Record<String, Received<?>> record(LlmRequest request, int bytes) {
        return new Record<>("search", new Received<>(request, new byte[bytes], null, null), AT);
    }
}
