package dev.turnpike.schemas.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A registry that gives the answers it was told to, in order, and remembers what it was asked. */
final class FaultyServer implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Reply> replies = new ArrayDeque<>();
    private final CountDownLatch closing = new CountDownLatch(1);

    final List<Asked> asked = new CopyOnWriteArrayList<>();

    private record Reply(int status, String body) {}

    record Asked(String line, String body, @Nullable String authorization) {}

    FaultyServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    FaultyServer answers(int status, String body) {
        replies.add(new Reply(status, body));
        return this;
    }

    /** Takes the request and is silent until the end of the test. */
    FaultyServer neverAnswers() {
        return answers(-1, "");
    }

    /** Sends a beginning and is silent until the end of the test. */
    FaultyServer neverEnds() {
        return answers(-2, "{\"id\"");
    }

    /** Takes the request and hangs up. */
    FaultyServer hangsUp() {
        return answers(-3, "");
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.add(new Asked(
                exchange.getRequestMethod() + " " + exchange.getRequestURI(),
                new String(exchange.getRequestBody().readAllBytes(), UTF_8),
                exchange.getRequestHeaders().getFirst("Authorization")));
        Reply reply;
        synchronized (replies) {
            reply = replies.size() > 1 ? replies.remove() : replies.peek();
        }
        if (reply == null) {
            throw new IllegalStateException("no answer was given for " + exchange.getRequestURI());
        }
        switch (reply.status) {
            case -1 -> awaitClosing();
            case -2 -> {
                exchange.sendResponseHeaders(200, 1_000);
                exchange.getResponseBody().write(reply.body.getBytes(UTF_8));
                exchange.getResponseBody().flush();
                awaitClosing();
            }
            case -3 -> exchange.close();
            default -> {
                byte[] bytes = reply.body.getBytes(UTF_8);
                exchange.sendResponseHeaders(reply.status, bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            }
        }
    }

    private void awaitClosing() {
        try {
            closing.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
