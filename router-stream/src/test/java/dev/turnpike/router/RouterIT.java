package dev.turnpike.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnpike.cluster.ChildJvm;
import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.WindowView;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.schemas.serde.JsonEvents;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Laws 1, 2, 3 and 7 on a real broker, with a router that is killed in the middle and loses its local state. */
class RouterIT {

    private static final int PARTITIONS = 4;
    private static final int TEAMS = 12;
    private static final int REQUESTS = 400;
    private static final AtomicInteger TESTS = new AtomicInteger();
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private Path folder;

    private final LocalCluster cluster = LocalCluster.shared().withTopics("router-it-" + TESTS.incrementAndGet() + ".");
    private final EventSerdes serdes = new EventSerdes(Map.of("schema.registry.url", cluster.registryUrl()));
    private final SplittableRandom random = new SplittableRandom(7);
    private final Set<String> asked = new HashSet<>();
    private final List<byte[]> published = new ArrayList<>();
    private final List<Future<RecordMetadata>> pending = new ArrayList<>();
    private final Map<String, AmountVector> closed = new HashMap<>();
    private KafkaProducer<byte[], byte[]> producer;
    private int routers;

    @BeforeEach
    void fillTables() {
        producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        send(Topics.CATALOG, "openai/good", offer("good", 1));
        send(Topics.CATALOG, "openai/dear", offer("dear", 9));
        send(Topics.ALIASES, "smart", new Alias("smart", "openai/dear"));
        send(Topics.POLICIES, "*", policy("*", 150_000_000L));
        for (int partition = 0; partition < PARTITIONS; partition++) {
            say(partition, Driven.policies(partition, Long.MAX_VALUE));
        }
    }

    @AfterEach
    void close() {
        producer.close();
    }

    @Test
    void shouldDecideEachRequestOnceAndKeepItsHoldsThroughAKillAndTheLossOfItsState() throws Exception {
        try (ChildJvm first = start()) {
            publish(REQUESTS / 2);
            await().atMost(PATIENCE).until(() -> read(Topics.DECISIONS).size() >= 20);
            publish(REQUESTS / 4);
            first.kill();
        }
        try (ChildJvm second = start()) {
            publish(REQUESTS / 4);
            askOnceMoreOnEveryPartition("last");
            await().atMost(PATIENCE).until(this::allAreDecided);
            assertThat(second.isAlive()).isTrue();
        }

        List<Decision> decisions = read(Topics.DECISIONS);
        List<Dispatch> dispatches = read(Topics.DISPATCHES);
        assertThat(decisions).extracting(RouterIT::id).containsExactlyInAnyOrderElementsOf(asked);
        Set<String> answered = new HashSet<>();
        dispatches.forEach(dispatch -> answered.add(dispatch.getTeam() + ' ' + dispatch.getRequestId()));
        List<Rejection> rejections = read(Topics.REJECTIONS);
        rejections.forEach(rejection -> answered.add(rejection.getTeam() + ' ' + rejection.getRequestId()));
        assertThat(answered).isEqualTo(asked).hasSize(dispatches.size() + rejections.size());
        assertThat(rejections).isNotEmpty();
        assertHoldsAreIntact(decisions, dispatches);
        assertThat(cluster.committed(Topics.DEAD_LETTERS)).isEmpty();
        assertThat(cluster.committed(Topics.REQUESTS_MOVED)).isNotEmpty();
    }

    @Test
    void shouldSpendAgainWhatTheMeterGivesBackAndSetAsideWhatCannotBeRead() throws Exception {
        var once = policy("once", 20_000_000L);
        once.getRouting().setMinOutputCap(4_096);
        send(Topics.POLICIES, "once", once);
        try (ChildJvm router = start()) {
            sendBytes("once", bytes(request("once", "r1")), null);
            sendBytes("once", bytes(request("once", "r2")), null);
            await().atMost(PATIENCE).until(() -> decisionsOf("once").size() == 2);
            assertThat(decisionsOf("once")).extracting(Decision::getOutcome).containsExactly("routed", "rejected");

            Dispatch dispatch = read(Topics.DISPATCHES).stream()
                    .filter(one -> one.getTeam().equals("once"))
                    .findFirst()
                    .orElseThrow();
            giveBack(dispatch);
            sendBytes(null, "neither Avro nor JSON".getBytes(StandardCharsets.UTF_8), 0);
            // the two topics are read side by side, so the first of these may still come before the feedback
            await().atMost(PATIENCE).until(() -> {
                sendBytes(
                        "once",
                        bytes(request("once", "again" + decisionsOf("once").size())),
                        null);
                return decisionsOf("once").stream()
                                .filter(decision -> decision.getOutcome().equals("routed"))
                                .count()
                        == 2;
            });
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.committed(Topics.DEAD_LETTERS))
                            .singleElement()
                            .satisfies(letter -> assertThat(
                                            DeadLetter.of(letter.headers()).reason())
                                    .isEqualTo(DeadLetter.UNREADABLE)));
            assertThat(router.isAlive()).isTrue();
        }
    }

    @Test
    void shouldGoOnAsBeforeAfterItsApplicationHasBeenReset() throws Exception {
        try (ChildJvm first = start()) {
            publish(REQUESTS / 4);
            askOnceMoreOnEveryPartition("before");
            await().atMost(PATIENCE).until(this::allAreDecided);
            for (int team = 0; team < TEAMS; team += 2) {
                closeHalf("team" + team);
            }
            publish(REQUESTS / 4);
            askOnceMoreOnEveryPartition("then");
            await().atMost(PATIENCE).until(this::allAreDecided);
            assertThat(first.stop(PATIENCE)).isTrue();
        }
        int before = read(Topics.DECISIONS).size();

        reset(cluster.topicsPrefix() + "router");

        published.forEach(bytes -> sendBytes(null, bytes, random.nextInt(PARTITIONS)));
        try (ChildJvm second = start()) {
            publish(REQUESTS / 4);
            askOnceMoreOnEveryPartition("after");
            await().atMost(PATIENCE).until(this::allAreDecided);
            assertThat(second.isAlive()).isTrue();
        }

        List<Decision> decisions = read(Topics.DECISIONS);
        assertThat(decisions).extracting(RouterIT::id).containsExactlyInAnyOrderElementsOf(asked);
        assertThat(decisions).hasSizeGreaterThan(before);
        assertHoldsAreIntact(decisions, read(Topics.DISPATCHES));
        assertThat(cluster.committed(Topics.DEAD_LETTERS)).isEmpty();
        for (int team = 0; team < TEAMS; team += 2) {
            WindowView last = decisionsOf("team" + team)
                    .get(decisionsOf("team" + team).size() - 1)
                    .getWindows()
                    .get(0);
            assertThat(last.getClosed()).as("team%d", team).isEqualTo(closed.get("team" + team));
        }
    }

    /** What an operator does while no router runs: the internal topics and the offsets of the application go. */
    private void reset(String application) throws Exception {
        try (Admin admin =
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers()))) {
            Set<String> internal = new HashSet<>(admin.listTopics().names().get());
            internal.removeIf(topic -> !topic.startsWith(application + "-"));
            assertThat(internal).hasSize(4);
            admin.deleteTopics(internal).all().get();
            // refused while a member is left in the group
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(admin.deleteConsumerGroups(List.of(application))
                                    .all())
                            .succeedsWithin(PATIENCE));
        }
    }

    /** The meter closes a half of what it has seen opened in the team's only window, and has not heard of the newest dispatch. */
    private void closeHalf(String team) {
        Amounts opened = Amounts.ZERO;
        Amounts newest = Amounts.ZERO;
        long heardOf = -1;
        long offset = -1;
        HoldWindow window = null;
        var deserializer = serdes.avro(Topics.DISPATCHES).deserializer();
        for (ConsumerRecord<byte[], byte[]> record : cluster.committed(Topics.DISPATCHES)) {
            Dispatch dispatch = deserializer.deserialize(record.topic(), record.value());
            if (dispatch.getTeam().equals(team)) {
                opened = opened.plus(newest);
                newest = Amounts.of(dispatch.getHold());
                heardOf = offset;
                offset = record.offset();
                window = dispatch.getWindows().get(0);
            }
        }
        assertThat(window).as("a dispatch of %s", team).isNotNull();
        var half = new AmountVector(opened.nanoUsd() / 2, opened.tokens() / 2, opened.requests() / 2);
        closed.put(team, half);
        say(team, window, heardOf, opened.toAvro(), half);
    }

    /** In each window, in the order of its partition: what is held is what was held before and the hold of the decision itself. */
    private static void assertHoldsAreIntact(List<Decision> decisions, List<Dispatch> dispatches) {
        Map<PositionKey, Amounts> held = new HashMap<>();
        for (Decision decision : decisions) {
            for (WindowView view : decision.getWindows()) {
                var key = PositionKey.of(decision.getTeam(), view.getWindow());
                Amounts hold = decision.getHold() == null ? Amounts.ZERO : Amounts.of(decision.getHold());
                assertThat(Amounts.of(view.getHeld()))
                        .as("held in %s at %s", key, decision.getRequestId())
                        .isEqualTo(held.getOrDefault(key, Amounts.ZERO).plus(hold));
                held.put(key, Amounts.of(view.getHeld()));
                assertThat(held.get(key).nanoUsd() - view.getClosed().getNanoUsd())
                        .isLessThanOrEqualTo(view.getLimit().getNanoUsd());
            }
        }
        Map<PositionKey, Amounts> dispatched = new HashMap<>();
        for (Dispatch dispatch : dispatches) {
            for (HoldWindow window : dispatch.getWindows()) {
                dispatched.merge(
                        PositionKey.of(dispatch.getTeam(), window), Amounts.of(dispatch.getHold()), Amounts::plus);
            }
        }
        held.values().removeIf(Amounts::isZero);
        assertThat(dispatched).isEqualTo(held);
    }

    /** New requests as JSON and as Avro, on their own partition and on others, and some that were published before. */
    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            if (!published.isEmpty() && random.nextInt(4) == 0) {
                sendBytes(null, published.get(random.nextInt(published.size())), random.nextInt(PARTITIONS));
                continue;
            }
            String team = "team" + random.nextInt(TEAMS);
            LlmRequest request = request(team, "r" + published.size());
            request.setModel(random.nextInt(3) == 0 ? "smart" : "auto");
            byte[] bytes = random.nextBoolean()
                    ? bytes(request)
                    : JsonEvents.write(request).getBytes(StandardCharsets.UTF_8);
            published.add(bytes);
            asked.add(team + ' ' + request.getRequestId());
            sendBytes(team, bytes, random.nextInt(3) == 0 ? random.nextInt(PARTITIONS) : null);
        }
        flush();
    }

    /** What comes last: once these are decided, all before them is. */
    private void askOnceMoreOnEveryPartition(String id) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            String team = ownedBy(partition);
            sendBytes(team, bytes(request(team, id)), null);
            asked.add(team + " " + id);
        }
        flush();
    }

    private boolean allAreDecided() {
        Set<String> decided = new HashSet<>();
        read(Topics.DECISIONS).forEach(decision -> decided.add(id(decision)));
        return decided.containsAll(asked);
    }

    private List<Decision> decisionsOf(String team) {
        return read(Topics.DECISIONS).stream()
                .filter(decision -> decision.getTeam().equals(team))
                .toList();
    }

    private void giveBack(Dispatch dispatch) {
        say(dispatch.getTeam(), dispatch.getWindows().get(0), 0, dispatch.getHold(), dispatch.getHold());
    }

    private void say(String team, HoldWindow window, long heardOf, AmountVector opened, AmountVector closedThere) {
        var state = BudgetState.newBuilder()
                .setTeam(team)
                .setScope(window.getScope())
                .setScopeValue(window.getScopeValue())
                .setPeriod(window.getPeriod())
                .setWindowStart(window.getWindowStart())
                .setWindowEnd(window.getWindowEnd())
                .setEpoch(1)
                .setVersion(1)
                .setOpened(opened)
                .setClosed(closedThere)
                .setSpent(Amounts.ZERO.toAvro())
                .setDispatchOffset(heardOf)
                .build();
        say(Ownership.partitionOf(team, PARTITIONS), state);
    }

    private void say(int partition, BudgetState state) {
        byte[] value = serdes.avro(Topics.BUDGETS).serializer().serialize(name(Topics.BUDGETS), state);
        pending.add(producer.send(new ProducerRecord<>(
                name(Topics.BUDGETS),
                partition,
                PositionKey.of(state).encode().getBytes(StandardCharsets.UTF_8),
                value)));
        flush();
    }

    private <V extends SpecificRecord> void send(Topic<V> topic, String key, V value) {
        pending.add(producer.send(new ProducerRecord<>(
                name(topic),
                key.getBytes(StandardCharsets.UTF_8),
                serdes.avro(topic).serializer().serialize(name(topic), value))));
    }

    private void sendBytes(@Nullable String key, byte[] value, @Nullable Integer partition) {
        pending.add(producer.send(new ProducerRecord<>(
                name(Topics.REQUESTS), partition, key == null ? null : key.getBytes(StandardCharsets.UTF_8), value)));
    }

    private byte[] bytes(LlmRequest request) {
        return serdes.avro(Topics.REQUESTS).serializer().serialize(name(Topics.REQUESTS), request);
    }

    /** Waits until the broker has everything. */
    private void flush() {
        producer.flush();
        for (Future<RecordMetadata> sent : pending) {
            assertThat(sent).succeedsWithin(PATIENCE);
        }
        pending.clear();
    }

    private <V extends SpecificRecord> List<V> read(Topic<V> topic) {
        var deserializer = serdes.avro(topic).deserializer();
        return cluster.committed(topic).stream()
                .map(record -> deserializer.deserialize(record.topic(), record.value()))
                .toList();
    }

    private ChildJvm start() throws IOException {
        routers++;
        Properties settings = new Properties();
        settings.putAll(Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "schema.registry.url",
                cluster.registryUrl(),
                "application.id",
                cluster.topicsPrefix() + "router",
                "topics.prefix",
                cluster.topicsPrefix(),
                "state.dir",
                folder.resolve("state" + routers).toString(),
                "session.timeout",
                "2s",
                "kafka.heartbeat.interval.ms",
                "500",
                "kafka.producer.transaction.timeout.ms",
                "2000",
                "http.port",
                "0"));
        Path file = folder.resolve("router" + routers + ".properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            settings.store(writer, null);
        }
        return ChildJvm.start(Path.of("target", "router-it"), RouterMain.class, file);
    }

    private static String ownedBy(int partition) {
        int i = 0;
        while (Ownership.partitionOf("last" + i, PARTITIONS) != partition) {
            i++;
        }
        return "last" + i;
    }

    private static String id(Decision decision) {
        return decision.getTeam() + ' ' + decision.getRequestId();
    }

    private String name(Topic<?> topic) {
        return topic.name(cluster.topicsPrefix());
    }

    private static LlmRequest request(String team, String id) {
        return LlmRequest.newBuilder()
                .setRequestId(id)
                .setTeam(team)
                .setMessages("[{\"role\":\"user\",\"content\":\"hi\"}]")
                .build();
    }

    private static ModelOffer offer(String model, long usd) {
        return ModelOffer.newBuilder()
                .setProvider("openai")
                .setModel(model)
                .setPrices(List.of(Price.newBuilder()
                        .setVersion(model)
                        .setEffectiveFrom(0)
                        .setInput(usd * 1_000_000_000)
                        .setOutput(usd * 4_000_000_000L)
                        .build()))
                .setQuality(Map.of("*", 0.8))
                .build();
    }

    /** One good answer is held at $0.0165. */
    private static TeamPolicy policy(String team, long limitNanoUsd) {
        return TeamPolicy.newBuilder()
                .setTeam(team)
                .setBudgets(List.of(Budget.newBuilder()
                        .setName("ever")
                        .setScope("team")
                        .setPeriod("total")
                        .setLimitNanoUsd(limitNanoUsd)
                        .build()))
                .build();
    }
}
