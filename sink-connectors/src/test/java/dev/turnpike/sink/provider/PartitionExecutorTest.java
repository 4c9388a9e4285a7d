package dev.turnpike.sink.provider;

import static dev.turnpike.sink.provider.Dispatches.ADMITTED;
import static dev.turnpike.sink.provider.Dispatches.BOUND;
import static dev.turnpike.sink.provider.Dispatches.DEADLINE;
import static dev.turnpike.sink.provider.Dispatches.dispatch;
import static dev.turnpike.sink.provider.Dispatches.withHoldFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnpike.cluster.SimulatedProvider;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.schemas.serde.Received;
import dev.turnpike.sink.provider.call.Provider;
import dev.turnpike.sink.provider.call.ProviderSettings;
import dev.turnpike.sink.provider.call.ProviderSettings.Dialect;
import dev.turnpike.sink.provider.execution.Reports;
import dev.turnpike.sink.provider.execution.Step.Call;
import dev.turnpike.sink.provider.execution.Terms;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.sink.SinkRecord;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PartitionExecutorTest {

    private static final int PARTITION = 3;
    private static final int MOST_BYTES = 20_000;

    private final SimulatedProvider simulated =
            SimulatedProvider.start(SimulatedProvider.Options.standard().withFault("broken", "error_500"));
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final AtomicReference<Instant> now = new AtomicReference<>(ADMITTED.plusSeconds(1));
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SinkMetrics metrics = new SinkMetrics(meters);
    private final Written written = new Written();
    private final EventSerdes serdes = new EventSerdes(Written.REGISTRY);
    private final Events events = new Events(serdes, Topics.DEFAULT_PREFIX, "provider-sink", MOST_BYTES);
    private final Cancellations cancellations = new Cancellations();
    private @Nullable PartitionExecutor executor;

    @AfterEach
    void end() throws InterruptedException {
        if (executor != null) {
            executor.closeBy(now.get());
            executor.awaitClosed();
        }
        simulated.close();
        threads.shutdownNow();
    }

    @Test
    void shouldCallOnlyAfterTheStartIsWritten() {
        // given
        List<Integer> callsBeforeCommit = new ArrayList<>();
        written.beforeCommit(() -> callsBeforeCommit.add(simulated.calls().size()));
        PartitionExecutor executor = started(History.NONE, 10);

        // when
        accept(executor, 7, dispatch("r1", "simulated/small"));

        // then the first transaction holds the note alone, and the second all that is known at the end
        await().until(() -> executor.firstUnfinished() == 8);
        assertThat(callsBeforeCommit).containsExactly(0, 1);
        assertThat(written.transactions()).hasSize(2);
        assertThat(written.transactions().get(0)).hasSize(1);
        assertThat(written.transactions().get(1)).hasSize(2);
        assertThat(written.usage()).extracting(UsageReport::getUsageId).containsExactly("r1#1#started", "r1#1");
        assertThat(written.usage().get(1).getFinal$()).isTrue();
        assertThat(written.completions()).singleElement().satisfies(completion -> {
            assertThat(completion.getStatus()).isEqualTo("ok");
            assertThat(completion.getResponse()).contains("chat.completion");
            assertThat(completion.getCostNanoUsd()).isPositive();
        });
        assertThat(written.history()).allSatisfy(record -> {
            assertThat(record.partition()).isEqualTo(PARTITION);
            assertThat(record.key()).asString().isEqualTo("search");
        });
    }

    @Test
    void shouldWriteTheChunksOfAStreamInOrderAndTheWholeAtTheEnd() {
        Dispatch dispatch = quick(dispatch("r1", "simulated/small"), "\"trace_output_tokens\":\"9\"");
        dispatch.getRequest().setStream(true);
        PartitionExecutor executor = started(History.NONE, 10);

        accept(executor, 0, dispatch);

        await().until(() -> executor.firstUnfinished() == 1);
        assertThat(written.completions()).hasSize(10);
        for (int seq = 0; seq < 10; seq++) {
            assertThat(written.completions().get(seq).getSeq()).isEqualTo(seq);
            assertThat(written.completions().get(seq).getFinal$()).isEqualTo(seq == 9);
            assertThat(written.completions().get(seq).getDelta() == null).isEqualTo(seq == 9);
        }
        assertThat(written.completions().get(9).getResponse()).contains("\"role\":\"assistant\"");
    }

    @Test
    void shouldFallBackToTheNextModelAndReportEachAttemptOnce() {
        PartitionExecutor executor = started(History.NONE, 10);

        accept(executor, 0, quick(dispatch("r1", "simulated/broken", "simulated/small"), ""));

        await().until(() -> executor.firstUnfinished() == 1);
        assertThat(written.usage())
                .extracting(UsageReport::getUsageId, UsageReport::getStatus, UsageReport::getFinal$)
                .containsExactly(
                        tuple("r1#1#started", "started", false),
                        tuple("r1#1", "error", false),
                        tuple("r1#2#started", "started", false),
                        tuple("r1#2", "error", false),
                        tuple("r1#3#started", "started", false),
                        tuple("r1#3", "ok", true));
        assertThat(written.usage().get(5).getAttempts()).isEqualTo(3);
    }

    @Test
    void shouldHandBackWhatTheHoldDoesNotPayFor() {
        PartitionExecutor executor = started(History.NONE, 10);

        accept(executor, 0, quick(dispatch("r1", "simulated/small"), "\"fault\":\"cut_mid_stream\""));

        await().until(() -> executor.firstUnfinished() == 1);
        assertThat(written.usage()).extracting(UsageReport::getStatus).containsExactly("started");
        assertThat(written.completions()).isEmpty();
        assertThat(written.all(Redecision.class)).singleElement().satisfies(asked -> {
            assertThat(asked.getDecision()).isEqualTo(1);
            assertThat(asked.getAttempts()).isEqualTo(1);
        });
    }

    @Test
    void shouldCloseWithoutAnAttemptAfterTheLastOneEndedWeKnowNotHow() {
        Dispatch dispatch = quick(dispatch("r1", "simulated/small"), "\"fault\":\"cut_mid_stream\"");
        dispatch.getRequest().setStream(true);
        PartitionExecutor executor = started(History.NONE, 10);

        accept(executor, 0, dispatch);

        await().until(() -> executor.firstUnfinished() == 1);
        assertThat(written.usage())
                .extracting(UsageReport::getStatus, UsageReport::getAttempt, UsageReport::getAttempts)
                .containsExactly(tuple("started", 1, null), tuple("not-executed", null, 1));
        assertThat(written.completions())
                .last()
                .extracting(Completion::getStatus, Completion::getFinal$)
                .containsExactly("error", true);
    }

    @Test
    void shouldExpireWhatFindsNoPlaceBeforeTheDeadline() {
        // given one place, which is taken
        PartitionExecutor executor = started(History.NONE, 1);
        accept(executor, 0, quick(dispatch("r1", "simulated/small"), "\"fault\":\"slow\""));
        accept(executor, 1, dispatch("r2", "simulated/small"));
        await().until(() -> simulated.open() == 1);

        // when
        now.set(DEADLINE);

        // then
        await().until(() -> executor.unfinished() == 1);
        assertThat(executor.firstUnfinished()).isZero();
        assertThat(written.completions()).singleElement().satisfies(completion -> {
            assertThat(completion.getRequestId()).isEqualTo("r2");
            assertThat(completion.getStatus()).isEqualTo("expired");
        });
        assertThat(written.usage().get(1).getStatus()).isEqualTo("not-executed");
        assertThat(written.usage().get(1).getAttempts()).isZero();
        assertThat(simulated.calls()).containsOnlyKeys("search/r1#1");
    }

    @Test
    void shouldNotCallWhenTheDeadlinePassesWhileTheStartIsWritten() {
        written.beforeCommit(() -> now.set(DEADLINE));
        PartitionExecutor executor = started(History.NONE, 10);

        accept(executor, 0, dispatch("r1", "simulated/small"));

        await().until(() -> executor.firstUnfinished() == 1);
        assertThat(simulated.calls()).isEmpty();
        assertThat(written.usage())
                .extracting(UsageReport::getStatus, UsageReport::getFinal$)
                .containsExactly(tuple("started", false), tuple("error", true));
    }

    @Test
    void shouldNotRepeatWhatIsFinishedAndCountTheBoundOfWhatWasStarted() {
        // given what an executor left behind: r1 finished, r2 on its way
        Dispatch finished = dispatch("r1", "simulated/small");
        Dispatch begun = quick(withHoldFor(2, dispatch("r2", "simulated/small")), "");
        UsageReport last =
                Reports.started(finished, new Call(1, finished.getChain().get(0)), ADMITTED);
        last.setFinal$(true);
        History history = new History(2);
        history.add(last);
        history.add(Reports.started(begun, new Call(1, begun.getChain().get(0)), ADMITTED));
        PartitionExecutor executor = started(history, 10);

        // when
        accept(executor, 0, finished);
        accept(executor, 1, begun);
        accept(executor, 2, quick(dispatch("r3", "simulated/small"), ""));

        // then
        await().until(() -> executor.firstUnfinished() == 3);
        assertThat(simulated.calls()).containsOnlyKeys("search/r2#2", "search/r3#1");
    }

    @Test
    void shouldSetAsideWhatIsNoDispatch() {
        PartitionExecutor executor = started(History.NONE, 10);

        executor.accept(record(5, new byte[] {9}), events.dispatch(record(5, new byte[] {9})));

        await().until(() -> executor.firstUnfinished() == 6);
        ProducerRecord<byte[], byte[]> letter = written.history().get(0);
        assertThat(letter.topic()).isEqualTo("llm.dead-letters");
        assertThat(letter.value()).containsExactly(9);
        assertThat(DeadLetter.of(letter.headers())).isNotNull().satisfies(from -> {
            assertThat(from.partition()).isEqualTo(PARTITION);
            assertThat(from.offset()).isEqualTo(5);
            assertThat(from.reason()).isEqualTo(DeadLetter.UNREADABLE);
            assertThat(from.by()).isEqualTo("provider-sink");
        });
    }

    @Test
    void shouldSayThatAnAnswerIsTooLargeToBePublished() {
        Dispatch dispatch = quick(dispatch("r1", "simulated/small"), "\"trace_output_tokens\":\"9000\"");
        dispatch.setOutputCap(9_000);
        PartitionExecutor executor = started(History.NONE, 10);

        accept(executor, 0, dispatch);

        await().until(() -> executor.firstUnfinished() == 1);
        assertThat(written.usage().get(1).getStatus()).isEqualTo("ok");
        assertThat(written.completions()).singleElement().satisfies(completion -> {
            assertThat(completion.getStatus()).isEqualTo("error");
            assertThat(completion.getResponse()).isNull();
            assertThat(completion.getError()).contains("too large", "kafka.max.request.size");
        });
    }

    @Test
    void shouldGoOnWhereAPartOfAStreamIsTooLargeToBePublished() {
        // given an answer of one chunk of some 45 kB, and another request behind it
        Dispatch dispatch = quick(dispatch("r1", "simulated/small"), "\"trace_output_tokens\":\"300000\"");
        dispatch.setOutputCap(300_000);
        dispatch.getRequest().setStream(true);
        withHoldFor(7_000, dispatch);
        PartitionExecutor executor = started(History.NONE, 10);

        // when
        accept(executor, 0, dispatch);
        accept(executor, 1, quick(dispatch("r2", "simulated/small"), ""));

        // then the call is reported as any other, and its reader told that parts are missing
        await().until(() -> executor.firstUnfinished() == 2);
        assertThat(written.usage("r1"))
                .last()
                .extracting(UsageReport::getStatus, UsageReport::getOutputTokens)
                .containsExactly("ok", 300_000L);
        assertThat(written.completions("r1")).singleElement().satisfies(completion -> {
            assertThat(completion.getStatus()).isEqualTo("error");
            assertThat(completion.getError()).contains("too large");
        });
        assertThat(written.completions("r2"))
                .last()
                .extracting(Completion::getStatus)
                .isEqualTo("ok");
    }

    @Test
    void shouldPassOverAModelThatNobodyHereCanCall() {
        PartitionExecutor executor = started(History.NONE, 10);

        accept(executor, 0, quick(dispatch("r1", "elsewhere/large", "simulated/small"), ""));

        await().until(() -> executor.firstUnfinished() == 1);
        assertThat(written.usage())
                .extracting(UsageReport::getUsageId, UsageReport::getProvider, UsageReport::getFinal$)
                .containsExactly(tuple("r1#1#started", "simulated", false), tuple("r1#1", "simulated", true));
        assertThat(meters.get("turnpike.models.passed.over")
                        .tag("gen_ai.provider.name", "elsewhere")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void shouldMakeAllThatItWritesAPartOfTheTraceOfTheDispatch() {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        PartitionExecutor executor = started(History.NONE, 10);
        byte[] value = serdes.avro(Topics.DISPATCHES)
                .serializer()
                .serialize("llm.dispatches", quick(dispatch("r1", "simulated/small"), ""));
        SinkRecord record = record(0, value);
        record.headers().addBytes("traceparent", parent.getBytes(StandardCharsets.UTF_8));

        executor.accept(record, events.dispatch(record));

        await().until(() -> executor.firstUnfinished() == 1);
        assertThat(written.history())
                .hasSize(3)
                .allSatisfy(each -> assertThat(
                                each.headers().lastHeader("traceparent").value())
                        .asString()
                        .isEqualTo(parent));
    }

    @Test
    void shouldTellHowCallsFare() {
        PartitionExecutor executor = started(History.NONE, 10);

        accept(executor, 0, quick(withHoldFor(3, dispatch("r1", "simulated/broken", "simulated/small")), ""));

        await().until(() -> executor.firstUnfinished() == 1);
        assertThat(meters.get("gen_ai.client.operation.duration")
                        .tags("gen_ai.request.model", "broken", "error.type", "500")
                        .timer()
                        .count())
                .isEqualTo(2);
        assertThat(meters.get("gen_ai.client.operation.duration")
                        .tags("gen_ai.request.model", "small", "error.type", "none")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get("turnpike.calls.repeated").counter().count()).isEqualTo(1);
        assertThat(meters.get("turnpike.dispatches.finished")
                        .tag("status", "ok")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get("gen_ai.client.token.usage")
                        .tag("gen_ai.token.type", "output")
                        .summary()
                        .totalAmount())
                .isEqualTo(written.usage().get(5).getOutputTokens());
        assertThat(meters.get("turnpike.calls.open").gauge().value()).isZero();
    }

    @Test
    void shouldLetOpenCallsEndAndStartNoOthersWhenItCloses() throws InterruptedException {
        // given one call on its way and another that waits for its place
        PartitionExecutor executor = started(History.NONE, 1);
        accept(executor, 0, given(dispatch("r1", "simulated/small"), "\"trace_latency_ms\":\"500\""));
        accept(executor, 1, quick(dispatch("r2", "simulated/small"), ""));
        await().until(() -> simulated.open() == 1);

        // when
        executor.closeBy(now.get().plusSeconds(30));
        executor.awaitClosed();

        // then
        assertThat(simulated.calls()).containsOnlyKeys("search/r1#1");
        assertThat(executor.firstUnfinished()).isEqualTo(1);
        assertThat(written.usage()).extracting(UsageReport::getUsageId).containsExactly("r1#1#started", "r1#1");
        assertThat(written.closed()).isTrue();
    }

    @Test
    void shouldNotStartWhatWasCancelledBeforeItWasDispatched() {
        cancellations.add(new Request("search", "r1"));
        PartitionExecutor executor = started(History.NONE, 10);

        accept(executor, 0, dispatch("r1", "simulated/small"));

        await().until(() -> executor.firstUnfinished() == 1);
        assertThat(simulated.calls()).isEmpty();
        assertThat(written.usage())
                .extracting(UsageReport::getStatus, UsageReport::getFinal$, UsageReport::getAttempts)
                .containsExactly(tuple("not-executed", true, 0));
        assertThat(written.completions()).singleElement().satisfies(completion -> {
            assertThat(completion.getStatus()).isEqualTo("cancelled");
            assertThat(completion.getFinal$()).isTrue();
        });
    }

    @Test
    void shouldReleaseWhatIsCancelledWhileItWaitsForAPlace() {
        // given one place, which is taken
        PartitionExecutor executor = started(History.NONE, 1);
        accept(executor, 0, quick(dispatch("r1", "simulated/small"), "\"fault\":\"slow\""));
        accept(executor, 1, dispatch("r2", "simulated/small"));
        await().until(() -> simulated.open() == 1);

        // when
        cancellations.add(new Request("search", "r2"));

        // then
        await().until(() -> executor.unfinished() == 1);
        assertThat(written.completions("r2"))
                .singleElement()
                .extracting(Completion::getStatus)
                .isEqualTo("cancelled");
        assertThat(simulated.calls()).containsOnlyKeys("search/r1#1");
    }

    @Test
    void shouldCutTheStreamOfACancelledRequestWhichCostsItsBound() {
        // given a stream that is on its way, and another of the same team
        PartitionExecutor executor = started(History.NONE, 10);
        accept(executor, 0, stream("r1", 6_400));
        accept(executor, 1, stream("r2", 640));
        await().until(() -> !written.completions("r1").isEmpty());

        // when
        cancellations.add(new Request("search", "r1"));

        // then its provider finds the connection closed
        await().until(() -> executor.firstUnfinished() == 2);
        await().until(() -> simulated.open() == 0);
        assertThat(written.usage("r1"))
                .extracting(UsageReport::getStatus, UsageReport::getFinal$, UsageReport::getAttempts)
                .containsExactly(tuple("started", false, null), tuple("not-executed", true, 1));
        assertThat(written.completions("r1")).hasSizeLessThan(32).last().satisfies(completion -> {
            assertThat(completion.getStatus()).isEqualTo("cancelled");
            assertThat(completion.getCostNanoUsd()).isEqualTo(BOUND);
        });
        assertThat(written.completions("r2"))
                .last()
                .extracting(Completion::getStatus)
                .isEqualTo("ok");
        assertThat(meters.get("gen_ai.client.operation.duration")
                        .tag("error.type", "cancelled")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void shouldNotSendWhatIsCancelledWhileItsStartIsWritten() {
        written.beforeCommit(() -> cancellations.add(new Request("search", "r1")));
        PartitionExecutor executor = started(History.NONE, 10);

        accept(executor, 0, dispatch("r1", "simulated/small"));

        await().until(() -> executor.firstUnfinished() == 1);
        // the commit may end before the loop hears of it, and then the call is cut
        assertThat(written.usage())
                .last()
                .satisfies(report -> assertThat(report.getFinal$()).isTrue());
        assertThat(written.completions())
                .last()
                .extracting(Completion::getStatus)
                .isEqualTo("cancelled");
    }

    @Test
    void shouldNotCallAgainWhatWasCancelledUnderAnExecutorThatDied() {
        // given
        Dispatch begun = withHoldFor(2, dispatch("r1", "simulated/small"));
        History history = new History(1);
        history.add(Reports.started(begun, new Call(1, begun.getChain().get(0)), ADMITTED));
        cancellations.add(new Request("search", "r1"));
        PartitionExecutor executor = started(history, 10);

        // when
        accept(executor, 0, begun);

        // then
        await().until(() -> executor.firstUnfinished() == 1);
        assertThat(simulated.calls()).isEmpty();
        assertThat(written.usage())
                .extracting(UsageReport::getStatus, UsageReport::getAttempts)
                .containsExactly(tuple("not-executed", 1));
    }

    @Test
    void shouldStopAndKeepItsPlaceWhenItIsFenced() {
        PartitionExecutor executor = started(History.NONE, 10);
        CountDownLatch fenced = new CountDownLatch(1);
        written.beforeCommit(() -> {
            if (fenced.getCount() > 0) {
                fenced.countDown();
                written.fenceProducer();
            }
        });

        accept(executor, 4, dispatch("r1", "simulated/small"));

        await().until(() -> executor.failure() != null);
        assertThat(executor.firstUnfinished()).isEqualTo(4);
        assertThat(simulated.calls()).isEmpty();
    }

    private static Dispatch stream(String requestId, int latencyMs) {
        Dispatch dispatch = given(
                dispatch(requestId, "simulated/small"),
                "\"trace_output_tokens\":\"32\",\"trace_latency_ms\":\"" + latencyMs + "\"");
        dispatch.getRequest().setStream(true);
        return dispatch;
    }

    private PartitionExecutor started(History history, int places) {
        Provider provider = new Provider(
                new ProviderSettings(
                        "simulated",
                        Dialect.OPENAI,
                        URI.create(simulated.url()),
                        null,
                        places,
                        Duration.ofSeconds(20),
                        "max_completion_tokens"),
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .executor(threads)
                        .build(),
                now::get,
                metrics.calls());
        PartitionExecutor started = new PartitionExecutor(
                PARTITION,
                new Terms(Set.of("simulated"), 1, Duration.ZERO, Duration.ofSeconds(1)),
                Map.of("simulated", provider),
                events,
                metrics,
                new Journal(written),
                (partition, since) -> history,
                cancellations,
                now::get);
        executor = started;
        started.start();
        return started;
    }

    private void accept(PartitionExecutor executor, long offset, Dispatch dispatch) {
        byte[] value = serdes.avro(Topics.DISPATCHES).serializer().serialize("llm.dispatches", dispatch);
        SinkRecord record = record(offset, value);
        Received<Dispatch> received = events.dispatch(record);
        executor.accept(record, received);
    }

    private static SinkRecord record(long offset, byte[] value) {
        return new SinkRecord(
                "llm.dispatches",
                PARTITION,
                null,
                "search".getBytes(StandardCharsets.UTF_8),
                null,
                value,
                offset,
                ADMITTED.toEpochMilli(),
                TimestampType.CREATE_TIME);
    }

    private static Dispatch quick(Dispatch dispatch, String metadata) {
        return given(dispatch, "\"trace_latency_ms\":\"5\"" + (metadata.isEmpty() ? "" : ",") + metadata);
    }

    private static Dispatch given(Dispatch dispatch, String metadata) {
        dispatch.getRequest().setParams("{\"metadata\":{" + metadata + "}}");
        return dispatch;
    }

    private static Tuple tuple(@Nullable Object... values) {
        return Tuple.tuple(values);
    }
}
