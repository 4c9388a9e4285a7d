package dev.turnpike.cli.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import com.sun.net.httpserver.HttpServer;
import dev.turnpike.cli.command.RootCommand;
import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.cluster.LocalConnect;
import dev.turnpike.cluster.SimulatedProvider;
import dev.turnpike.gateway.GatewayService;
import dev.turnpike.gateway.config.GatewayConfig;
import dev.turnpike.metering.MeteringService;
import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.router.RouterService;
import dev.turnpike.router.config.RouterConfig;
import dev.turnpike.schemas.Settings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The whole system on a broker with TLS, passwords and access rules: each part by a principal of its own, and no other. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecuredClusterIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PREFIX = "turnpike-";
    private static final List<String> ROLES = List.of(
            "router",
            "meter",
            "gateway",
            "provider-sink",
            "database-sink",
            "lake-sink",
            "webhook-sink",
            "connect",
            "operator",
            "team",
            "evaluator",
            "reporter",
            "analyst");
    private static final String DOCUMENTS = """
            kind: ModelOffer
            provider: acme
            model: large
            quality: {"*": 0.9}
            prices: [{effective_from: 2025-01-01, input_usd_per_million: 1, output_usd_per_million: 10}]
            ---
            kind: TeamPolicy
            team: search
            budgets: [{name: day, scope: team, period: total, limit_usd: 1.5, alert_at: [50]}]
            routing: {output_cap: 100}
            """;
    private static final String CHAT = "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    private static final Path LAKE_PLUGIN = Path.of("..", "lake", "target", "connect-plugins");
    private static final String TOPICS = "llm.";
    private static final String GROWN = "llm4.";

    @TempDir
    static Path folder;

    private static final Deque<AutoCloseable> PARTS = new ArrayDeque<>();
    private static final Queue<String> LOGGED = new ConcurrentLinkedQueue<>();
    private static SecuredBroker broker;
    private static LocalConnect connect;
    private static SimulatedProvider provider;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void startWithAccessRules() throws IOException, InterruptedException, ExecutionException {
        listen();
        broker = add(SecuredBroker.start(folder));
        for (String role : ROLES) {
            broker.enrol(PREFIX + role);
        }
        var scene = new SecuredClusterIT();
        scene.succeeds(SecuredBroker.ADMIN, "topics", "acls", "--create");
        assertThat(scene.out.toString()).matches("\\d+ rules created for \\d+ principals turnpike-\\*\n");
        Awaitility.await().atMost(PATIENCE).until(() -> isInForce("turnpike-analyst"));
        scene.succeeds("turnpike-operator", "topics", "create", "--partitions", "2");
        connect = add(
                LocalConnect.start(broker.bootstrapServers(), folder, LAKE_PLUGIN, broker.login("turnpike-connect")));
        provider = add(SimulatedProvider.start(SimulatedProvider.Options.standard()));
    }

    @AfterAll
    static void end() throws Exception {
        while (!PARTS.isEmpty()) {
            PARTS.pop().close();
        }
    }

    @Test
    @Order(1)
    void shouldRefuseEachPartThatComesWithThePrincipalOfAnother() {
        assertThatThrownBy(() -> router("turnpike-meter"))
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining("llm.requests: ")
                .hasMessageContaining("uthoriz");
        assertThatThrownBy(() -> meter("turnpike-router")).hasMessageContaining("llm.usage: ");
        assertThatThrownBy(() -> gateway("turnpike-team")).hasMessageContaining("llm.keys: ");
        connect.deploy(providerSink("turnpike-webhook-sink"));
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(connect.status("provider-sink").problems())
                        .singleElement()
                        .asString()
                        .contains("connector provider-sink task 0: Not authorized to access"));
    }

    @Test
    @Order(2)
    void shouldRunTheWholeLoopWithAPrincipalForEachPart() throws IOException, InterruptedException {
        // given: each part as it would be deployed
        AtomicInteger alerts = new AtomicInteger();
        succeeds("turnpike-operator", "apply", "-f", file("all.yaml", DOCUMENTS));
        RouterService router = add(router("turnpike-router"));
        MeteringService meter = add(meter("turnpike-meter"));
        GatewayService gateway = add(gateway("turnpike-gateway"));
        int port = add(gateway.http(metrics())).port();
        connect.deploy(providerSink("turnpike-provider-sink"));
        connect.deploy(webhook(receiver(alerts)));
        Awaitility.await().atMost(PATIENCE).until(() -> router.isReady() && meter.isReady() && gateway.isReady());
        String key = key();

        // when: a client calls, a team publishes, another gateway reports, somebody judges
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> assertThat(chat(port, key).statusCode()).isEqualTo(200));
        succeeds("turnpike-team", "publish", "-f", file("requests.jsonl", """
                {"request_id":"r1","team":"search","messages":[{"role":"user","content":"hi"}]}
                """));
        succeeds("turnpike-reporter", "publish", "--to", "usage", "-f", file("usage.jsonl", """
                {"usage_id":"u1","source":"other","team":"search","provider":"acme","model":"large","occurred_at":%d,"output_tokens":100000}
                """.formatted(
                        System.currentTimeMillis())));
        succeeds("turnpike-evaluator", "publish", "--to", "outcomes", "-f", file("outcomes.jsonl", """
                {"request_id":"r1","team":"search","score":1.0}
                """));

        // then: it is decided, executed, booked, alerted and shown
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(chargedRequests()).isGreaterThanOrEqualTo(3));
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(alerts).hasPositiveValue());
        assertThat(read("turnpike-database-sink", "llm.ledger", "connect-ledger-postgres"))
                .isPositive();
        succeeds("turnpike-operator", "audit");
    }

    @Test
    @Order(3)
    void shouldRefuseWhatNoRuleGrants() throws IOException {
        assertForbidden("turnpike-team", "spend");
        assertForbidden("turnpike-team", "publish", "--to", "usage", "-f", file("u.jsonl", """
                {"usage_id":"u2","source":"other","team":"search","model":"large","occurred_at":1}
                """));
        assertForbidden("turnpike-analyst", "explain", "r1");
        assertForbidden("turnpike-analyst", "apply", "-f", file("all.yaml", DOCUMENTS.replace("1.5", "1500")));
        assertForbidden("turnpike-gateway", "topics", "acls", "--create");

        assertThatReadingIsForbidden("turnpike-team", "llm.ledger", "llm.requests", "llm.completions");
        assertThatReadingIsForbidden("turnpike-analyst", "llm.requests", "llm.completions", "llm.keys");
        assertThatReadingIsForbidden("turnpike-gateway", "llm.requests", "llm.ledger");
        assertThatReadingIsForbidden("turnpike-provider-sink", "llm.keys", "llm.ledger", "llm.requests");
        assertThatReadingIsForbidden("turnpike-database-sink", "llm.completions", "llm.dispatches");
        assertThatReadingIsForbidden("turnpike-webhook-sink", "llm.requests", "llm.ledger");
        assertThatReadingIsForbidden("turnpike-router", "llm.keys", "llm.completions", "llm.usage");
        assertThatReadingIsForbidden("turnpike-meter", "llm.keys", "llm.requests", "llm.completions");

        assertThatWritingIsForbidden("turnpike-provider-sink", "llm.budgets", "llm.ledger", "llm.dispatches");
        assertThatWritingIsForbidden("turnpike-router", "llm.usage", "llm.budgets", "llm.ledger", "llm.requests");
        assertThatWritingIsForbidden("turnpike-meter", "llm.dispatches", "llm.decisions", "llm.policies");
        assertThatWritingIsForbidden("turnpike-gateway", "llm.decisions", "llm.completions", "llm.keys");
        assertThatWritingIsForbidden("turnpike-operator", "llm.ledger", "llm.budgets", "llm.usage");
        assertThatWritingIsForbidden("turnpike-team", "llm.requests-moved", "llm.usage", "llm.policies");
    }

    @Test
    @Order(4)
    void shouldSayInOneLineWhoIsNotLetIn() throws IOException {
        // given
        Map<String, String> wrong = broker.login("turnpike-analyst", "wrong");

        // when
        int exit = run(wrong, "spend");

        // then
        assertThat(exit).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("turnpike: " + broker.bootstrapServers() + ": the broker does not let us in: ")
                .contains("SCRAM-SHA-512", "check kafka.security.protocol")
                .hasLineCount(1);
    }

    @Test
    @Order(5)
    void shouldWriteTheLedgerToTheLakeWithItsOwnPrincipalOnly() throws ExecutionException, InterruptedException {
        // given: the topic over which the connector's tasks agree
        try (Admin admin = Admin.create(broker.client(SecuredBroker.ADMIN))) {
            admin.createTopics(List.of(new NewTopic("control-iceberg-ledger", 1, (short) 1)))
                    .all()
                    .get();
        }

        // when
        connect.deploy(lake("turnpike-database-sink"));
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(connect.status("ledger-iceberg").problems())
                        .singleElement()
                        .asString()
                        .contains("Not authorized to access group: connect-ledger-iceberg"));
        connect.deploy(lake("turnpike-lake-sink"));

        // then
        Awaitility.await()
                .atMost(PATIENCE.multipliedBy(2))
                .untilAsserted(() -> assertThat(inLake())
                        .anyMatch(file -> file.endsWith(".parquet"))
                        .contains("v2.metadata.json"));
        assertThat(connect.status("ledger-iceberg").problems()).isEmpty();
    }

    @Test
    @Order(6)
    void shouldGrowByAnAdministratorOnly() throws Exception {
        // given: nothing runs any more
        while (PARTS.peek() != broker) {
            PARTS.pop().close();
        }
        String[] grow = {"topics", "grow", "--partitions", "4", "--to", GROWN};

        // when
        assertThat(run(broker.login("turnpike-operator"), grow)).isEqualTo(1);
        assertThat(err.toString())
                .startsWith(
                        "turnpike: to copy a log is for an administrator, and no role may do it: this principal lacks "
                                + "Describe and Create on the cluster")
                .hasLineCount(1);
        // a member that has ended is missed after its session
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> succeeds(SecuredBroker.ADMIN, grow));

        // then: what to do next is said, and the rules of the old topics say nothing of the new ones
        assertThat(out.toString())
                .contains(
                        "records copied from 2 partitions to 4; llm.* is as it was",
                        "connect-ledger-iceberg",
                        "connect-provider-sink",
                        "turnpike-meter-llm4",
                        "turnpike-router-llm4",
                        "turnpike audit --set topics.prefix=llm4.");
        assertForbidden("turnpike-operator", "audit", "--set", "topics.prefix=" + GROWN);
        assertThatThrownBy(() -> router("turnpike-router", GROWN)).hasMessageContaining("uthoriz");

        // and with rules of their own the parts go on there, each as itself
        succeeds(SecuredBroker.ADMIN, "topics", "acls", "--create", "--set", "topics.prefix=" + GROWN);
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> succeeds("turnpike-operator", "audit", "--set", "topics.prefix=" + GROWN));
        MeteringService meter = add(meter("turnpike-meter", GROWN));
        RouterService router = add(router("turnpike-router", GROWN));
        Awaitility.await().atMost(PATIENCE).until(() -> router.isReady() && meter.isReady());
        succeeds("turnpike-team", "publish", "--set", "topics.prefix=" + GROWN, "-f", file("more.jsonl", """
                {"request_id":"r2","team":"search","messages":[{"role":"user","content":"hi"}]}
                """));
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> succeeds("turnpike-operator", "explain", "r2", "--set", "topics.prefix=" + GROWN));
    }

    @Test
    @Order(7)
    void shouldHaveLoggedNoSecret() {
        assertThat(LOGGED).isNotEmpty();
        assertThat(broker.secrets()).allSatisfy(secret -> assertThat(LOGGED).noneMatch(line -> line.contains(secret)));
    }

    private static RouterService router(String user) {
        return router(user, TOPICS);
    }

    private static RouterService router(String user, String prefix) {
        return RouterService.start(RouterConfig.of(settings(user, prefix, "router")), metrics());
    }

    private static MeteringService meter(String user) {
        return meter(user, TOPICS);
    }

    private static MeteringService meter(String user, String prefix) {
        return MeteringService.start(MeteringConfig.of(settings(user, prefix, "meter")), metrics());
    }

    private static GatewayService gateway(String user) {
        return GatewayService.start(GatewayConfig.of(settings(user, TOPICS, "gateway")), metrics());
    }

    private static PrometheusMeterRegistry metrics() {
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    }

    private static Settings settings(String user, String prefix, String part) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "bootstrap.servers", broker.bootstrapServers(),
                "schema.registry.url", LocalCluster.shared().registryUrl(),
                "topics.prefix", prefix,
                "state.dir", folder.resolve(prefix + part).toString(),
                "http.port", "0"));
        broker.login(user).forEach((key, value) -> settings.put("kafka." + key, value));
        return Settings.of(settings);
    }

    private static Map<String, String> providerSink(String user) {
        Map<String, String> settings = connector("provider-sink", user);
        settings.put("providers", "acme");
        settings.put("provider.acme.url", provider.url());
        return settings;
    }

    private static Map<String, String> webhook(String url) {
        Map<String, String> settings = connector("webhook", "turnpike-webhook-sink");
        settings.put("url", url);
        return settings;
    }

    private static Map<String, String> lake(String user) {
        Map<String, String> settings = connector("ledger-iceberg", user);
        settings.keySet().removeIf(key -> key.startsWith("iceberg.catalog."));
        settings.put("iceberg.catalog.type", "hadoop");
        settings.put("iceberg.catalog.warehouse", folder.resolve("lake").toUri().toString());
        settings.put("iceberg.control.commit.interval-ms", "1000");
        settings.put("iceberg.kafka.bootstrap.servers", broker.bootstrapServers());
        settings.put(
                "value.converter.schema.registry.url", LocalCluster.shared().registryUrl());
        broker.login(user).forEach((key, value) -> settings.put("iceberg.kafka." + key, value));
        return settings;
    }

    /** The names of the files there. */
    private static List<String> inLake() throws IOException {
        Path lake = folder.resolve("lake");
        if (!Files.exists(lake)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(lake)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** As it is shipped, with where the broker is and who comes. */
    private static Map<String, String> connector(String name, String user) {
        Properties shipped = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of("..", "connect", name + ".properties"))) {
            shipped.load(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Map<String, String> settings = new HashMap<>();
        shipped.forEach((key, value) -> settings.put((String) key, (String) value));
        settings.put("bootstrap.servers", broker.bootstrapServers());
        settings.put("schema.registry.url", LocalCluster.shared().registryUrl());
        broker.login(user).forEach((key, value) -> {
            settings.put("kafka." + key, value);
            settings.put("consumer.override." + key, value);
        });
        return settings;
    }

    private static String receiver(AtomicInteger taken) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            taken.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        PARTS.push(() -> server.stop(0));
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    private String key() throws IOException {
        out.getBuffer().setLength(0);
        succeeds("turnpike-operator", "keys", "create", "search");
        Matcher key = Pattern.compile("tp-[a-z2-7]{32}").matcher(out.toString());
        assertThat(key.find()).isTrue();
        return key.group();
    }

    private static HttpResponse<String> chat(int port, String key) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
                                .header("authorization", "Bearer " + key)
                                .header("content-type", "application/json")
                                .POST(BodyPublishers.ofString(CHAT))
                                .build(),
                        BodyHandlers.ofString());
    }

    /** What the analyst sees of them. */
    private int chargedRequests() throws IOException {
        out.getBuffer().setLength(0);
        succeeds("turnpike-analyst", "spend", "--json");
        Matcher requests = Pattern.compile("\"requests\"\\s*:\\s*(\\d+)").matcher(out.toString());
        return requests.find() ? Integer.parseInt(requests.group(1)) : 0;
    }

    private void assertForbidden(String user, String... args) throws IOException {
        err.getBuffer().setLength(0);
        assertThat(run(broker.login(user), args)).isEqualTo(1);
        assertThat(err.toString())
                .as(Arrays.toString(args))
                .contains("uthoriz")
                .contains("this principal lacks the right (turnpike topics acls says what each role has)")
                .hasLineCount(1);
    }

    private static void assertThatReadingIsForbidden(String user, String... topics) {
        for (String topic : topics) {
            assertThatThrownBy(() -> read(user, topic, null)).as(topic).isInstanceOf(TopicAuthorizationException.class);
        }
    }

    private static void assertThatWritingIsForbidden(String user, String... topics) {
        try (var producer =
                new KafkaProducer<>(broker.client(user), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (String topic : topics) {
                assertThatThrownBy(() -> producer.send(new ProducerRecord<>(topic, 0, new byte[0], new byte[0]))
                                .get())
                        .as(topic)
                        .hasCauseInstanceOf(TopicAuthorizationException.class);
            }
        }
    }

    /** How many records of a topic come, read by a group or by none. */
    private static int read(String user, String topic, String group) {
        Map<String, Object> settings = broker.client(user);
        settings.put("auto.offset.reset", "earliest");
        if (group != null) {
            settings.put("group.id", group);
        }
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            if (group == null) {
                consumer.assign(List.of(new TopicPartition(topic, 0)));
            } else {
                consumer.subscribe(List.of(topic));
            }
            int records = 0;
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (records == 0 && System.nanoTime() < end) {
                records = consumer.poll(Duration.ofMillis(200)).count();
            }
            return records;
        }
    }

    /** Rules are in force in the order in which they were made. */
    private static boolean isInForce(String user) {
        var rules = new AclBindingFilter(
                ResourcePatternFilter.ANY,
                new AccessControlEntryFilter("User:" + user, null, AclOperation.ANY, AclPermissionType.ANY));
        try (Admin admin = Admin.create(broker.client(SecuredBroker.ADMIN))) {
            return !admin.describeAcls(rules).values().get().isEmpty();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void succeeds(String user, String... args) throws IOException {
        assertThat(run(broker.login(user), args)).as(err.toString()).isZero();
    }

    private int run(Map<String, String> login, String... args) throws IOException {
        Properties settings = new Properties();
        login.forEach((key, value) -> settings.put("kafka." + key, value));
        Path file = folder.resolve("client.properties");
        try (var writer = Files.newBufferedWriter(file)) {
            settings.store(writer, null);
        }
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of(
                "--config",
                file.toString(),
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--registry",
                LocalCluster.shared().registryUrl()));
        return RootCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }

    private static String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8)
                .toString();
    }

    private static <T extends AutoCloseable> T add(T part) {
        PARTS.push(part);
        return part;
    }

    /** Everything that is logged, the clients' own words about their settings among it. */
    private static void listen() {
        var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        var clients = (Logger) LoggerFactory.getLogger("org.apache.kafka");
        Level before = clients.getLevel();
        var appender = new AppenderBase<ILoggingEvent>() {
            @Override
            protected void append(ILoggingEvent event) {
                LOGGED.add(event.getFormattedMessage()
                        + (event.getThrowableProxy() == null
                                ? ""
                                : ThrowableProxyUtil.asString(event.getThrowableProxy())));
            }
        };
        appender.setContext(root.getLoggerContext());
        appender.start();
        root.addAppender(appender);
        // what they log of their settings they log at this level, and it goes nowhere else
        clients.setLevel(Level.INFO);
        clients.setAdditive(false);
        clients.addAppender(appender);
        PARTS.push(() -> {
            clients.detachAppender(appender);
            clients.setAdditive(true);
            clients.setLevel(before);
            root.detachAppender(appender);
        });
    }
}
