package dev.turnpike.sink.provider.call;

import static dev.turnpike.sink.provider.Dispatches.dispatch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.sink.provider.call.ProviderSettings.Dialect;
import dev.turnpike.sink.provider.execution.Outcome;
import dev.turnpike.sink.provider.execution.Outcome.Answered;
import dev.turnpike.sink.provider.execution.Outcome.Failed;
import dev.turnpike.sink.provider.execution.Outcome.Unknown;
import dev.turnpike.sink.provider.execution.Step.Call;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers that no provider should give. */
class HostileProviderTest {

    private static final String EVENTS = "text/event-stream";
    private static final String CHUNK =
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"},\"finish_reason\":%s}]}\n\n";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicBoolean isCut = new AtomicBoolean();
    private HttpServer server;

    private interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    @AfterEach
    void end() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void shouldCutALineWithoutAnEnd() {
        Outcome outcome = answer(EVENTS, out -> endless(out, "data: "));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Unknown.class,
                        unknown -> assertThat(unknown.reason())
                                .contains("the answer is longer than " + Bounded.MOST_BYTES + " bytes"));
        await().untilTrue(isCut);
    }

    @Test
    void shouldCutAnAnswerWithoutAnEnd() {
        Outcome outcome = answer("application/json", out -> endless(out, "{\"choices\":\""));

        assertThat(outcome).isInstanceOf(Unknown.class);
        await().untilTrue(isCut);
    }

    @Test
    void shouldReadWhatIsNoUtf8AsReplacementCharacters() {
        Outcome outcome = answer(EVENTS, out -> {
            out.write("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a".getBytes(StandardCharsets.UTF_8));
            out.write(new byte[] {(byte) 0xff, (byte) 0xc3});
            out.write("b\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
        });

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(answered.response()).contains("\"content\":\"a\ufffd\ufffdb\""));
    }

    @Test
    void shouldNotWaitForTheRestOfChunksThatDoNotFitTogether() {
        Outcome outcome = answer(EVENTS, out -> {
            out.write("data: {\"choices\":[{\"index\":0,\"message\":\"text\"}]}\n\n".getBytes(StandardCharsets.UTF_8));
            out.write(CHUNK.formatted("more", "\"stop\"").getBytes(StandardCharsets.UTF_8));
        });

        assertThat(outcome).isEqualTo(new Unknown("the chunks of the stream do not fit together", true));
    }

    @Test
    void shouldNotFollowJsonIntoTheDepth() {
        Outcome outcome = answer(
                EVENTS, out -> out.write(("data: " + "[".repeat(200_000) + "\n\n").getBytes(StandardCharsets.UTF_8)));

        assertThat(outcome).isEqualTo(new Unknown("the stream holds what is not JSON", false));
    }

    @Test
    void shouldJoinManyPiecesWithoutCopyingTheWholeEachTime() {
        int pieces = 100_000;

        Outcome outcome = answer(EVENTS, out -> {
            byte[] piece = CHUNK.formatted("0123456789", "null").getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < pieces; i++) {
                out.write(piece);
            }
            out.write(CHUNK.formatted("", "\"stop\"").getBytes(StandardCharsets.UTF_8));
        });

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(answered.response()).hasSizeGreaterThan(10 * pieces));
    }

    @Test
    void shouldTellNobodyAKeyThatNoHeaderTakes() {
        Outcome outcome = answer("application/json", "sk-secret\nnext", out -> {});

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.reason()).doesNotContain("sk-secret"));
    }

    private void endless(OutputStream out, String begin) throws IOException {
        out.write(begin.getBytes(StandardCharsets.UTF_8));
        byte[] more = "x".repeat(64 << 10).getBytes(StandardCharsets.UTF_8);
        try {
            while (true) {
                out.write(more);
            }
        } catch (IOException e) {
            isCut.set(true);
            throw e;
        }
    }

    private Outcome answer(String type, Body body) {
        return answer(type, null, body);
    }

    private Outcome answer(String type, String key, Body body) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                exchange.getResponseHeaders().set("content-type", type);
                exchange.sendResponseHeaders(200, 0);
                body.writeTo(exchange.getResponseBody());
                exchange.getResponseBody().close();
            }
        });
        server.start();
        Dispatch dispatch = dispatch("r1", "simulated/small");
        dispatch.getRequest().setStream(type.equals(EVENTS));
        Provider provider = new Provider(
                new ProviderSettings(
                        "simulated",
                        Dialect.OPENAI,
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                        key,
                        10,
                        Duration.ofMinutes(2),
                        "max_tokens"),
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .executor(threads)
                        .build(),
                InstantSource.system(),
                new CallMetrics(new SimpleMeterRegistry()));
        return provider.call(dispatch, new Call(1, dispatch.getChain().get(0)), Trace.NONE, chunk -> {})
                .outcome()
                .join();
    }
}
