package dev.turnpike.failure;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.turnpike.cluster.ChildJvm;
import dev.turnpike.cluster.SimulatedProvider;
import dev.turnpike.failure.Traffic.Ask;
import dev.turnpike.failure.Traffic.Limit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The same load on two replicas of {@link OldProxyMain}, each a process that is killed from time to time.
 *
 * <p>Only limits in cost count here, one for each request. A caller whose connection breaks tries once more, at the other
 * replica, as clients of such gateways do. What the provider really charged is worked out from the calls that it saw.
 */
final class OldWay {

    private static final int REPLICAS = 2;
    private static final Duration KILL_EVERY = Duration.ofSeconds(12);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);
    private static final long INPUT_NANO_USD = 2_500;
    private static final long OUTPUT_NANO_USD = 10_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path dir;
    private final boolean shared;
    private final Map<String, Long> store = new ConcurrentHashMap<>();
    private final Map<String, Long> limits = new HashMap<>();
    private final Map<String, Call> calls = new ConcurrentHashMap<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<ChildJvm> replicas = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();

    private record Call(String key, long nanoUsd) {}

    /**
     * How the old way fared.
     *
     * @param name which kind of it
     * @param kills how often a replica was killed
     * @param requests that were asked
     * @param windows with a limit that asked for more than it
     * @param passed of these, how many spent more than their limit
     * @param overspentNanoUsd by how much altogether
     * @param meanOverspent share of the limit by which hot windows passed it, the ones that kept it included
     * @param worstOverspent the largest of them
     * @param lostNanoUsd what the provider charged and nobody has counted
     * @param spentNanoUsd what the provider charged
     */
    record Result(
            String name,
            int kills,
            int requests,
            int windows,
            int passed,
            long overspentNanoUsd,
            double meanOverspent,
            double worstOverspent,
            long lostNanoUsd,
            long spentNanoUsd) {}

    private OldWay(Path dir, boolean shared) {
        this.dir = dir;
        this.shared = shared;
    }

    /** Nano-dollars of a call at the price that the catalog of the test gives the model. */
    static long cost(long inputTokens, long outputTokens) {
        return inputTokens * INPUT_NANO_USD + outputTokens * OUTPUT_NANO_USD;
    }

    /**
     * Runs it.
     *
     * @param shared whether replicas share a counter, or have one each and write to a database from time to time
     */
    static Result run(Path dir, boolean shared, Run.Plan plan, Duration time) throws InterruptedException {
        OldWay way = new OldWay(dir, shared);
        try (SimulatedProvider provider = SimulatedProvider.start(SimulatedProvider.Options.standard())) {
            HttpServer store = way.serveStore();
            try {
                for (int i = 0; i < REPLICAS; i++) {
                    way.ports.add(World.freePort());
                    way.settings(i, provider.url(), store.getAddress().getPort());
                    way.replicas.add(way.start(i));
                }
                return way.run(provider, plan, time);
            } finally {
                way.replicas.forEach(ChildJvm::close);
                store.stop(0);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Result run(SimulatedProvider provider, Run.Plan plan, Duration time) throws InterruptedException {
        Traffic traffic = new Traffic(plan.seed(), plan.waves());
        SplittableRandom random = new SplittableRandom(plan.seed());
        long began = System.nanoTime();
        long nextKill = KILL_EVERY.toNanos();
        double due = 0;
        int requests = 0;
        int kills = 0;
        while (System.nanoTime() - began < time.toNanos()) {
            Duration since = Duration.ofNanos(System.nanoTime() - began);
            for (Ask ask : traffic.next(since)) {
                requests++;
                ask(ask, random.nextInt(REPLICAS));
            }
            if (since.toNanos() > nextKill) {
                nextKill += KILL_EVERY.toNanos();
                kills++;
                int killed = random.nextInt(REPLICAS);
                replicas.get(killed).kill();
                replicas.set(killed, start(killed));
            }
            due += Traffic.meanAsks() / plan.rate();
            TimeUnit.NANOSECONDS.sleep(began + (long) (due * 1e9) - System.nanoTime());
        }
        // the last answers, and then one more look at the database than it takes to be written
        TimeUnit.NANOSECONDS.sleep(
                LAST_ANSWERS.plus(OldProxyMain.FLUSH_EVERY.multipliedBy(2)).toNanos());
        return result(provider, kills, requests);
    }

    private Result result(SimulatedProvider provider, int kills, int requests) {
        Map<String, Long> charged = new HashMap<>();
        long spent = 0;
        for (Map.Entry<String, Integer> seen : provider.calls().entrySet()) {
            Call call = calls.get(seen.getKey());
            if (call != null) {
                charged.merge(call.key, seen.getValue() * call.nanoUsd, Long::sum);
                spent += seen.getValue() * call.nanoUsd;
            }
        }
        int windows = 0;
        int passed = 0;
        long overspent = 0;
        double shares = 0;
        double worst = 0;
        for (Map.Entry<String, Long> limit : limits.entrySet()) {
            long over = charged.getOrDefault(limit.getKey(), 0L) - limit.getValue();
            if (limit.getValue() < Long.MAX_VALUE && over > -limit.getValue() / 20) {
                windows++;
                passed += over > 0 ? 1 : 0;
                overspent += Math.max(0, over);
                shares += Math.max(0, over) / (double) limit.getValue();
                worst = Math.max(worst, over / (double) limit.getValue());
            }
        }
        long counted = store.values().stream().mapToLong(Long::longValue).sum();
        return new Result(
                shared ? "check, call, count: one counter" : "check, call, count: one each",
                kills,
                requests,
                windows,
                passed,
                overspent,
                windows == 0 ? 0 : shares / windows,
                worst,
                spent - counted,
                spent);
    }

    private void ask(Ask ask, int replica) {
        String key = key(ask);
        long limit = limit(ask);
        limits.putIfAbsent(key, limit);
        send(ask, key, limit, replica, 1);
    }

    private void send(Ask ask, String key, long limit, int replica, int attempt) {
        ObjectNode body = JSON.createObjectNode().put("model", "gpt-4o").put("max_completion_tokens", ask.outputCap());
        body.putArray("messages").addObject().put("role", "user").put("content", ask.prompt());
        body.putObject("metadata")
                .put("trace_output_tokens", Integer.toString(ask.outputTokens()))
                .put("trace_latency_ms", Integer.toString(ask.latencyMillis()));
        String id = ask.team() + "/" + ask.requestId() + "#" + attempt;
        // as the provider counts
        long input = Math.max(1, body.path("messages").toString().getBytes(StandardCharsets.UTF_8).length / 4);
        calls.put(id, new Call(key, cost(input, Math.min(ask.outputTokens(), ask.outputCap()))));
        ObjectNode asked =
                JSON.createObjectNode().put("key", key).put("limit", limit).put("id", id);
        asked.set("body", body);
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.get(replica) + "/"))
                .POST(BodyPublishers.ofString(asked.toString()))
                .build();
        CompletableFuture<?> answer = http.sendAsync(request, BodyHandlers.discarding());
        answer.whenComplete((response, failed) -> {
            if (failed != null && attempt == 1) {
                send(ask, key, limit, (replica + 1) % REPLICAS, 2);
            }
        });
    }

    /** Whose counter a request is checked against. */
    private static String key(Ask ask) {
        @Nullable Limit limit = limitOf(ask);
        if (limit == Limit.USER) {
            return ask.team() + " " + ask.user();
        }
        return limit == Limit.TASK ? ask.task() : ask.team();
    }

    private static long limit(Ask ask) {
        @Nullable Limit limit = limitOf(ask);
        return limit == null ? Long.MAX_VALUE : limit.nanoUsd();
    }

    private static @Nullable Limit limitOf(Ask ask) {
        for (Limit limit : Limit.values()) {
            if (limit.nanoUsd() > 0 && ask.team().startsWith(limit.team(0).replaceFirst("0$", ""))) {
                return limit;
            }
        }
        return null;
    }

    private HttpServer serveStore() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", this::store);
        server.start();
        return server;
    }

    private void store(HttpExchange exchange) throws IOException {
        String key = exchange.getRequestURI().getRawPath();
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (exchange.getRequestMethod().equals("POST")) {
            store.merge(key, Long.parseLong(new String(body, StandardCharsets.UTF_8)), Long::sum);
        }
        byte[] answer = Long.toString(store.getOrDefault(key, 0L)).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private Path folder(int replica) {
        return dir.resolve((shared ? "shared" : "own") + "-proxy" + (replica + 1));
    }

    private void settings(int replica, String provider, int storePort) throws IOException {
        Properties settings = new Properties();
        settings.put("port", Integer.toString(ports.get(replica)));
        settings.put("provider", provider);
        settings.put("store", "http://127.0.0.1:" + storePort);
        settings.put("shared", Boolean.toString(shared));
        Files.createDirectories(folder(replica));
        try (Writer writer = Files.newBufferedWriter(folder(replica).resolve("settings.properties"))) {
            settings.store(writer, null);
        }
    }

    private ChildJvm start(int replica) {
        return ChildJvm.start(
                folder(replica),
                List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                OldProxyMain.class,
                folder(replica).resolve("settings.properties"));
    }
}
