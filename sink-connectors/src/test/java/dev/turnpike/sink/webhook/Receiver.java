package dev.turnpike.sink.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real HTTP server that takes posts, or does not. */
final class Receiver implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What is wrong with it. */
    enum Fault {
        NONE,
        /** It answers that it is overloaded. */
        OVERLOADED,
        /** It asks to be left alone for 90 s. */
        LIMITS_THE_RATE,
        /** It does not like what it reads. */
        REFUSES,
        /** It takes the post and never answers. */
        NEVER_ANSWERS,
        /** It takes the post and closes the connection. */
        HANGS_UP
    }

    /** A post that it answered with success. */
    record Post(JsonNode body, String raw, String signature, String idempotencyKey) {}

    private final List<Post> taken = new CopyOnWriteArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private volatile Fault fault = Fault.NONE;
    private volatile int posts;

    Receiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook/very-secret-path";
    }

    void is(Fault now) {
        fault = now;
    }

    List<Post> taken() {
        return taken;
    }

    /** Posts that arrived, taken or not. */
    int posts() {
        return posts;
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private synchronized void count() {
        posts++;
    }

    private void answer(HttpExchange exchange) throws IOException {
        count();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        switch (fault) {
            case NONE -> {
                taken.add(new Post(
                        json(body),
                        body,
                        exchange.getRequestHeaders().getFirst("Turnpike-Signature"),
                        exchange.getRequestHeaders().getFirst("Idempotency-Key")));
                exchange.sendResponseHeaders(204, -1);
            }
            case OVERLOADED -> exchange.sendResponseHeaders(503, -1);
            case LIMITS_THE_RATE -> {
                exchange.getResponseHeaders().set("retry-after", "90");
                exchange.sendResponseHeaders(429, -1);
            }
            case REFUSES -> {
                byte[] why = "invalid_blocks".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(400, why.length);
                exchange.getResponseBody().write(why);
            }
            case NEVER_ANSWERS -> awaitEnd();
            case HANGS_UP -> {
                // closed below, without a word
            }
        }
        exchange.close();
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
