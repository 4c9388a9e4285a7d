package dev.turnpike.sink.provider;

import static dev.turnpike.sink.provider.Dispatches.dispatch;
import static dev.turnpike.sink.provider.Dispatches.withHoldFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import dev.turnpike.cluster.ClusterException;
import dev.turnpike.cluster.LocalConnect;
import dev.turnpike.cluster.SimulatedProvider;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.UsageReport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@TestInstance(Lifecycle.PER_CLASS)
class ProviderSinkIT {

    private final SinkScene scene =
            SinkScene.set("sink.", SimulatedProvider.Options.standard().withFault("broken", "error_500"));
    private LocalConnect connect;

    @BeforeAll
    void deploy(@TempDir Path dir) {
        connect = LocalConnect.start(scene.cluster().bootstrapServers(), dir);
        connect.deploy(scene.settings());
    }

    @AfterAll
    void end() {
        connect.close();
        scene.close();
    }

    @Test
    void shouldExecuteADispatchAndReportWhatItUsed() {
        scene.publish(
                given("whole", "\"trace_output_tokens\":\"20\",\"trace_cached_tokens\":\"4\"", "simulated/small"));

        scene.await(written -> written.isComplete("whole"));
        assertThat(scene.usage("whole"))
                .extracting(UsageReport::getUsageId, UsageReport::getStatus, UsageReport::getFinal$)
                .containsExactly(tuple("whole#1#started", "started", false), tuple("whole#1", "ok", true));
        UsageReport report = scene.usage("whole").get(1);
        assertThat(report.getOutputTokens()).isEqualTo(20);
        assertThat(report.getCacheReadInputTokens()).isEqualTo(4);
        assertThat(report.getAttempts()).isEqualTo(1);
        assertThat(report.getLatencyMs()).isPositive();
        assertThat(scene.completions("whole")).singleElement().satisfies(completion -> {
            assertThat(completion.getStatus()).isEqualTo("ok");
            assertThat(completion.getModel()).isEqualTo("small");
            assertThat(completion.getResponse()).contains("\"usage\":{\"prompt_tokens\"");
        });
    }

    @Test
    void shouldWriteAStreamChunkByChunk() {
        Dispatch dispatch = given("stream", "\"trace_output_tokens\":\"8\"", "simulated/small");
        dispatch.getRequest().setStream(true);

        scene.publish(dispatch);

        scene.await(written -> written.isComplete("stream"));
        assertThat(scene.completions("stream"))
                .extracting(Completion::getSeq)
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(scene.completions("stream").get(0).getDelta()).contains("\"role\":\"assistant\"");
        assertThat(scene.usage("stream").get(1).getOutputTokens()).isEqualTo(8);
        assertThat(scene.usage("stream").get(1).getTimeToFirstTokenMs()).isNotNull();
    }

    @Test
    void shouldCutTheCallOfACancelledRequest() {
        Dispatch dispatch = given("unwanted", "\"trace_output_tokens\":\"32\"", "simulated/small");
        dispatch.getRequest()
                .setParams("{\"metadata\":{\"trace_output_tokens\":\"32\",\"trace_latency_ms\":\"64000\"}}");
        dispatch.getRequest().setStream(true);
        scene.publish(dispatch);
        scene.await(written -> !written.completions("unwanted").isEmpty());

        scene.cancel("search", "unwanted");

        scene.await(written -> written.isComplete("unwanted"));
        assertThat(scene.completions("unwanted"))
                .last()
                .extracting(Completion::getStatus)
                .isEqualTo("cancelled");
        assertThat(scene.usage("unwanted"))
                .extracting(UsageReport::getStatus)
                .containsExactly("started", "not-executed");
        scene.await(written -> written.provider().open() == 0);
    }

    @Test
    void shouldFallBackToTheNextModelOfTheChain() {
        scene.publish(given("fallback", "", "simulated/broken", "simulated/small"));

        scene.await(written -> written.isComplete("fallback"));
        assertThat(scene.usage("fallback"))
                .filteredOn(report -> !report.getStatus().equals("started"))
                .extracting(UsageReport::getModel, UsageReport::getStatus, UsageReport::getFinal$)
                .containsExactly(
                        tuple("broken", "error", false), tuple("broken", "error", false), tuple("small", "ok", true));
        assertThat(scene.completions("fallback")).singleElement().satisfies(completion -> {
            assertThat(completion.getModel()).isEqualTo("small");
            assertThat(completion.getAttempt()).isEqualTo(3);
        });
    }

    @Test
    void shouldWaitAsLongAsTheProviderAsksAndTryAgain() {
        scene.publish(given(
                "limited",
                "\"fault\":\"rate_limited\",\"fault_calls\":\"1\",\"retry_after_ms\":\"30\"",
                "simulated/small"));

        scene.await(written -> written.isComplete("limited"));
        assertThat(scene.usage("limited"))
                .filteredOn(report -> !report.getStatus().equals("started"))
                .extracting(UsageReport::getStatus)
                .containsExactly("error", "ok");
    }

    @Test
    void shouldExecuteNothingBehindTheDeadline() {
        Dispatch dispatch = given("late", "", "simulated/small");
        dispatch.setDeadline(Instant.now().minus(Duration.ofSeconds(1)).toEpochMilli());

        scene.publishAsItIs(dispatch);

        scene.await(written -> written.isComplete("late"));
        assertThat(scene.usage("late")).singleElement().satisfies(report -> {
            assertThat(report.getStatus()).isEqualTo("not-executed");
            assertThat(report.getFinal$()).isTrue();
            assertThat(report.getAttempts()).isZero();
        });
        assertThat(scene.completions("late").get(0).getStatus()).isEqualTo("expired");
        assertThat(scene.provider().calls()).doesNotContainKey("search/late#1");
    }

    @Test
    void shouldAskForAnotherDecisionWhenTheHoldCannotPay() {
        scene.publish(given("dear", "\"fault\":\"cut_mid_stream\"", "simulated/small"));

        scene.await(written -> written.redecisions().stream()
                .anyMatch(asked -> asked.getRequestId().equals("dear")));
        assertThat(scene.usage("dear")).extracting(UsageReport::getStatus).containsExactly("started");
        assertThat(scene.completions("dear")).isEmpty();
        assertThat(scene.redecisions())
                .filteredOn(asked -> asked.getRequestId().equals("dear"))
                .singleElement()
                .satisfies(asked -> {
                    assertThat(asked.getDecision()).isEqualTo(1);
                    assertThat(asked.getAttempts()).isEqualTo(1);
                    assertThat(asked.getDispatch().getRequestId()).isEqualTo("dear");
                });
    }

    @Test
    void shouldTryAgainWhileTheHoldPays() {
        scene.publish(
                withHoldFor(2, given("paid", "\"fault\":\"cut_mid_stream\",\"fault_calls\":\"1\"", "simulated/small")));

        scene.await(written -> written.isComplete("paid"));
        assertThat(scene.usage("paid"))
                .extracting(UsageReport::getUsageId)
                .containsExactly("paid#1#started", "paid#2#started", "paid#2");
        assertThat(scene.usage("paid").get(2).getAttempts()).isEqualTo(2);
    }

    @Test
    void shouldCallNothingWhereNoProviderIsConfigured() {
        scene.publish(given("elsewhere", "", "elsewhere/large"));

        scene.await(written -> written.isComplete("elsewhere"));
        assertThat(scene.completions("elsewhere").get(0).getError())
                .startsWith("elsewhere/large: provider elsewhere is not configured");
        assertThat(scene.usage("elsewhere")).singleElement().satisfies(report -> {
            assertThat(report.getFinal$()).isTrue();
            assertThat(report.getAttempts()).isZero();
            assertThat(report.getError()).contains("provider elsewhere");
        });
    }

    @Test
    void shouldSetAsideWhatIsNoDispatch() {
        scene.publish("search", new byte[] {1, 2, 3});

        scene.await(written -> !written.deadLetters().isEmpty());
        assertThat(scene.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.value()).containsExactly(1, 2, 3);
            assertThat(DeadLetter.of(letter.headers())).isNotNull().satisfies(from -> {
                assertThat(from.topic()).isEqualTo("sink.dispatches");
                assertThat(from.reason()).isEqualTo(DeadLetter.UNREADABLE);
            });
        });
    }

    @Test
    void shouldShowAKeyNeitherInItsLogNorInARecord() throws IOException {
        // given a provider that repeats in its errors what it was sent
        String key = "sk-not-for-anybody-elses-eyes";
        HttpServer indiscreet = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        indiscreet.createContext("/", exchange -> {
            byte[] error =
                    exchange.getRequestHeaders().getFirst("authorization").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(401, error.length);
            exchange.getResponseBody().write(error);
            exchange.close();
        });
        indiscreet.start();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        Logger kafka = (Logger) LoggerFactory.getLogger("org.apache.kafka");
        log.start();
        root.addAppender(log);
        kafka.addAppender(log);
        // to the list alone: it is much
        kafka.setAdditive(false);
        kafka.setLevel(Level.DEBUG);

        // when a call fails, and a connector is refused
        try (SinkScene other = SinkScene.set("sink-keys.", SimulatedProvider.Options.standard())) {
            Map<String, String> settings = other.settings();
            settings.put(
                    "provider.simulated.url",
                    "http://127.0.0.1:" + indiscreet.getAddress().getPort());
            settings.put("provider.simulated.key", key);
            connect.deploy(settings);
            other.publish(given("secret", "", "simulated/small"));
            other.await(written -> written.isComplete("secret"));
            settings.put("name", "refused");
            settings.put("retries", "many");
            assertThatExceptionOfType(ClusterException.class).isThrownBy(() -> connect.deploy(settings));

            // then
            assertThat(other.completions("secret").get(0).getError()).contains("HTTP 401: Bearer ***");
            assertThat(other.usage("secret").toString() + other.completions("secret"))
                    .doesNotContain(key);
            List<ILoggingEvent> lines;
            // others go on logging
            synchronized (log) {
                lines = List.copyOf(log.list);
            }
            assertThat(lines).isNotEmpty();
            assertThat(lines).extracting(ILoggingEvent::getFormattedMessage).noneMatch(line -> line.contains(key));
        } finally {
            kafka.setLevel(Level.OFF);
            kafka.setAdditive(true);
            kafka.detachAppender(log);
            root.detachAppender(log);
            indiscreet.stop(0);
        }
    }

    @Test
    void shouldRefuseToReadWhatIsNotCommitted() {
        Map<String, String> settings = scene.settings();
        settings.put("name", "careless");
        settings.put("consumer.override.isolation.level", "read_uncommitted");

        assertThatExceptionOfType(ClusterException.class)
                .isThrownBy(() -> connect.deploy(settings))
                .withMessageContainingAll("connector careless", "must be read_committed")
                .withMessageNotContaining("\n");
        assertThat(connect.status("careless").running()).isFalse();
    }

    @Test
    void shouldRefuseToStartWithoutBeingToldToReadWhatIsCommitted() {
        Map<String, String> settings = scene.settings();
        settings.put("name", "careless");
        settings.remove("consumer.override.isolation.level");

        assertThatExceptionOfType(ClusterException.class)
                .isThrownBy(() -> connect.deploy(settings))
                .withMessageContaining("consumer.override.isolation.level");
    }

    @Test
    void shouldSayInOneLineWhyATaskFailed() {
        try (SinkScene other = SinkScene.set("sink-failed.", SimulatedProvider.Options.standard())) {
            Map<String, String> settings = other.settings();
            settings.put("value.converter", "org.apache.kafka.connect.storage.StringConverter");
            connect.deploy(settings);
            other.publish("search", new byte[] {'x'});

            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> !connect.status("sink-failed.sink").problems().isEmpty());
            assertThat(connect.status("sink-failed.sink").problems())
                    .containsExactly(
                            "connector sink-failed.sink task 0: the sink was handed a String; set key.converter and "
                                    + "value.converter to org.apache.kafka.connect.converters.ByteArrayConverter");
        }
    }

    private static Dispatch given(String requestId, String metadata, String... offers) {
        Dispatch dispatch = dispatch(requestId, offers);
        dispatch.getRequest()
                .setParams("{\"metadata\":{\"trace_latency_ms\":\"20\"" + (metadata.isEmpty() ? "" : "," + metadata)
                        + "}}");
        return dispatch;
    }
}
