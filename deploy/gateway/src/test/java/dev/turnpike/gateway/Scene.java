package dev.turnpike.gateway;

import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.cluster.LocalConnect;
import dev.turnpike.cluster.SimulatedProvider;
import dev.turnpike.gateway.config.GatewayConfig;
import dev.turnpike.gateway.key.IssuedKey;
import dev.turnpike.metering.MeteringService;
import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.router.RouterService;
import dev.turnpike.router.config.RouterConfig;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.RequestSignature;
import dev.turnpike.schemas.Settings;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.Routing;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.schemas.serde.Received;
import dev.turnpike.streams.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.awaitility.Awaitility;

/**
 * The whole system on topics of its own: router, meter, provider sink, a simulated provider, and doors. Every team takes only what the
 * doors have signed, requests and cancellations.
 */
final class Scene implements AutoCloseable {

    private static final Path SHIPPED = Path.of("..", "connect", "provider-sink.properties");
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final KeyPair keys = RequestSignature.newKeys();
    private final Path folder;
    private final Path signingKey;
    private final LocalCluster cluster;
    private final EventSerdes serdes;
    private final KafkaProducer<byte[], byte[]> producer;
    private final SimulatedProvider provider;
    private final String api;
    private final HttpClient http = HttpClient.newHttpClient();

    private Scene(String prefix, Path folder) throws IOException {
        this.folder = folder;
        signingKey = Files.writeString(folder.resolve("door.pem"), RequestSignature.pem(keys.getPrivate()));
        cluster = LocalCluster.shared().withTopics(prefix);
        serdes = new EventSerdes(Map.of("schema.registry.url", cluster.registryUrl()));
        producer = add(new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer()));
        provider = add(SimulatedProvider.start(SimulatedProvider.Options.standard()));
        offer("small", 1, true);
        offer("large", 9, true);
        put(Topics.ALIASES, "house-model", new Alias("house-model", "acme/large"));
        policy("search", List.of("*"), budget("search-month", "team", 1_000));
        policy("one-call", List.of("*"), oneRequest("one-an-hour"));
        policy("small-only", List.of("acme/small"), budget("month", "user", 1_000));

        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        RouterService router = add(RouterService.start(RouterConfig.of(settings("router", folder)), metrics));
        MeteringService meter = add(MeteringService.start(MeteringConfig.of(settings("meter", folder)), metrics));
        HttpServer meterHttp = add(meter.http(metrics));
        api = "http://127.0.0.1:" + meterHttp.port();
        LocalConnect connect = add(LocalConnect.start(cluster.bootstrapServers(), folder));
        connect.deploy(sink());
        String sink = cluster.topicsPrefix() + "sink";
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> router.isReady()
                        && meter.isReady()
                        && connect.status(sink).running()
                        && areBudgetsInForce());
    }

    /** Whether the meter has counted in every partition what was spent before; hard budgets let nothing in before. */
    private boolean areBudgetsInForce() {
        int policies = read(Topics.POLICIES).size();
        return read(Topics.BUDGETS).stream()
                        .filter(state -> state.getTeam().isEmpty() && state.getVersion() >= policies)
                        .map(BudgetState::getScopeValue)
                        .distinct()
                        .count()
                == producer.partitionsFor(cluster.topicsPrefix() + Topics.BUDGETS.suffix())
                        .size();
    }

    static Scene set(String prefix) {
        try {
            return new Scene(prefix, Files.createTempDirectory(prefix));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A door, and what to know of it. */
    record OpenDoor(GatewayService service, HttpServer http, PrometheusMeterRegistry metrics) implements AutoCloseable {

        int port() {
            return http.port();
        }

        String url() {
            return "http://127.0.0.1:" + port() + "/v1";
        }

        int callsUnderWay() {
            return (int) metrics.get("turnpike.gateway.calls.open").gauge().value();
        }

        long bytesKept() {
            return (long) metrics.get("turnpike.gateway.bytes").gauge().value();
        }

        @Override
        public void close() {
            service.close();
            http.close();
        }
    }

    /** Opens a door with some settings of its own. */
    OpenDoor door(Map<String, String> own) {
        Map<String, String> all = new HashMap<>(Map.of(
                "bootstrap.servers", cluster.bootstrapServers(),
                "schema.registry.url", cluster.registryUrl(),
                "topics.prefix", cluster.topicsPrefix(),
                "gateway.signing.key", signingKey.toString(),
                "http.port", "0"));
        all.putAll(own);
        GatewayConfig config = GatewayConfig.of(Settings.of(all));
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        GatewayService service = GatewayService.start(config, metrics);
        OpenDoor door = add(new OpenDoor(service, service.http(metrics), metrics));
        Awaitility.await().atMost(PATIENCE).until(service::isReady);
        return door;
    }

    SimulatedProvider provider() {
        return provider;
    }

    /** A new key, which every door knows already. */
    String key(String team, String user, OpenDoor... doors) {
        IssuedKey key = IssuedKey.issue(team, user, Instant.now(), new SecureRandom());
        put(Topics.KEYS, key.published().getKeyHash(), key.published());
        for (OpenDoor door : doors) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> models(door, key.secret()).statusCode() == 200);
        }
        return key.secret();
    }

    void revoke(String secret) {
        put(Topics.KEYS, IssuedKey.hash(secret), null);
    }

    HttpResponse<String> models(OpenDoor door, String key) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(door.url() + "/models"))
                        .header("authorization", "Bearer " + key)
                        .build(),
                BodyHandlers.ofString());
    }

    /** A call by any other client; headers as name, value, name, value. */
    HttpRequest chat(OpenDoor door, String key, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(door.url() + "/chat/completions"))
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, BodyHandlers.ofString());
    }

    HttpClient http() {
        return http;
    }

    /** What the meter's API says. */
    String api(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(api + path)).build()).body();
    }

    /** Everything on a topic that can be read. */
    <V extends SpecificRecord> List<V> read(Topic<V> topic) {
        return readable(topic).map(Map.Entry::getValue).toList();
    }

    /** The header {@code traceparent} of every record of a request, none where it has none. */
    <V extends SpecificRecord> List<Trace> traces(Topic<V> topic, Function<V, String> requestOf, String requestId) {
        return readable(topic)
                .filter(each -> requestId.equals(requestOf.apply(each.getValue())))
                .map(each -> Trace.of(each.getKey().headers()))
                .toList();
    }

    /** Writes a record as anybody might. */
    void publish(Topic<?> topic, String key, byte[] value) {
        producer.send(
                new ProducerRecord<>(topic.name(cluster.topicsPrefix()), key.getBytes(StandardCharsets.UTF_8), value));
        producer.flush();
    }

    <V extends SpecificRecord> byte[] bytes(Topic<V> topic, V value) {
        return serdes.avro(topic).serializer().serialize(topic.name(cluster.topicsPrefix()), value);
    }

    /** The dead letters with a text in their values. */
    List<DeadLetter> deadLetters(String text) {
        return cluster.committed(Topics.DEAD_LETTERS).stream()
                .filter(record -> new String(record.value(), StandardCharsets.UTF_8).contains(text))
                .map(record -> DeadLetter.of(record.headers()))
                .toList();
    }

    private <V extends SpecificRecord> Stream<Map.Entry<ConsumerRecord<byte[], byte[]>, V>> readable(Topic<V> topic) {
        Deserializer<Received<V>> deserializer = serdes.received(topic).deserializer();
        return cluster.committed(topic).stream().flatMap(record -> {
            V value = deserializer.deserialize(record.topic(), record.value()).value();
            return value == null ? Stream.empty() : Stream.of(Map.entry(record, value));
        });
    }

    /** How long the newest requests with certain words took by the times of their records, sorted. */
    double[] millisBetweenRequestAndCompletion(String words, int newest) {
        Map<String, Long> began = new HashMap<>();
        readable(Topics.REQUESTS).forEach(each -> {
            LlmRequest request = each.getValue();
            if (request.getMessages().contains(words)) {
                began.put(request.getRequestId(), each.getKey().timestamp());
            }
        });
        List<Double> millis = new ArrayList<>();
        readable(Topics.COMPLETIONS).forEach(each -> {
            Completion part = each.getValue();
            if (part.getFinal$() && began.containsKey(part.getRequestId())) {
                millis.add((double) (each.getKey().timestamp() - began.get(part.getRequestId())));
            }
        });
        return millis.subList(Math.max(0, millis.size() - newest), millis.size()).stream()
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
    }

    @Override
    public void close() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }

    private void offer(String model, long usdPerMillion, boolean tools) {
        Price price = Price.newBuilder()
                .setVersion(model + "@1")
                .setEffectiveFrom(1_600_000_000_000L)
                .setInput(usdPerMillion * 1_000_000_000L)
                .setOutput(2 * usdPerMillion * 1_000_000_000L)
                .build();
        put(
                Topics.CATALOG,
                "acme/" + model,
                ModelOffer.newBuilder()
                        .setProvider("acme")
                        .setModel(model)
                        .setQuality(Map.of("*", 0.8))
                        .setTools(tools)
                        .setJson(true)
                        .setPrices(List.of(price))
                        .build());
    }

    private void policy(String team, List<String> allow, Budget... budgets) {
        put(
                Topics.POLICIES,
                team,
                TeamPolicy.newBuilder()
                        .setTeam(team)
                        .setSigningKeys(List.of(RequestSignature.text(keys.getPublic())))
                        .setBudgets(List.of(budgets))
                        .setRouting(Routing.newBuilder().setAllow(allow).build())
                        .build());
    }

    private static Budget budget(String name, String scope, long usd) {
        return Budget.newBuilder()
                .setName(name)
                .setScope(scope)
                .setPeriod("hour")
                .setEnforcement("hard")
                .setLimitNanoUsd(usd * 1_000_000_000L)
                .build();
    }

    private static Budget oneRequest(String name) {
        return Budget.newBuilder()
                .setName(name)
                .setScope("team")
                .setPeriod("hour")
                .setEnforcement("hard")
                .setLimitRequests(1L)
                .build();
    }

    private <V extends SpecificRecord> void put(Topic<V> topic, String key, V value) {
        String name = topic.name(cluster.topicsPrefix());
        producer.send(new ProducerRecord<>(
                name,
                key.getBytes(StandardCharsets.UTF_8),
                value == null ? null : serdes.avro(topic).serializer().serialize(name, value)));
        producer.flush();
    }

    private Settings settings(String application, Path folder) {
        return Settings.of(Map.of(
                "application.id", cluster.topicsPrefix() + application,
                "bootstrap.servers", cluster.bootstrapServers(),
                "schema.registry.url", cluster.registryUrl(),
                "topics.prefix", cluster.topicsPrefix(),
                "state.dir", folder.resolve(application).toString(),
                "http.port", "0"));
    }

    private Map<String, String> sink() {
        Properties shipped = new Properties();
        try (Reader reader = Files.newBufferedReader(SHIPPED)) {
            shipped.load(reader);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Map<String, String> sink = new HashMap<>();
        shipped.forEach((key, value) -> sink.put((String) key, (String) value));
        sink.put("name", cluster.topicsPrefix() + "sink");
        sink.put("topics", Topics.DISPATCHES.name(cluster.topicsPrefix()));
        sink.put("topics.prefix", cluster.topicsPrefix());
        sink.put("bootstrap.servers", cluster.bootstrapServers());
        sink.put("schema.registry.url", cluster.registryUrl());
        sink.put("providers", "acme");
        sink.put("provider.acme.url", provider.url());
        sink.put("provider.acme.max.in.flight", "2000");
        return sink;
    }

    private <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }
}
