package dev.turnpike.failure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.turnpike.schemas.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A replica of a gateway that checks, calls and then counts, for comparison.
 *
 * <p>This is what LiteLLM's proxy did at commit b06d716 of BerriAI/litellm: {@code _team_max_budget_check} in
 * {@code litellm/proxy/auth/auth_checks.py} lets a request pass unless the spend known so far is above the budget; the cost
 * of a call is added after its answer, to a cache of the replica (or, where one is configured, to a counter that replicas
 * share) and to a buffer that a job writes to the database every {@code proxy_batch_write_at} seconds. Later versions
 * also reserve an estimate before the call; that is not what is compared here.
 */
final class OldProxyMain {

    static final Duration FLUSH_EVERY = Duration.ofSeconds(10);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final String provider;
    private final String store;
    private final boolean shared;
    // what this replica believes is spent: what the store said when it last looked, and its own since
    private final Map<String, Long> believed = new ConcurrentHashMap<>();
    private final Map<String, Long> buffer = new HashMap<>();

    private OldProxyMain(Settings settings) {
        provider = settings.required("provider");
        store = settings.required("store");
        shared = settings.flag("shared", false);
    }

    public static void main(String[] args) throws IOException {
        Settings settings = Settings.load(Map.of(), Path.of(args[0]));
        OldProxyMain proxy = new OldProxyMain(settings);
        HttpServer server =
                HttpServer.create(new InetSocketAddress("127.0.0.1", settings.integer("port", 0, 0, 65_535)), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", proxy::serve);
        server.start();
        Executors.newSingleThreadScheduledExecutor()
                .scheduleAtFixedRate(
                        proxy::flush, FLUSH_EVERY.toMillis(), FLUSH_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        System.out.println("serves");
    }

    private void serve(HttpExchange exchange) throws IOException {
        int status;
        try {
            status = answer(JSON.readTree(exchange.getRequestBody()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            status = 503;
        } catch (IOException e) {
            status = 502;
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private int answer(JsonNode asked) throws IOException, InterruptedException {
        String key = asked.path("key").asText();
        // the check
        if (spent(key) > asked.path("limit").asLong()) {
            return 429;
        }
        // the call
        HttpRequest call = HttpRequest.newBuilder(URI.create(provider + "/chat/completions"))
                .header("content-type", "application/json")
                .header("x-request-id", asked.path("id").asText())
                .POST(BodyPublishers.ofString(asked.path("body").toString()))
                .build();
        var answered = http.send(call, BodyHandlers.ofString());
        if (answered.statusCode() != 200) {
            return 502;
        }
        JsonNode usage = JSON.readTree(answered.body()).path("usage");
        // the increment
        add(
                key,
                OldWay.cost(
                        usage.path("prompt_tokens").asLong(),
                        usage.path("completion_tokens").asLong()));
        return 200;
    }

    private long spent(String key) throws IOException, InterruptedException {
        if (shared) {
            return inStore(key);
        }
        Long known = believed.get(key);
        if (known == null) {
            long stored = inStore(key);
            known = believed.merge(key, stored, Math::max);
        }
        return known;
    }

    private void add(String key, long nanoUsd) throws IOException, InterruptedException {
        if (shared) {
            addToStore(key, nanoUsd);
            return;
        }
        synchronized (buffer) {
            buffer.merge(key, nanoUsd, Long::sum);
            believed.merge(key, nanoUsd, Long::sum);
        }
    }

    private void flush() {
        Map<String, Long> taken;
        synchronized (buffer) {
            taken = new HashMap<>(buffer);
            buffer.clear();
        }
        try {
            for (Map.Entry<String, Long> one : taken.entrySet()) {
                addToStore(one.getKey(), one.getValue());
            }
            synchronized (buffer) {
                // what other replicas have written is seen from now on
                believed.clear();
                for (Map.Entry<String, Long> one : buffer.entrySet()) {
                    believed.put(one.getKey(), inStore(one.getKey()) + one.getValue());
                }
            }
        } catch (IOException e) {
            synchronized (buffer) {
                taken.forEach((key, nanoUsd) -> buffer.merge(key, nanoUsd, Long::sum));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long inStore(String key) throws IOException, InterruptedException {
        return Long.parseLong(http.send(HttpRequest.newBuilder(at(key)).build(), BodyHandlers.ofString())
                .body());
    }

    private void addToStore(String key, long nanoUsd) throws IOException, InterruptedException {
        http.send(
                HttpRequest.newBuilder(at(key))
                        .POST(BodyPublishers.ofString(Long.toString(nanoUsd)))
                        .build(),
                BodyHandlers.discarding());
    }

    private URI at(String key) {
        return URI.create(store + "/" + URLEncoder.encode(key, StandardCharsets.UTF_8));
    }
}
