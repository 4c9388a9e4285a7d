package dev.turnpike.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.router.decision.Ask;
import dev.turnpike.router.decision.DecisionEvents;
import dev.turnpike.router.decision.DecisionEvents.Source;
import dev.turnpike.router.decision.Position;
import dev.turnpike.router.decision.Router;
import dev.turnpike.router.decision.TrackRecord;
import dev.turnpike.router.estimate.PromptSuccess;
import dev.turnpike.router.prompt.O200kCounter;
import dev.turnpike.router.prompt.PromptReader;
import dev.turnpike.router.state.Tables;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.LlmRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** {@code explain} and {@code replay}, with decisions as the router would have written them. */
class RerunIT {

    private static final String OFFERS = """
            kind: ModelOffer
            provider: acme
            model: large
            quality: {"*": 0.95}
            prices: [{effective_from: 2025-01-01, input_usd_per_million: 5, output_usd_per_million: 20}]
            ---
            kind: ModelOffer
            provider: acme
            model: small
            quality: {"*": 0.8}
            prices: [{effective_from: 2025-01-01, input_usd_per_million: 1, output_usd_per_million: 4}]
            """;
    private static final String POLICY = """
            kind: TeamPolicy
            team: search
            budgets: [{name: day, scope: team, period: day, limit_usd: 0.2}]
            routing: {quality_floor: FLOOR, output_cap: 1000}
            """;

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Cluster cluster;

    @BeforeEach
    void decideTwoRequests(TestInfo test) throws IOException {
        String prefix = "rerun-" + Integer.toHexString(test.getDisplayName().hashCode()) + '.';
        LocalCluster local = LocalCluster.shared().withTopics(prefix);
        Cluster on = Cluster.local(local.bootstrapServers(), local.registryUrl());
        cluster = new Cluster(on.bootstrapServers(), prefix, on.registry(), on.kafka());
        assertThat(run("apply", "-f", file("all.yaml", OFFERS + "---\n" + POLICY.replace("FLOOR", "0.9"))))
                .as(err.toString())
                .isZero();
        String requests = file(
                "requests.jsonl",
                "{\"request_id\":\"r1\",\"team\":\"search\",\"difficulty\":0.5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}\n"
                        + "{\"request_id\":\"r2\",\"team\":\"search\",\"messages\":[{\"role\":\"user\",\"content\":\"Why?\"}]}\n");
        assertThat(run("publish", "-f", requests)).as(err.toString()).isZero();
        decide();
    }

    @Test
    void shouldDecideTheSameAgainThoughTheCatalogHasChangedSince() throws IOException {
        // given: the small one has become as good as the large one
        assertThat(run("apply", "-f", file("later.yaml", OFFERS.replace("0.8}", "0.99}"))))
                .isZero();

        // when
        assertThat(run("explain", "r1")).as(err.toString()).isZero();

        // then
        assertThat(out.toString())
                .contains("routed to acme/large", "  recomputed the same decision, field by field")
                .contains("difficulty 0.50");
        assertThat(run("explain", "r2")).isZero();
        assertThat(out.toString()).contains("  recomputed the same decision, field by field");
    }

    @Test
    void shouldSayWhatDiffersInADecisionThatTheRouterWouldNotMake() {
        // given
        Decision forged = decisions().get(0);
        forged.setRequestId("r9");
        forged.setModel("small");
        send(forged);

        // when
        assertThat(run("explain", "r9")).as(err.toString()).isZero();

        // then
        assertThat(out.toString()).contains("recomputed differs in ", "model: small recorded, large now");
    }

    @Test
    void shouldSayWhatALowerFloorWouldHaveSaved() throws IOException {
        // given
        String policy = file("policy.yaml", POLICY.replace("FLOOR", "0.5"));

        // when
        assertThat(run("replay", "--policy", policy)).as(err.toString()).isZero();

        // then
        List<String> lines =
                out.toString().lines().map(line -> line.replaceAll(" +", " ")).toList();
        assertThat(lines)
                .contains("FIGURE RECORDED PRESENT CHANGED CHANGE")
                .contains("requests 2 2 2 +0.0 %", "to acme/large 2 2 0 -100.0 %", "to acme/small 0 0 2 -");
        assertThat(lines).anyMatch(line -> line.startsWith("expected cost $") && line.endsWith("-80.0 %"));
    }

    @Test
    void shouldCountWhatABudgetWouldHaveRefused() throws IOException {
        // given: a dispatch to the large one holds about two cents
        String policy = file("policy.yaml", POLICY.replace("FLOOR", "0.9").replace("0.2}", "0.0001}"));

        // when
        assertThat(run("replay", "--policy", policy)).as(err.toString()).isZero();

        // then
        assertThat(out.toString().replaceAll(" +", " ")).contains("rejected budget-exhausted 0 0 2 -");
    }

    @Test
    void shouldRefuseToReplayWithoutAChangeOrWithoutRequests() throws IOException {
        assertThat(run("replay")).isEqualTo(2);
        assertThat(err.toString()).contains("name --policy or --catalog, or both");

        assertThat(run("replay", "--catalog", file("c.yaml", OFFERS), "--to", "2020-01-01"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("no request of that time is left to replay");
    }

    /** As the router would, with its own code. */
    private void decide() {
        var tables = new Tables();
        List<Decision> made = new ArrayList<>();
        try (TopicLog log = TopicLog.open(cluster)) {
            log.table(Topics.CATALOG).forEach(tables::putOffer);
            log.table(Topics.POLICIES).forEach(tables::putPolicy);
            var router = new Router(new TrackRecord(PromptSuccess.shipped()), new O200kCounter());
            var requests = log.serdes().received(Topics.REQUESTS).deserializer();
            log.scan(Topics.REQUESTS, record -> {
                LlmRequest request =
                        requests.deserialize(record.topic(), record.value()).value();
                assertThat(request).isNotNull();
                var ask = Ask.first(request, PromptReader.read(request));
                var rules = tables.rulesOf(request.getTeam());
                var outcome = router.decide(ask, tables.fleet(), rules, key -> Position.EMPTY, record.timestamp());
                made.add(new DecisionEvents(Duration.ofMinutes(10))
                        .of(
                                ask,
                                outcome,
                                rules,
                                new Source(record.topic(), record.partition(), record.offset()),
                                record.timestamp())
                        .decision());
            });
        }
        made.forEach(this::send);
    }

    private void send(Decision decision) {
        String topic = cluster.name(Topics.DECISIONS);
        byte[] value = cluster.serdes().avro(Topics.DECISIONS).serializer().serialize(topic, decision);
        try (var producer = cluster.producer(Map.of())) {
            producer.send(new ProducerRecord<>(topic, decision.getTeam().getBytes(StandardCharsets.UTF_8), value));
        }
    }

    private List<Decision> decisions() {
        List<Decision> decisions = new ArrayList<>();
        try (TopicLog log = TopicLog.open(cluster)) {
            log.each(Topics.DECISIONS, entry -> decisions.add(entry.value()));
        }
        return decisions;
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private int run(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of(
                "--bootstrap-servers", cluster.bootstrapServers(),
                "--registry", String.valueOf(cluster.registry().get("schema.registry.url")),
                "--set", "topics.prefix=" + cluster.prefix()));
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return RootCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }
}
