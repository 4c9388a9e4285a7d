package dev.turnpike.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnpike.cli.command.RootCommand;
import dev.turnpike.cli.demo.DemoDocuments;
import dev.turnpike.cluster.LocalConnect;
import dev.turnpike.cluster.SimulatedProvider;
import dev.turnpike.metering.MeteringService;
import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.router.RouterService;
import dev.turnpike.router.config.RouterConfig;
import dev.turnpike.schemas.Settings;
import dev.turnpike.schemas.registry.SchemaRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.lifecycle.Startables;

/** The main flows on the broker and the registry of docker-compose.yml, started once for all tests here. */
@RequiresDocker
class OfficialImagesIT {

    private static final Path DOCUMENTS = ComposeFile.TOP.resolve("deploy/demo");
    private static final int REQUESTS = 40;
    // a machine under load starts a broker in minutes
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static KafkaContainer kafka;
    private static GenericContainer<?> registry;

    @TempDir
    static Path dir;

    @BeforeAll
    static void start() throws IOException {
        ComposeFile file = ComposeFile.read();
        kafka = new KafkaContainer(file.image("kafka"))
                .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
                .withStartupTimeout(PATIENCE);
        registry = new GenericContainer<>(file.image("registry"))
                .withExposedPorts(8080)
                .waitingFor(Wait.forHttp("/apis/ccompat/v7/subjects").withStartupTimeout(PATIENCE));
        Startables.deepStart(kafka, registry).join();
        SchemaRegistry.connect(Map.of("schema.registry.url", registryUrl())).setCompatibility(null, "BACKWARD");
        assertThat(turnpike("topics", "create", "--partitions", "2")).contains("topics llm.* are as they must be");
        assertThat(turnpike("apply", "-f", DOCUMENTS.toString())).contains(" published, 0 unchanged");
    }

    @AfterAll
    static void stop() {
        registry.stop();
        kafka.stop();
    }

    @Test
    void shouldLeaveTopicsAndDocumentsThatAreThereAsTheyAre() {
        assertThat(turnpike("topics", "create", "--partitions", "2")).contains("topics llm.* are as they must be");
        assertThat(turnpike("topics", "check")).contains("with 2 partitions");
        assertThat(turnpike("apply", "-f", DOCUMENTS.toString())).startsWith("0 published, ");
    }

    @Test
    void shouldDecideExecuteBookAndKeepEveryLaw() throws IOException {
        // given
        var routing = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var booking = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (RouterService router = RouterService.start(RouterConfig.of(settings("router")), routing);
                MeteringService meter = MeteringService.start(MeteringConfig.of(settings("meter")), booking);
                SimulatedProvider provider =
                        SimulatedProvider.start(new SimulatedProvider.Options(0, 1, 0.1, Map.of()));
                LocalConnect connect = LocalConnect.start(kafka.getBootstrapServers(), dir)) {
            connect.deploy(providerSink(provider));
            patiently().until(() -> router.isReady() && meter.isReady());
            patiently().until(() -> connect.status("provider-sink").running());

            // given: the meter has counted what was spent, and the org has lent; a hard budget lets nothing in before
            AtomicInteger tries = new AtomicInteger();
            patiently().until(() -> {
                Path first = Files.writeString(dir.resolve("first.jsonl"), request("first-" + tries.incrementAndGet()));
                turnpike("publish", "-f", first.toString());
                patiently().until(() -> total(routing, "turnpike_decisions_total") == tries.get());
                return total(routing, "turnpike_dispatches_total") == 1;
            });

            // when: requests of a team with money, and of one that nobody knows
            Path requests = Files.write(dir.resolve("requests.jsonl"), requests());
            assertThat(turnpike("publish", "-f", requests.toString())).contains(REQUESTS + " records accepted");

            // then: every request is decided and booked, and can be explained
            patiently()
                    .untilAsserted(() -> assertThat(booking.scrape())
                            .contains("turnpike_ledger_entries_total{kind=\"usage\"} " + REQUESTS + ".0"));
            assertThat(turnpike("explain", "r-0")).contains("cheapest per completed task");
            assertThat(turnpike("explain", "r-" + (REQUESTS - 1))).contains("strangers has no policy");
            assertThat(turnpike("budget", "search")).contains("search-month");
            assertThat(turnpike("spend", "--team", "search", "--by", "model")).contains("deepseek");

            // then: what is watched is measured, once a minute what Kafka's clients have got since
            patiently().untilAsserted(() -> {
                String measured = routing.scrape() + booking.scrape();
                assertThat(WatchedMetrics.names()).allMatch(name -> measured.contains("\n" + name), "is measured");
            });
        }
        // the streams have ended: what they wrote is all there is
        assertThat(turnpike("audit")).contains("8 of 8 laws hold");
    }

    private static double total(PrometheusMeterRegistry metrics, String name) {
        return metrics.scrape()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static String request(String id) {
        return """
                {"request_id":"%s","team":"search","user":"ada","task_type":"code",\
                "messages":[{"role":"user","content":"say hello"}]}""".formatted(id);
    }

    private static List<String> requests() {
        List<String> lines = IntStream.range(0, REQUESTS - 1)
                .mapToObj(number -> request("r-" + number))
                .collect(Collectors.toCollection(ArrayList::new));
        lines.add("""
                {"request_id":"r-%d","team":"strangers","messages":[{"role":"user","content":"hi"}]}""".formatted(REQUESTS - 1));
        return lines;
    }

    private static Map<String, String> providerSink(SimulatedProvider provider) throws IOException {
        Properties shipped = new Properties();
        try (Reader reader =
                Files.newBufferedReader(ComposeFile.TOP.resolve("deploy/connect/provider-sink.properties"))) {
            shipped.load(reader);
        }
        Map<String, String> settings = new HashMap<>();
        shipped.forEach((key, value) -> settings.put((String) key, (String) value));
        settings.putAll(Map.of(
                "bootstrap.servers", kafka.getBootstrapServers(),
                "schema.registry.url", registryUrl(),
                "providers", String.join(",", DemoDocuments.PROVIDERS)));
        DemoDocuments.PROVIDERS.forEach(name -> settings.putAll(Map.of(
                "provider." + name + ".api", "openai",
                "provider." + name + ".url", provider.url(),
                "provider." + name + ".key", "")));
        return settings;
    }

    private static Settings settings(String application) {
        return Settings.of(Map.of(
                "bootstrap.servers", kafka.getBootstrapServers(),
                "schema.registry.url", registryUrl(),
                "state.dir", dir.resolve(application).toString()));
    }

    private static String registryUrl() {
        return "http://" + registry.getHost() + ":" + registry.getMappedPort(8080) + "/apis/ccompat/v7";
    }

    private static ConditionFactory patiently() {
        return await().atMost(PATIENCE);
    }

    private static String turnpike(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--bootstrap-servers", kafka.getBootstrapServers(), "--registry", registryUrl()));
        StringWriter output = new StringWriter();
        int exit = RootCommand.commandLine()
                .setOut(new PrintWriter(output))
                .setErr(new PrintWriter(output))
                .execute(all.toArray(String[]::new));
        assertThat(exit).as(output.toString()).isZero();
        return output.toString();
    }
}
