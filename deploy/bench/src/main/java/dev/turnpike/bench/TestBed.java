package dev.turnpike.bench;

import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.schemas.serde.JsonEvents;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Topics of their own with a catalog, a policy for all teams and requests, half of them in JSON and half in Avro, about 500 bytes
 * each. Unless said otherwise there are 400 teams with 20 users each, and every request is held against three budgets.
 */
final class TestBed implements AutoCloseable {

    static final int PARTITIONS = 4;
    static final int BUDGETS = 3;

    private static final int OFFERS = 20;
    private static final int WORDS = 60;
    private static final long ENOUGH_NANO_USD = 1_000_000_000_000_000L;
    private static final List<String> VOCABULARY =
            List.of("the ", "and ", "for ", "new ", "int ", "map ", "get ", "put ", "try ", "var ", "key ", "set ");

    static final Crowd USUAL = new Crowd(
            400,
            20,
            List.of(
                    budget("month", "team", "month", "hard"),
                    budget("employee", "user", "week", "hard"),
                    budget("day", "team", "day", "soft")));

    private final LocalCluster cluster;
    private final Crowd crowd;
    private final EventSerdes serdes;
    private final Producer<byte[], byte[]> producer;
    private final SplittableRandom random = new SplittableRandom(1);
    private long number;

    /**
     * Who asks.
     *
     * @param users of each team; 0: every request has a user of its own
     * @param budgets of every team
     */
    record Crowd(int teams, int users, List<Budget> budgets) {}

    TestBed(LocalCluster cluster) {
        this(cluster, USUAL);
    }

    TestBed(LocalCluster cluster, Crowd crowd) {
        this.cluster = cluster;
        this.crowd = crowd;
        this.serdes = new EventSerdes(Map.of("schema.registry.url", cluster.registryUrl()));
        this.producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers(),
                        ProducerConfig.LINGER_MS_CONFIG, 5,
                        ProducerConfig.BATCH_SIZE_CONFIG, 65_536),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    LocalCluster cluster() {
        return cluster;
    }

    EventSerdes serdes() {
        return serdes;
    }

    Producer<byte[], byte[]> producer() {
        return producer;
    }

    String name(Topic<?> topic) {
        return topic.name(cluster.topicsPrefix());
    }

    /** Publishes twenty offers and the policy, for all teams. */
    void publishTables() {
        for (int i = 0; i < OFFERS; i++) {
            ModelOffer offer = offer(i);
            send(Topics.CATALOG, offer.getProvider() + '/' + offer.getModel(), offer);
        }
        TeamPolicy policy =
                TeamPolicy.newBuilder().setTeam("*").setBudgets(crowd.budgets()).build();
        policy.getRouting().setQualityFloor(0.55);
        send(Topics.POLICIES, "*", policy);
        producer.flush();
    }

    /** Says for every partition what a meter would say at its start: that all budgets are counted. */
    void publishCounted() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            PositionKey key = PositionKey.ofPolicies(partition);
            BudgetState state = BudgetState.newBuilder()
                    .setTeam(key.team())
                    .setScope(key.scope())
                    .setScopeValue(key.scopeValue())
                    .setPeriod(key.period())
                    .setWindowStart(key.windowStart())
                    .setWindowEnd(Long.MAX_VALUE)
                    .setEpoch(1)
                    .setVersion(Long.MAX_VALUE / 2)
                    .setOpened(Amounts.ZERO.toAvro())
                    .setClosed(Amounts.ZERO.toAvro())
                    .setSpent(Amounts.ZERO.toAvro())
                    .setDispatchOffset(0)
                    .build();
            byte[] value = serdes.avro(Topics.BUDGETS).serializer().serialize(name(Topics.BUDGETS), state);
            producer.send(new ProducerRecord<>(name(Topics.BUDGETS), partition, bytes(key.encode()), value));
        }
        producer.flush();
    }

    /** Publishes the next requests as fast as the broker takes them. */
    void publishRequests(int count) {
        for (int i = 0; i < count; i++) {
            publishRequest();
        }
        producer.flush();
    }

    void publishRequest() {
        LlmRequest request = request();
        byte[] value = number % 2 == 0
                ? serdes.avro(Topics.REQUESTS).serializer().serialize(name(Topics.REQUESTS), request)
                : bytes(JsonEvents.write(request));
        producer.send(new ProducerRecord<>(name(Topics.REQUESTS), bytes(request.getTeam()), value));
    }

    <V extends SpecificRecord> void send(Topic<V> topic, String key, V value) {
        producer.send(new ProducerRecord<>(
                name(topic), bytes(key), serdes.avro(topic).serializer().serialize(name(topic), value)));
    }

    @Override
    public void close() {
        producer.close();
    }

    private LlmRequest request() {
        number++;
        String team = "team-" + random.nextInt(crowd.teams());
        StringBuilder prompt = new StringBuilder(4 * WORDS);
        for (int i = 0; i < WORDS; i++) {
            prompt.append(VOCABULARY.get(random.nextInt(VOCABULARY.size())));
        }
        return LlmRequest.newBuilder()
                .setRequestId("r" + number)
                .setTeam(team)
                .setUser(team + "-user-" + (crowd.users() == 0 ? number : random.nextInt(crowd.users())))
                .setTaskType("code")
                .setTags(Map.of("feature", "review"))
                .setMessages("[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]")
                .setParams("{\"metadata\":{\"trace_output_tokens\":\"100\",\"trace_latency_ms\":\"200\"}}")
                .setMaxOutputTokens(256L)
                .build();
    }

    private static ModelOffer offer(int i) {
        long price = 1_000_000_000L + (i * 7_919L % 1_000) * 10_000_000L;
        return ModelOffer.newBuilder()
                .setProvider("openai")
                .setModel("model-" + i)
                .setContextTokens(128_000L)
                .setTools(true)
                .setQuality(Map.of("*", 0.5 + (i * 31 % 100) / 250.0))
                .setPrices(List.of(Price.newBuilder()
                        .setVersion("openai/model-" + i + "@1")
                        .setEffectiveFrom(0)
                        .setInput(price)
                        .setOutput(4 * price)
                        .build()))
                .build();
    }

    /** A limit in money far above what is asked for. */
    static Budget budget(String name, String scope, String period, String enforcement) {
        return Budget.newBuilder()
                .setName(name)
                .setScope(scope)
                .setPeriod(period)
                .setEnforcement(enforcement)
                .setLimitNanoUsd(ENOUGH_NANO_USD)
                .setAlertAt(List.of(80))
                .build();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
