package dev.turnpike.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.turnpike.gateway.Scene.OpenDoor;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.UsageReport;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two doors to one system: keys, retries, clients that leave, and many that wait. */
@ExtendWith(OneScene.class)
class DoorIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static Scene scene;
    private static OpenDoor here;
    private static OpenDoor there;
    private static String key;

    @BeforeAll
    static void open(Scene set) {
        scene = set;
        here = scene.door(Map.of());
        there = scene.door(Map.of());
        key = scene.key("search", "ann", here, there);
    }

    @Test
    void shouldLetNobodyInWithARevokedKey() throws Exception {
        String revoked = scene.key("search", "eve", here, there);

        scene.revoke(revoked);

        await().atMost(PATIENCE)
                .until(() -> scene.models(here, revoked).statusCode() == 401
                        && scene.models(there, revoked).statusCode() == 401);
        assertThat(scene.models(here, key).statusCode()).isEqualTo(200);
    }

    @Test
    void shouldAnswerACallAtTheDoorWhereItCameIn() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            HttpRequest request = scene.chat(i % 2 == 0 ? here : there, key, body("turn " + i, 20));
            responses.add(scene.http().sendAsync(request, BodyHandlers.ofString()));
        }

        for (CompletableFuture<HttpResponse<String>> response : responses) {
            assertThat(response.get().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void shouldPayOnceForAnIdempotencyKeyAtWhicheverDoor() throws Exception {
        String body = body("once", 300);
        String[] name = {"idempotency-key", "order-7"};
        CompletableFuture<HttpResponse<String>> first =
                scene.http().sendAsync(scene.chat(here, key, body, name), BodyHandlers.ofString());
        HttpResponse<String> meanwhile = scene.send(scene.chat(there, key, body, name));
        HttpResponse<String> afterwards = scene.send(scene.chat(there, key, body, name));

        String id = header(first.get(), "x-request-id");
        assertThat(header(meanwhile, "x-request-id")).isEqualTo(id);
        assertThat(header(afterwards, "x-request-id")).isEqualTo(id);
        assertThat(meanwhile.body()).isEqualTo(first.get().body());
        assertThat(afterwards.body()).isEqualTo(first.get().body());
        assertThat(header(afterwards, "x-turnpike-reason")).isEqualTo(header(first.get(), "x-turnpike-reason"));
        assertThat(scene.provider().calls()).containsEntry("search/" + id + "#1", 1);
    }

    @Test
    void shouldGiveARetryTheAnswerThatItsFirstTryPaidFor() throws Exception {
        // given: a client that gives up
        // long enough that it has left before the answer is there, however slow this machine is
        String body = body("impatient", 6_000);
        CompletableFuture<HttpResponse<String>> first = scene.http()
                .sendAsync(scene.chat(here, key, body, "x-stainless-retry-count", "0"), BodyHandlers.ofString());
        await().atMost(PATIENCE).until(() -> request("impatient").size() == 1);
        String id = request("impatient").get(0).getRequestId();
        first.cancel(true);
        await().atMost(PATIENCE).until(() -> here.callsUnderWay() == 0);

        // when: it tries again, as OpenAI's clients do
        HttpResponse<String> retry = scene.send(scene.chat(here, key, body, "x-stainless-retry-count", "1"));

        // then
        assertThat(retry.statusCode()).isEqualTo(200);
        assertThat(header(retry, "x-request-id")).isEqualTo(id);
        assertThat(scene.provider().calls()).containsEntry("search/" + id + "#1", 1);
    }

    @Test
    void shouldCutTheCallOfAClientThatLeavesInTheMiddleOfTheStreamAndKeepItsBoundHeld() throws Exception {
        // given: a stream that would take a minute
        String body = body("leaving", 60_000).replace("\"model\"", "\"stream\":true,\"model\"");
        HttpResponse<InputStream> response =
                scene.http().send(scene.chat(here, key, body), BodyHandlers.ofInputStream());
        assertThat(response.body().read()).isPositive();

        // when
        response.body().close();

        // then: the provider's connection is closed, and nobody knows what it charges
        await().atMost(PATIENCE).until(() -> here.callsUnderWay() == 0 && here.bytesKept() == 0);
        String id = response.headers().firstValue("x-request-id").orElseThrow();
        await().atMost(PATIENCE)
                .until(() -> scene.read(Topics.COMPLETIONS).stream()
                        .anyMatch(part -> part.getRequestId().equals(id)
                                && part.getFinal$()
                                && part.getStatus().equals("cancelled")));
        await().atMost(PATIENCE).until(() -> scene.provider().open() == 0);
        assertThat(scene.read(Topics.USAGE))
                .filteredOn(report -> id.equals(report.getRequestId()))
                .extracting(UsageReport::getStatus)
                .containsExactly("started", "not-executed");
    }

    @Test
    void shouldSayWhenItIsTooLateAndHaveTheAnswerForWhoeverComesBack() throws Exception {
        OpenDoor hasty = scene.door(Map.of("gateway.timeout", "300ms"));
        String body = body("hasty", 1_500);
        String[] name = {"idempotency-key", "hasty-1"};

        HttpResponse<String> first = scene.send(scene.chat(hasty, key, body, name));
        assertThat(first.statusCode()).isEqualTo(504);
        assertThat(header(first, "x-should-retry")).isEqualTo("false");

        HttpResponse<String> second = scene.send(scene.chat(here, key, body, name));
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(header(second, "x-request-id")).isEqualTo(header(first, "x-request-id"));
    }

    @Test
    void shouldRefuseWhatTheBrokerWouldNotTake() throws Exception {
        OpenDoor wide = scene.door(Map.of("request.max.bytes", "3000000"));

        HttpResponse<String> response = scene.send(scene.chat(wide, key, body("x".repeat(2_000_000), 1)));

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).contains("max.message.bytes of the topic door.requests");
    }

    @Test
    void shouldCarryTheCallersTraceToTheModelAndToTheLedger() throws Exception {
        // given: a call that fails once, so that there is a second attempt
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        String[] headers = {"traceparent", parent, "tracestate", "vendor=1"};

        HttpResponse<String> response =
                scene.send(scene.chat(here, key, body("traced", 20, "error_500", "1"), headers));

        assertThat(response.statusCode()).isEqualTo(200);
        String id = header(response, "x-request-id");
        await().atMost(PATIENCE)
                .until(() -> scene.traces(Topics.LEDGER, LedgerEntry::getRequestId, id)
                                .size()
                        == 2);
        Trace trace = Trace.of(parent, "vendor=1");
        assertThat(scene.traces(Topics.REQUESTS, LlmRequest::getRequestId, id)).containsExactly(trace);
        assertThat(scene.traces(Topics.DISPATCHES, Dispatch::getRequestId, id)).containsExactly(trace);
        assertThat(scene.traces(Topics.USAGE, UsageReport::getRequestId, id))
                .hasSize(4)
                .containsOnly(trace);
        assertThat(scene.traces(Topics.COMPLETIONS, Completion::getRequestId, id))
                .isNotEmpty()
                .containsOnly(trace);
        assertThat(scene.traces(Topics.LEDGER, LedgerEntry::getRequestId, id)).containsOnly(trace);
        assertThat(scene.provider().traces())
                .containsEntry("search/" + id + "#1", parent)
                .containsEntry("search/" + id + "#2", parent);
    }

    @Test
    void shouldCarryTheCallersTraceToARefusal() throws Exception {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4737-00f067aa0ba902b7-01";
        // no model is as good as that
        String[] headers = {"traceparent", parent, "x-turnpike-quality-floor", "0.99"};

        HttpResponse<String> response = scene.send(scene.chat(here, key, body("refused", 20), headers));

        assertThat(response.statusCode()).isGreaterThanOrEqualTo(400);
        String id = header(response, "x-request-id");
        assertThat(scene.traces(Topics.REJECTIONS, Rejection::getRequestId, id))
                .containsExactly(Trace.of(parent, null));
    }

    @Test
    void shouldLogNothingOfWhatIsInARequestWhateverGoesWrongWithIt() throws Exception {
        String marker = "zanzibar4711";
        try (Logged logged = Logged.from(Level.DEBUG)) {
            // when: it goes well; the model fails, once and always, and is cut off in its answer; the provider says the
            // text back
            scene.send(scene.chat(here, key, body(marker, 20)));
            scene.send(scene.chat(here, key, body(marker, 20, "error_500", "1")));
            scene.send(scene.chat(here, key, body(marker, 20, "error_500", "99")));
            scene.send(scene.chat(here, key, body(marker, 20, "cut_mid_stream", "99")));
            scene.send(scene.chat(here, key, body("said back", 20).replace("\"40\"", "\"" + marker + "\"")));
            // when: it is not what it should be, at the door and behind it
            scene.send(scene.chat(here, key, "{\"messages\": " + marker + "}"));
            scene.send(scene.chat(here, key, "{\"messages\": [{\"" + marker + "\": 1}]}"));
            byte[] broken = ("{\"request_id\": \"r1\", \"messages\": " + marker).getBytes(StandardCharsets.UTF_8);
            List<Topic<?>> open = List.of(Topics.REQUESTS, Topics.USAGE, Topics.OUTCOMES);
            List<Topic<?>> ours = List.of(
                    Topics.DISPATCHES, Topics.REDECISIONS, Topics.REJECTIONS, Topics.COMPLETIONS, Topics.CANCELLATIONS);
            open.forEach(topic -> scene.publish(topic, "search", broken));
            ours.forEach(topic -> scene.publish(topic, "search", broken));
            // when: the sink cannot execute a dispatch
            Dispatch dispatch = scene.read(Topics.DISPATCHES).get(0);
            dispatch.setRequestId("unspeakable");
            dispatch.setDeadline(Instant.now().plus(PATIENCE).toEpochMilli());
            dispatch.getRequest().setRequestId("unspeakable");
            dispatch.getRequest().setMessages(marker);
            scene.publish(Topics.DISPATCHES, "search", scene.bytes(Topics.DISPATCHES, dispatch));

            // then: it has come to all of them, and they have said so
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(scene.deadLetters(marker))
                            .extracting(letter -> letter.topic().substring("door.".length()) + ' ' + letter.by())
                            .contains(
                                    "requests door.router",
                                    "usage door.meter",
                                    "outcomes door.meter",
                                    "dispatches door.meter",
                                    "dispatches door.sink",
                                    "redecisions door.router",
                                    "rejections door.meter"));
            await().atMost(PATIENCE)
                    .until(() -> logged.lines().stream().anyMatch(line -> line.contains("door.completions"))
                            && logged.lines().stream().anyMatch(line -> line.contains("door.dispatches")));
            assertThat(logged.lines()).noneMatch(line -> line.contains(marker));
            assertThat(scene.deadLetters(marker))
                    .noneMatch(letter -> letter.detail().contains(marker));
        }
    }

    @Test
    void shouldAnswerFiveHundredCallsThatWaitAtTheSameTime() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            HttpRequest request = scene.chat(here, key, body("crowd " + i, 3_000));
            responses.add(scene.http().sendAsync(request, BodyHandlers.ofString()));
        }

        for (CompletableFuture<HttpResponse<String>> response : responses) {
            assertThat(response.get().statusCode()).as(response.get().body()).isEqualTo(200);
        }
        assertThat(responses.stream()
                        .map(response -> header(response.join(), "x-request-id"))
                        .distinct())
                .hasSize(500);
        assertThat(here.callsUnderWay()).isZero();
        assertThat(scene.read(Topics.COMPLETIONS).stream()
                        .filter(Completion::getFinal$)
                        .count())
                .isGreaterThanOrEqualTo(500);
    }

    private static List<LlmRequest> request(String content) {
        return scene.read(Topics.REQUESTS).stream()
                .filter(request -> request.getMessages().contains(content))
                .toList();
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("none");
    }

    /** A body whose first calls of a model fail. */
    private static String body(String content, int latencyMs, String fault, String calls) {
        return body(content, latencyMs)
                .replace(
                        "\"metadata\":{",
                        "\"metadata\":{\"fault\":\"" + fault + "\",\"fault_calls\":\"" + calls + "\",");
    }

    private static String body(String content, int latencyMs) {
        return "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"" + content
                + "\"}],\"max_tokens\":50,\"metadata\":{\"trace_latency_ms\":\"" + latencyMs
                + "\",\"trace_output_tokens\":\"40\"}}";
    }
}
