package dev.turnpike.sink.provider.call;

import static dev.turnpike.sink.provider.Dispatches.INPUT_BOUND;
import static dev.turnpike.sink.provider.Dispatches.OUTPUT_CAP;
import static dev.turnpike.sink.provider.Dispatches.dispatch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cluster.SimulatedProvider;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.sink.provider.call.ProviderSettings.Dialect;
import dev.turnpike.sink.provider.execution.Outcome;
import dev.turnpike.sink.provider.execution.Outcome.Answered;
import dev.turnpike.sink.provider.execution.Outcome.Failed;
import dev.turnpike.sink.provider.execution.Outcome.Remedy;
import dev.turnpike.sink.provider.execution.Outcome.Unknown;
import dev.turnpike.sink.provider.execution.Step.Call;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProviderTest {

    private static final Duration PATIENT = Duration.ofMinutes(1);

    private final SimulatedProvider simulated = SimulatedProvider.start(SimulatedProvider.Options.standard());
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(threads)
            .build();
    private final List<String> chunks = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        simulated.close();
        threads.shutdownNow();
    }

    @Test
    void shouldAnswerWithTheCountsOfTheProvider() {
        Outcome outcome = call(given("\"trace_output_tokens\":\"12\",\"trace_cached_tokens\":\"3\"", false), PATIENT);

        assertThat(outcome).isInstanceOfSatisfying(Answered.class, answered -> {
            assertThat(answered.counts().output()).isEqualTo(12);
            assertThat(answered.counts().cacheRead()).isEqualTo(3);
            assertThat(answered.counts().input()).isPositive().isLessThan(INPUT_BOUND);
            assertThat(answered.counts().isLocal()).isFalse();
            assertThat(answered.response()).contains("\"object\":\"chat.completion\"", "\"finish_reason\":\"stop\"");
        });
        assertThat(simulated.calls()).containsOnlyKeys("search/r1#1");
    }

    @Test
    void shouldNotGetMoreThanTheOutputCap() {
        Outcome outcome = call(given("\"trace_output_tokens\":\"5000\"", false), PATIENT);

        assertThat(outcome).isInstanceOfSatisfying(Answered.class, answered -> {
            assertThat(answered.counts().output()).isEqualTo(OUTPUT_CAP);
            assertThat(answered.response()).contains("\"finish_reason\":\"length\"");
        });
    }

    @Test
    void shouldHandOnAStreamChunkByChunk() {
        Outcome outcome = call(given("\"trace_output_tokens\":\"12\"", true), PATIENT);

        assertThat(chunks).hasSize(12).first().asString().contains("chat.completion.chunk");
        assertThat(outcome).isInstanceOfSatisfying(Answered.class, answered -> {
            assertThat(answered.counts().output()).isEqualTo(12);
            assertThat(answered.counts().isLocal()).isFalse();
            assertThat(answered.timing().firstTokenMs())
                    .isLessThanOrEqualTo(answered.timing().latencyMs());
        });
    }

    @Test
    void shouldFailWithoutCostWhereTheProviderFails() {
        assertThat(call(given("\"fault\":\"error_500\"", false), PATIENT))
                .isInstanceOfSatisfying(Failed.class, failed -> {
                    assertThat(failed.remedy()).isEqualTo(Remedy.RETRY);
                    assertThat(failed.reason()).isEqualTo("HTTP 500: the server had an error");
                });
    }

    @Test
    void shouldReadHowLongALimitedProviderWantsToBeLeftAlone() {
        assertThat(call(given("\"fault\":\"rate_limited\",\"retry_after_ms\":\"40\"", true), PATIENT))
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.retryAfter()).isEqualTo(Duration.ofMillis(40)));
    }

    @Test
    void shouldNotKnowTheCostOfAStreamThatIsCut() {
        Outcome outcome = call(given("\"fault\":\"cut_mid_stream\",\"trace_output_tokens\":\"12\"", true), PATIENT);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Unknown.class, unknown -> assertThat(unknown.wasHeard()).isTrue());
        assertThat(chunks).hasSize(6);
    }

    @Test
    void shouldNotKnowTheCostOfAnAnswerThatIsCut() {
        Outcome outcome = call(given("\"fault\":\"cut_mid_stream\"", false), PATIENT);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Unknown.class, unknown -> assertThat(unknown.wasHeard()).isFalse());
    }

    @Test
    void shouldCountByItselfWhereTheProviderDoesNot() {
        Outcome whole = call(given("\"fault\":\"no_usage\",\"trace_output_tokens\":\"12\"", false), PATIENT);
        Outcome stream = call(given("\"fault\":\"no_usage\",\"trace_output_tokens\":\"12\"", true), PATIENT);

        for (Outcome outcome : List.of(whole, stream)) {
            assertThat(outcome).isInstanceOfSatisfying(Answered.class, answered -> {
                assertThat(answered.counts().isLocal()).isTrue();
                assertThat(answered.counts().input()).isEqualTo(INPUT_BOUND);
                assertThat(answered.counts().output()).isBetween(12L, OUTPUT_CAP);
            });
        }
    }

    @Test
    void shouldNotKnowTheCostOfAnAnswerThatItDidNotWaitFor() {
        Outcome outcome = call(given("\"fault\":\"slow\"", false), Duration.ofMillis(100));

        assertThat(outcome).isEqualTo(new Unknown("no answer within 100 ms", false));
    }

    @Test
    void shouldFailWithoutCostWhereNobodyListens() {
        simulated.close();

        assertThat(call(given("", false), PATIENT)).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.remedy()).isEqualTo(Remedy.RETRY);
            assertThat(failed.reason()).startsWith("no connection to simulated at http://127.0.0.1:");
        });
    }

    @Test
    void shouldFailWithoutACallWhereTheRequestCannotBeSaid() {
        Dispatch dispatch = dispatch("r1", "simulated/small");
        dispatch.getRequest().setMessages("\"hi\"");

        assertThat(call(dispatch, PATIENT))
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.remedy()).isEqualTo(Remedy.NONE));
        assertThat(simulated.calls()).isEmpty();
    }

    @Test
    void shouldEndTheConnectionOfACallThatIsGivenUp() {
        Provider provider = provider(PATIENT);
        Dispatch dispatch = given("\"trace_latency_ms\":\"3200\",\"trace_output_tokens\":\"50\"", true);

        CompletableFuture<Outcome> call = begin(provider, dispatch);
        Awaitility.await().until(() -> !chunks.isEmpty());
        call.cancel(true);

        // the next chunk finds the connection closed, long before the answer would have ended
        Awaitility.await().until(() -> simulated.open() == 0);
        assertThat(chunks).hasSizeLessThan(32);
    }

    @Test
    void shouldEndTheConnectionOfACallThatIsCutAndNotKnowItsCost() {
        Dispatch dispatch = given("\"trace_latency_ms\":\"3200\",\"trace_output_tokens\":\"50\"", true);
        Ongoing call = ongoing(provider(PATIENT), dispatch);
        Awaitility.await().until(() -> !chunks.isEmpty());

        call.cut();

        assertThat(call.outcome().join()).isEqualTo(new Unknown("cancelled by the caller", true));
        Awaitility.await().until(() -> simulated.open() == 0);
    }

    @Test
    void shouldNotUndoAnAnswerThatIsThereWhenItIsCut() {
        Ongoing call = ongoing(provider(PATIENT), given("\"trace_output_tokens\":\"12\"", true));
        Outcome outcome = call.outcome().join();

        call.cut();

        assertThat(call.outcome().join()).isSameAs(outcome).isInstanceOf(Answered.class);
    }

    @Test
    void shouldHoldAThousandOpenCallsOnTwoThreads() {
        Provider provider = provider(PATIENT);
        List<CompletableFuture<Outcome>> calls = new ArrayList<>();

        for (int i = 0; i < 1_000; i++) {
            calls.add(begin(provider, given("r" + i, "\"fault\":\"slow\"", false)));
        }

        Awaitility.await().atMost(PATIENT).until(() -> simulated.open() == 1_000);
        assertThat(simulated.calls().values()).hasSize(1_000).containsOnly(1);
        calls.forEach(call -> call.cancel(true));
    }

    private Outcome call(Dispatch dispatch, Duration timeout) {
        return begin(provider(timeout), dispatch).join();
    }

    private CompletableFuture<Outcome> begin(Provider provider, Dispatch dispatch) {
        return ongoing(provider, dispatch).outcome();
    }

    private Ongoing ongoing(Provider provider, Dispatch dispatch) {
        return provider.call(dispatch, new Call(1, dispatch.getChain().get(0)), Trace.NONE, chunks::add);
    }

    private Provider provider(Duration timeout) {
        ProviderSettings settings = new ProviderSettings(
                "simulated", Dialect.OPENAI, URI.create(simulated.url()), null, 10, timeout, "max_completion_tokens");
        return new Provider(settings, http, InstantSource.system(), new CallMetrics(new SimpleMeterRegistry()));
    }

    private static Dispatch given(String metadata, boolean stream) {
        return given("r1", metadata.contains("latency") ? metadata : quick(metadata), stream);
    }

    private static String quick(String metadata) {
        return "\"trace_latency_ms\":\"10\"" + (metadata.isEmpty() ? "" : ",") + metadata;
    }

    private static Dispatch given(String requestId, String metadata, boolean stream) {
        Dispatch dispatch = dispatch(requestId, "simulated/small");
        dispatch.getRequest().setParams("{\"metadata\":{" + metadata + "}}");
        dispatch.getRequest().setStream(stream);
        return dispatch;
    }
}
