package dev.turnpike.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.turnpike.gateway.call.Calls;
import dev.turnpike.gateway.call.Door;
import dev.turnpike.gateway.call.Published;
import dev.turnpike.gateway.chat.Holder;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.streams.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The door over HTTP, with clients that behave and clients that do not; what becomes of requests is up to the test. */
class DoorServletTest {

    private static final int MOST_BODY = 20_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String HELLO = body("hello", false);

    private final Published publisher = new Published();
    private final List<LlmRequest> published = publisher.requests;
    private final Calls calls = new Calls(1 << 20, InstantSource.system());
    private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
    private final Places places = new Places(600, 64L << 20);
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HttpServer server = server(places);
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        server.close();
        timers.shutdownNow();
    }

    @Test
    void shouldAnswerWhatItIsToldAndKeepTheConnection() throws Exception {
        for (int i = 0; i < 3; i++) {
            CompletableFuture<HttpResponse<String>> response = send(HELLO);
            complete(next(), "answer " + i);

            assertThat(response.get().body()).isEqualTo("answer " + i);
            assertThat(response.get().headers().firstValue("content-type")).contains("application/json");
            assertThat(response.get().headers().firstValue("connection")).isEmpty();
        }
        assertThat(places.taken()).isZero();
        assertThat(places.bytes()).isZero();
    }

    @Test
    void shouldStreamChunksAsTheyComeAndTellTheCostInATrailer() throws Exception {
        Socket socket = call(body("hello", true));
        LlmRequest request = next();

        chunk(request, 0, "{\"choices\":[0]}");
        assertThat(readUntil(socket, "{\"choices\":[0]}\n\n"))
                .contains("text/event-stream", "x-turnpike-model: acme/small")
                .containsIgnoringCase("trailer: x-turnpike-cost-usd");
        chunk(request, 1, "{\"choices\":[1]}");
        assertThat(readUntil(socket, "{\"choices\":[1]}\n\n")).doesNotContain("DONE");
        complete(request, "{}");

        assertThat(readUntil(socket, "x-turnpike-cost-usd: 0.000000001\r\n\r\n"))
                .contains("data: [DONE]\n\n");
    }

    @Test
    void shouldSayWhatIsServedAndToWhom() throws Exception {
        assertThat(get("/v1/models", "ann").body()).contains("\"team\":\"search\"");
        assertThat(get("/v1/models", "nobody").statusCode()).isEqualTo(401);
        assertThat(get("/v1/embeddings", "ann").statusCode()).isEqualTo(404);
        assertThat(get("/v1/chat/completions", "ann").body()).contains("unknown_url");
        assertThat(http.send(request("/v1/models").build(), BodyHandlers.ofString())
                        .body())
                .contains("invalid_api_key", "no key came with the call");
        assertThat(get("/healthz", "nobody").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldRefuseABodyThatIsTooLargeAndNameTheLimit() throws Exception {
        // far more than a connection holds, so the client is still sending when the limit is passed
        HttpResponse<String> response = send(body("x".repeat(20 << 20), false)).get();

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).contains("more than the 20000 bytes that are taken (request.max.bytes)");
        assertThat(published).isEmpty();
        assertThat(places.taken()).isZero();
        assertThat(places.bytes()).isZero();
    }

    @Test
    void shouldRefuseABodyThatIsNestedWithoutEnd() throws Exception {
        HttpResponse<String> response = send("[".repeat(MOST_BODY - 1)).get();

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("nesting depth");
    }

    @Test
    void shouldLetNoKeyNameAnotherTeam() throws Exception {
        String named = HELLO.replace("}]}", "}],\"team\":\"research\"}");
        assertThat(send(named).get().body()).contains("team: comes from the key");

        send(HELLO.replace("}]}", "}],\"metadata\":{\"team\":\"research\"},\"user\":\"bob\"}"));
        LlmRequest request = next();
        assertThat(request.getTeam()).isEqualTo("search");
        assertThat(request.getUser()).isEqualTo("ann");
    }

    @Test
    void shouldHoldHundredsOfWaitingCallsWithoutAThread() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            responses.add(send(HELLO));
        }
        await().atMost(PATIENCE).until(() -> published.size() == 500);

        assertThat(places.taken()).isEqualTo(500);
        awaitIdleThreads();

        published.forEach(request -> complete(request, "{}"));
        for (CompletableFuture<HttpResponse<String>> response : responses) {
            assertThat(response.get().statusCode()).isEqualTo(200);
        }
        assertThat(places.taken()).isZero();
        assertThat(calls.size()).isZero();
    }

    @Test
    void shouldServeOthersWhileHundredsOfClientsSendTheirBodiesByDrops() throws Exception {
        for (int i = 0; i < 300; i++) {
            Socket slow = open();
            write(slow, head(1_000) + "{\"model\":");
        }
        await().atMost(PATIENCE).until(() -> places.taken() == 300);

        CompletableFuture<HttpResponse<String>> response = send(HELLO);
        complete(next(), "{}");

        assertThat(response.get().statusCode()).isEqualTo(200);
        awaitIdleThreads();
        for (Socket slow : sockets) {
            slow.close();
        }
        await().atMost(PATIENCE).until(() -> places.taken() == 0 && places.bytes() == 0);
    }

    @Test
    void shouldForgetAClientThatGoesAwayWhileItWaits() throws Exception {
        Socket socket = call(HELLO);
        LlmRequest request = next();
        assertThat(places.taken()).isEqualTo(1);

        socket.close();

        await().atMost(PATIENCE).until(() -> calls.size() == 0 && places.taken() == 0);
        complete(request, "nobody listens");
        assertThat(metrics.get("turnpike.gateway.calls")
                        .tag("status", "499")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void shouldForgetAClientThatGoesAwayInTheMiddleOfAStream() throws Exception {
        Socket socket = call(body("hello", true));
        LlmRequest request = next();
        chunk(request, 0, "{}");
        readUntil(socket, "data: {}\n\n");

        socket.close();

        await().atMost(PATIENCE).until(() -> calls.size() == 0 && places.taken() == 0);
        chunk(request, 1, "{}");
    }

    @Test
    void shouldCutOffAClientThatDoesNotReadAndServeTheOthers() throws Exception {
        Socket deaf = call(body("hello", true));
        LlmRequest unread = next();
        CompletableFuture<HttpResponse<String>> other = send(HELLO);
        LlmRequest read = next();

        // until what connections hold is full, and then our own bound
        String delta = "{\"text\":\"" + "x".repeat(60_000) + "\"}";
        int seq = 0;
        while (places.taken() == 2) {
            chunk(unread, seq++, delta);
            assertThat(places.bytes()).isLessThanOrEqualTo(ServletReply.MOST_KEPT + 100_000);
            assertThat(seq).as("chunks that an unread connection has swallowed").isLessThan(10_000);
        }

        assertThat(places.bytes()).isZero();
        assertThat(calls.size()).isEqualTo(1);
        complete(read, "{}");
        assertThat(other.get().statusCode()).isEqualTo(200);
        assertThat(deaf.isClosed()).isFalse();
    }

    @Test
    void shouldSendAwayWhoeverFindsNoPlace() throws Exception {
        Places few = new Places(2, 1 << 20);
        try (HttpServer small = server(few)) {
            send(small.port(), HELLO);
            send(small.port(), HELLO);
            await().atMost(PATIENCE).until(() -> published.size() == 2);

            HttpResponse<String> third = send(small.port(), HELLO).get();

            assertThat(third.statusCode()).isEqualTo(503);
            assertThat(third.headers().firstValue("retry-after")).contains("1");
            assertThat(third.body()).contains("as many calls as may are under way");
            published.forEach(request -> complete(request, "{}"));
        }
    }

    @Test
    void shouldSendAwayWhoeverBringsMoreThanMayBeKept() throws Exception {
        try (HttpServer small = server(new Places(10, 5_000))) {
            HttpResponse<String> response =
                    send(small.port(), body("x".repeat(10_000), false)).get();

            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.body()).contains("the bodies of all calls together are too large now");
        }
    }

    @Test
    void shouldAnswerAClientThatSendsItsNextCallTooSoonAndServeThatOrHangUp() throws Exception {
        Socket socket = call(HELLO);
        LlmRequest request = next();
        write(socket, head(HELLO.length()) + HELLO);
        await().atMost(PATIENCE).until(() -> places.taken() == 1);

        complete(request, "{\"answer\":1}");

        String answered = readUntil(socket, "{\"answer\":1}");
        assertThat(answered).startsWith("HTTP/1.1 200");
        // whether the next call was seen before the answer or after it
        if (answered.contains("Connection: close")) {
            assertThat(readUntil(socket, "never")).doesNotContain("HTTP/1.1");
        } else {
            assertThat(next().getMessages()).contains("hello");
        }
    }

    private HttpServer server(Places bounds) {
        Door door = new Door(calls, publisher, timers, Duration.ofMinutes(5));
        DoorServlet servlet = new DoorServlet(new DoorServlet.Ports(
                door,
                () -> true,
                key -> key.equals("ann") ? new Holder("hash", "search", "ann") : null,
                team -> JsonNodeFactory.instance.objectNode().put("team", team),
                timers,
                bounds,
                MOST_BODY,
                new DoorMetrics(
                        bounds == places ? metrics : new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), bounds)));
        return HttpServer.start(
                "127.0.0.1",
                0,
                metrics,
                () -> true,
                () -> true,
                routes -> routes.jetty.modifyServletContextHandler(context -> {
                    ServletHolder holder = new ServletHolder(servlet);
                    holder.setAsyncSupported(true);
                    context.addServlet(holder, "/v1/*");
                }));
    }

    private LlmRequest next() {
        await().atMost(PATIENCE).until(() -> !published.isEmpty());
        return published.remove(0);
    }

    private void chunk(LlmRequest request, int seq, String delta) {
        Completion chunk = completion(request, seq);
        chunk.setDelta(delta);
        calls.completed(chunk);
    }

    private void complete(LlmRequest request, String response) {
        Completion last = completion(request, 99);
        last.setFinal$(true);
        last.setResponse(response);
        last.setCostNanoUsd(1L);
        calls.completed(last);
    }

    private static Completion completion(LlmRequest request, int seq) {
        Completion completion = new Completion();
        completion.setTeam(request.getTeam());
        completion.setRequestId(request.getRequestId());
        completion.setStatus("ok");
        completion.setSeq(seq);
        completion.setProvider("acme");
        completion.setModel("small");
        return completion;
    }

    private CompletableFuture<HttpResponse<String>> send(String body) {
        return send(server.port(), body);
    }

    private CompletableFuture<HttpResponse<String>> send(int port, String body) {
        return http.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
                        .header("authorization", "Bearer ann")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path, String key) throws Exception {
        return http.send(request(path).header("authorization", "bearer " + key).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    }

    private Socket open() throws IOException {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(8_192);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
        return socket;
    }

    private Socket call(String body) throws IOException {
        Socket socket = open();
        write(socket, head(body.length()) + body);
        return socket;
    }

    private static String head(int length) {
        return "POST /v1/chat/completions HTTP/1.1\r\nhost: door\r\nauthorization: Bearer ann\r\ncontent-length: "
                + length + "\r\n\r\n";
    }

    private static void write(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static String readUntil(Socket socket, String end) throws IOException {
        StringBuilder read = new StringBuilder();
        byte[] one = new byte[1];
        while (!read.toString().endsWith(end) && socket.getInputStream().read(one) > 0) {
            read.append((char) one[0]);
        }
        return read.toString();
    }

    private static String body(String content, boolean stream) {
        return "{\"model\":\"auto\",\"stream\":" + stream + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + content
                + "\"}]}";
    }

    /** Waits until no thread is busy with a call, however many calls wait. */
    private static void awaitIdleThreads() {
        await().atMost(PATIENCE)
                .until(() -> Thread.getAllStackTraces().values().stream()
                        .noneMatch(stack -> Arrays.stream(stack)
                                .anyMatch(frame -> frame.getClassName().startsWith(DoorServlet.class.getName())
                                        && !frame.getClassName().contains("Test"))));
    }
}
