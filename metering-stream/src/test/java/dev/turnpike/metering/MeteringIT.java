package dev.turnpike.metering;

import static dev.turnpike.metering.Given.link;
import static dev.turnpike.metering.Given.offer;
import static dev.turnpike.metering.Given.price;
import static dev.turnpike.metering.Given.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnpike.cluster.ChildJvm;
import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Settings;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.schemas.serde.JsonEvents;
import dev.turnpike.streams.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.Writer;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
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
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Laws 3, 4, 5 and 7 on a real broker, with a meter that is killed in the middle and loses its local state. */
class MeteringIT {

    private static final int PARTITIONS = 4;
    private static final int TEAMS = 10;
    private static final int REQUESTS = 300;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long HELD = 400;
    // whoever sends "look"
    private static final String READER = "it=3c01eba119e00d79c82b6f65d70bc5f1044d568618bf41377e6d1432023fc2b8";
    private static final TeamPolicy POLICY = TeamPolicy.newBuilder()
            .setTeam("*")
            .setBudgets(List.of(usd("team", "total", 1_000_000), usd("user", "day", 10_000, 1, 5, 10)))
            .build();

    @TempDir
    private Path folder;

    private static int runs;

    private final LocalCluster cluster = LocalCluster.shared().withTopics("metering-it" + runs++ + ".");
    private final EventSerdes serdes = new EventSerdes(Map.of("schema.registry.url", cluster.registryUrl()));
    private final SplittableRandom random = new SplittableRandom(11);
    private final List<ProducerRecord<byte[], byte[]>> published = new ArrayList<>();
    /** What every request must come to in the end, by team. */
    private final Map<String, Amounts> expected = new TreeMap<>();

    private final Map<String, Amounts> held = new TreeMap<>();
    private final List<Future<RecordMetadata>> sent = new ArrayList<>();
    private KafkaProducer<byte[], byte[]> producer;
    private int reports;
    private int requests;
    private int meters;

    @BeforeEach
    void fillTables() {
        producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        // not the price of the dispatches: what is booked before its dispatch has to be corrected
        send(Topics.CATALOG, "openai/small", offer("openai", "small", price("small@2", 3)));
        send(Topics.POLICIES, "*", POLICY);
        flush();
    }

    @AfterEach
    void close() {
        producer.close();
    }

    @Test
    void shouldBookEverythingOnceThroughAKillAndTheLossOfItsState() throws Exception {
        ChildJvm first = startProcess(Map.of());
        try {
            publish(REQUESTS / 2);
            await().atMost(PATIENCE).until(() -> read(Topics.LEDGER).size() >= 20);
            publish(REQUESTS / 4);
        } finally {
            // SIGKILL: no transaction is ended, no store is closed
            first.kill();
        }
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (MeteringService second = MeteringService.start(config(Map.of()), metrics);
                HttpServer http = second.http(metrics)) {
            publish(REQUESTS / 4);
            abandonARequest();
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(netByTeam()).isEqualTo(expected));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(closedByTeam()).isEqualTo(held));

            assertBooksAreBalanced(1);
            assertTheApiTellsTheSame(http);
        }
    }

    /** With the offsets of its group, or without: then it reads all of its topics from the beginning. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldGoOnAsBeforeAfterItsApplicationHasBeenReset(boolean areOffsetsKept) throws Exception {
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        LlmRequest open = Given.request("open").setTeam("team1").build();
        try (MeteringService first = MeteringService.start(config(Map.of()), metrics)) {
            publish(REQUESTS / 4);
            sendDispatch(open, Duration.ofMinutes(15));
            abandonARequest();
            await().atMost(PATIENCE).until(() -> netByTeam().equals(expected));
            publish(REQUESTS / 10);
        }

        reset(cluster.topicsPrefix() + "meter", areOffsetsKept);

        try (MeteringService second = MeteringService.start(config(Map.of()), metrics)) {
            List.copyOf(published).forEach(this::send);
            sendUsage(open, 1, 1, true);
            // the estimate is corrected by what comes so late
            expected.merge("team0", new Amounts(-HELD, -HELD, -1), Amounts::plus);
            sendUsage(Given.request("abandoned").setTeam("team0").build(), 1, 1, true);
            publish(REQUESTS / 4);
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(netByTeam()).isEqualTo(expected));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(closedByTeam()).isEqualTo(held));

            assertBooksAreBalanced(2);
            assertThat(second.isReady()).isTrue();
        }
    }

    @Test
    void shouldAnswerForAllPartitionsFromEitherOfTwoMetersAndSayWhatIsMissingWhenOneDies() throws Exception {
        // given: two meters that know each other, and that nobody asks without a token
        int here = freePort();
        int there = freePort();
        ChildJvm dying = startProcess(Map.of("http.port", "" + there, "api.readers", READER, "session.timeout", "6s"));
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        MeteringConfig config = config(Map.of("http.port", "" + here, "api.readers", READER, "session.timeout", "6s"));
        try (MeteringService meter = MeteringService.start(config, metrics);
                HttpServer http = meter.http(metrics)) {
            publish(REQUESTS / 2);
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(netByTeam()).isEqualTo(expected));
            await().atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> hasPartitions(here) && hasPartitions(there) && isComplete(here) && isComplete(there));

            // then: each answers for both
            await().atMost(PATIENCE).untilAsserted(() -> {
                Set<String> elsewhere = asksTheOther(here);
                assertThat(elsewhere).isNotEmpty();
                assertThat(asksTheOther(there)).isNotEmpty().doesNotContainAnyElementsOf(elsewhere);
            });

            // when
            dying.kill();

            // then: while its partitions are on their way that is said, and nothing is left out unsaid
            await().atMost(PATIENCE).until(() -> isComplete(here));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(asksTheOther(here)).isEmpty());
            assertThat(http.port()).isEqualTo(here);
        } finally {
            dying.kill();
        }
    }

    /** Whether an instance answers for all partitions; where it says so the sum must be right, and else what is missing must be said. */
    private boolean isComplete(int port) throws Exception {
        HttpResponse<String> answer = ask(port, "/api/v1/spend?by=user&window=1d");
        if (answer.statusCode() == 503) {
            return false;
        }
        JsonNode spend = json(answer);
        assertThat(spend.get("read_until") == null
                        || spend.get("read_until").asLong()
                                <= spend.get("as_of").asLong())
                .isTrue();
        if (!spend.get("complete").asBoolean()) {
            assertThat(spend.get("missing").size()
                            + spend.get("missing_partitions").size())
                    .as("%s", spend)
                    .isPositive();
            return false;
        }
        long sum = spend.get("spend").findValues("nano_usd").stream()
                .mapToLong(JsonNode::asLong)
                .sum();
        assertThat(sum)
                .isEqualTo(
                        expected.values().stream().mapToLong(Amounts::nanoUsd).sum());
        return true;
    }

    private static boolean hasPartitions(int port) throws Exception {
        return !json(ask(port, "/api/v1/health")).get("partitions").isEmpty();
    }

    /** The teams for which an instance asks the other; what it answers for any team is right. */
    private Set<String> asksTheOther(int port) throws Exception {
        Set<String> forwarded = new HashSet<>();
        for (String team : expected.keySet()) {
            HttpResponse<String> answer = ask(port, "/api/v1/teams/" + team + "/budgets");
            assertThat(answer.statusCode()).isEqualTo(200);
            JsonNode budget = json(answer).get("budgets").get(0);
            assertThat(budget.get("spent").asLong())
                    .isEqualTo(expected.get(team).nanoUsd());
            if (answer.headers().firstValue("x-turnpike-instance").isPresent()) {
                forwarded.add(team);
            }
        }
        return forwarded;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** What an operator does while no meter runs: the internal topics of the application go, and its offsets where it is told so. */
    private void reset(String application, boolean areOffsetsKept) throws Exception {
        try (Admin admin =
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers()))) {
            Set<String> internal = new HashSet<>(admin.listTopics().names().get());
            internal.removeIf(topic -> !topic.startsWith(application + "-"));
            assertThat(internal).isNotEmpty();
            admin.deleteTopics(internal).all().get();
            if (areOffsetsKept) {
                return;
            }
            // refused while a member is left in the group
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(admin.deleteConsumerGroups(List.of(application))
                                    .all())
                            .succeedsWithin(PATIENCE));
        }
    }

    /** @param epochs how many incarnations of the state each team has seen */
    private void assertBooksAreBalanced(int epochs) {
        List<LedgerEntry> ledger = read(Topics.LEDGER);
        assertThat(ledger).extracting(LedgerEntry::getEntryId).doesNotHaveDuplicates();
        assertThat(ledger).filteredOn(entry -> entry.getKind().equals("usage")).hasSize(reports);
        assertThat(ledger)
                .filteredOn(entry -> entry.getKind().equals("correction"))
                .isNotEmpty();
        assertThat(ledger)
                .filteredOn(entry -> entry.getKind().equals("estimate"))
                .hasSize(1);

        Map<String, Amounts> perWindow = new TreeMap<>();
        for (LedgerEntry entry : ledger) {
            for (HoldWindow window : entry.getWindows()) {
                perWindow.merge(
                        PositionKey.of(entry.getTeam(), window).encode(), Amounts.of(entry.getAmount()), Amounts::plus);
            }
        }
        Map<String, Amounts> spent = new TreeMap<>();
        newestStates().forEach((key, state) -> spent.put(key, Amounts.of(state.getSpent())));
        assertThat(spent).isEqualTo(perWindow);
        assertThat(newestStates().values())
                .allSatisfy(state -> assertThat(state.getOpened()).isEqualTo(state.getClosed()));
        // the changelogs bring everything back; what is rebuilt is another incarnation
        assertThat(read(Topics.BUDGETS).stream()
                        .filter(state -> !state.getTeam().isEmpty())
                        .map(state -> state.getTeam() + state.getEpoch())
                        .distinct())
                .hasSize(expected.size() * epochs);
        assertThat(read(Topics.ALERTS))
                .isNotEmpty()
                .extracting(BudgetAlert::getAlertId)
                .doesNotHaveDuplicates();

        Map<String, SpendAggregate> cells = new HashMap<>();
        cluster.committed(Topics.SPEND).forEach(record -> cells.put(text(record.key()), value(Topics.SPEND, record)));
        Map<String, Amounts> spend = new TreeMap<>();
        cells.values().stream()
                .filter(cell -> cell.getWindow().equals("1d") && cell.getTag() == null && cell.getTaskId() == null)
                .forEach(cell -> spend.merge(cell.getTeam(), Amounts.of(cell.getAmount()), Amounts::plus));
        assertThat(spend).isEqualTo(expected);

        assertThat(cluster.committed(Topics.BUDGETS))
                .filteredOn(record -> !value(Topics.BUDGETS, record).getTeam().isEmpty())
                .allSatisfy(record -> assertThat(record.partition())
                        .isEqualTo(ownerOf(value(Topics.BUDGETS, record).getTeam())));
        assertThat(cluster.committed(Topics.SPEND))
                .allSatisfy(record -> assertThat(record.partition())
                        .isEqualTo(ownerOf(value(Topics.SPEND, record).getTeam())));
        assertThat(cluster.committed(Topics.DEAD_LETTERS)).isEmpty();
        assertThat(cluster.committed(Topics.USAGE_MOVED)).isNotEmpty();
        assertThat(cluster.committed(Topics.MODEL_PERFORMANCE)).isNotEmpty();
    }

    private void assertTheApiTellsTheSame(HttpServer http) throws Exception {
        List<String> teams = new ArrayList<>(expected.keySet());
        assertThat(get(http, "/api/v1/teams").get("teams").findValuesAsText("team"))
                .isEqualTo(teams);
        for (String team : teams) {
            JsonNode budget = get(http, "/api/v1/teams/" + team + "/budgets")
                    .get("budgets")
                    .get(0);
            assertThat(budget.get("spent").asLong())
                    .isEqualTo(expected.get(team).nanoUsd());
            assertThat(budget.get("open").asLong()).isZero();
        }
        JsonNode spend = get(http, "/api/v1/spend?by=user&window=1d").get("spend");
        long sum = spend.findValues("nano_usd").stream()
                .mapToLong(JsonNode::asLong)
                .sum();
        assertThat(sum)
                .isEqualTo(
                        expected.values().stream().mapToLong(Amounts::nanoUsd).sum());
    }

    /** Requests with one or two attempts, some without a dispatch, on any partition, some more than once. */
    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            if (!published.isEmpty() && random.nextInt(4) == 0) {
                send(published.get(random.nextInt(published.size())));
            }
            String id = "r" + requests++;
            LlmRequest request = Given.request(id)
                    .setTeam("team" + random.nextInt(TEAMS))
                    .setUser("user" + random.nextInt(5))
                    .build();
            boolean isDispatched = random.nextInt(5) > 0;
            boolean usageFirst = random.nextBoolean();
            if (isDispatched && !usageFirst) {
                sendDispatch(request, Duration.ofMinutes(15));
            }
            int attempts = 1 + random.nextInt(2);
            for (int attempt = 1; attempt <= attempts; attempt++) {
                sendUsage(request, attempt, attempts, isDispatched);
            }
            if (isDispatched && usageFirst) {
                sendDispatch(request, Duration.ofMinutes(15));
            }
        }
        flush();
    }

    /** A request that nobody reports on: its hold is captured when its time ends. */
    private void abandonARequest() {
        LlmRequest request = Given.request("abandoned").setTeam("team0").build();
        sendDispatch(request, Duration.ofSeconds(1));
        expected.merge("team0", new Amounts(HELD, HELD, 1), Amounts::plus);
        flush();
    }

    private void sendDispatch(LlmRequest request, Duration timeToLive) {
        long now = System.currentTimeMillis();
        Dispatch dispatch = Given.dispatch(
                        request, POLICY, now, new Amounts(HELD, HELD, 1), link("openai", "small", price("small@1", 2)))
                .setHoldUntil(now + timeToLive.toMillis())
                .build();
        held.merge(request.getTeam(), new Amounts(HELD, HELD, 1), Amounts::plus);
        send(Topics.DISPATCHES, request.getTeam(), dispatch);
    }

    private void sendUsage(LlmRequest request, int attempt, int attempts, boolean isDispatched) {
        long tokens = random.nextLong(1, 61);
        UsageReport report = Given.usage(request.getRequestId(), attempt, "openai", "small")
                .setTeam(request.getTeam())
                .setUser(request.getUser())
                .setOccurredAt(System.currentTimeMillis())
                .setInputTokens(tokens)
                .setStatus(attempt < attempts ? "error" : "ok")
                .setFinal$(attempt == attempts)
                .setAttempts(attempt == attempts ? attempts : null)
                .build();
        byte[] bytes = random.nextBoolean()
                ? serdes.avro(Topics.USAGE).serializer().serialize(name(Topics.USAGE), report)
                : JsonEvents.write(report).getBytes(StandardCharsets.UTF_8);
        var record = new ProducerRecord<>(
                name(Topics.USAGE),
                random.nextInt(3) == 0 ? (Integer) random.nextInt(PARTITIONS) : null,
                request.getTeam().getBytes(StandardCharsets.UTF_8),
                bytes);
        published.add(record);
        send(record);
        reports++;
        expected.merge(
                request.getTeam(),
                new Amounts(tokens * (isDispatched ? 2 : 3), tokens, attempt == 1 ? 1 : 0),
                Amounts::plus);
    }

    private Map<String, Amounts> netByTeam() {
        Map<String, Amounts> net = new TreeMap<>();
        read(Topics.LEDGER).forEach(entry -> net.merge(entry.getTeam(), Amounts.of(entry.getAmount()), Amounts::plus));
        return net;
    }

    private Map<String, Amounts> closedByTeam() {
        Map<String, Amounts> closed = new TreeMap<>();
        newestStates().values().stream()
                .filter(state -> state.getScope().equals("team"))
                .forEach(state -> closed.put(state.getTeam(), Amounts.of(state.getClosed())));
        return closed;
    }

    private Map<String, BudgetState> newestStates() {
        Map<String, BudgetState> newest = new TreeMap<>();
        cluster.committed(Topics.BUDGETS)
                .forEach(record -> newest.put(text(record.key()), value(Topics.BUDGETS, record)));
        // what a partition says of itself is no window
        newest.values().removeIf(state -> state.getTeam().isEmpty());
        return newest;
    }

    private <V extends SpecificRecord> void send(Topic<V> topic, String key, V value) {
        send(new ProducerRecord<>(
                name(topic),
                key.getBytes(StandardCharsets.UTF_8),
                serdes.avro(topic).serializer().serialize(name(topic), value)));
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        sent.add(producer.send(record));
    }

    private void flush() {
        producer.flush();
        assertThat(sent).allSatisfy(record -> assertThat(record).succeedsWithin(PATIENCE));
        sent.clear();
    }

    private <V extends SpecificRecord> List<V> read(Topic<V> topic) {
        return cluster.committed(topic).stream()
                .map(record -> value(topic, record))
                .toList();
    }

    private <V extends SpecificRecord> V value(Topic<V> topic, ConsumerRecord<byte[], byte[]> record) {
        return serdes.avro(topic).deserializer().deserialize(record.topic(), record.value());
    }

    private ChildJvm startProcess(Map<String, String> more) throws IOException {
        Properties settings = new Properties();
        settings.putAll(settings());
        settings.putAll(more);
        Path file = folder.resolve("meter.properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            settings.store(writer, null);
        }
        return ChildJvm.start(Path.of("target", "metering-it"), MeteringMain.class, file);
    }

    private MeteringConfig config(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(settings());
        settings.putAll(more);
        return MeteringConfig.of(Settings.of(settings));
    }

    /** Each meter has a folder of its own: what another one kept there is lost to it. */
    private Map<String, String> settings() {
        meters++;
        return Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "schema.registry.url",
                cluster.registryUrl(),
                "application.id",
                cluster.topicsPrefix() + "meter",
                "topics.prefix",
                cluster.topicsPrefix(),
                "state.dir",
                folder.resolve("state" + meters).toString(),
                "session.timeout",
                "2s",
                "kafka.heartbeat.interval.ms",
                "500",
                "kafka.producer.transaction.timeout.ms",
                "5000",
                "http.port",
                "0");
    }

    private String name(Topic<?> topic) {
        return topic.name(cluster.topicsPrefix());
    }

    private static JsonNode get(HttpServer http, String path) throws Exception {
        return json(ask(http.port(), path));
    }

    private static HttpResponse<String> ask(int port, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("authorization", "Bearer look")
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        return new ObjectMapper().readTree(answer.body());
    }

    private static int ownerOf(String team) {
        return Ownership.partitionOf(team, PARTITIONS);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
