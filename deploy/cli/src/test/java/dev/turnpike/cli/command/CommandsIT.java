package dev.turnpike.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cli.focus.Ledger;
import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.serde.Received;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsIT {

    private static final int PARTITIONS = 4;
    private static final String POLICY = """
            kind: TeamPolicy
            team: search
            timezone: Europe/Berlin
            budgets:
              - {name: month, scope: team, period: month, limit_usd: 10.000000001}
            routing: {default_model: acme/large}
            """;
    private static final String OFFER = """
            kind: ModelOffer
            provider: acme
            model: large
            prices:
              - {effective_from: 2025-01-01, input_usd_per_million: 1.25, output_usd_per_million: 10}
            """;

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldPublishDocumentsOnceAndGiveThemBackAsTheyWere() throws IOException {
        // given
        Cluster cluster = cluster("apply.");
        Path file = Files.writeString(folder.resolve("all.yaml"), OFFER + "---\n" + POLICY);

        // when: only looked at
        assertThat(run(cluster, "apply", "-f", file.toString(), "--dry-run")).isZero();
        assertThat(output())
                .isEqualTo("+ ModelOffer acme/large\n+ TeamPolicy search\n" + warning("acme/large has")
                        + "2 would change, 0 are as they are published; nothing was published\n");
        assertThat(table(cluster)).isEmpty();

        // when: published, and published again
        assertThat(run(cluster, "apply", "-f", file.toString())).isZero();
        assertThat(output()).endsWith("2 published, 0 unchanged\n");
        assertThat(run(cluster, "apply", "-f", folder.toString())).isZero();
        assertThat(output()).isEqualTo("0 published, 2 unchanged\n");

        // then
        Budget budget = table(cluster).get("search").getBudgets().get(0);
        assertThat(budget.getLimitNanoUsd()).isEqualTo(10_000_000_001L);
        assertThat(run(cluster, "policy", "get", "search")).isZero();
        assertThat(output())
                .contains("timezone: Europe/Berlin", "limit_usd: 10.000000001", "default_model: acme/large");
        assertThat(run(cluster, "catalog", "list")).isZero();
        assertThat(output()).contains("acme/large  active    $1.25    $10.00  2025-01-01");
    }

    @Test
    void shouldImportPricesAndKeepWhatElseAnOfferHas() throws IOException {
        // given
        Cluster cluster = cluster("import.");
        Path offer = Files.writeString(folder.resolve("offer.yaml"), OFFER + "quality: {code: 0.5}\n");
        Path list = Files.writeString(folder.resolve("list.json"), """
                {"large": {"litellm_provider": "acme", "mode": "chat",
                   "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-05},
                 "small": {"litellm_provider": "acme", "mode": "chat",
                   "input_cost_per_token": 1e-07, "output_cost_per_token": 1e-06},
                 "voice": {"litellm_provider": "acme", "mode": "audio_speech"}}
                """);
        assertThat(run(cluster, "apply", "-f", offer.toString())).isZero();
        output();
        String[] update = {
            "catalog", "import", list.toString(), "--format", "litellm", "--effective-from", "2026-08-06", "--update"
        };

        // when
        assertThat(run(cluster, update)).isZero();
        assertThat(output())
                .startsWith("~ ModelOffer acme/large\n")
                .contains("+ prices[2026-08-06].input_usd_per_million: 1\n")
                .doesNotContain("quality")
                .endsWith("1 published, 0 unchanged\n");
        assertThat(run(cluster, update)).isZero();
        assertThat(output()).isEqualTo("0 published, 1 unchanged\n");

        // then: what is new only comes when it is not an update
        assertThat(run(cluster, "catalog", "import", list.toString(), "--format", "litellm", "--dry-run"))
                .isZero();
        assertThat(output()).isEqualTo("""
                + ModelOffer acme/small
                %s1 would change, 1 are as they are published; nothing was published
                1 of 3 models of the list were skipped:
                       1  mode other than chat
                """.formatted(warning("acme/small has")));
    }

    @Test
    void shouldPublishNothingWhereOneDocumentIsWrong() throws IOException {
        Cluster cluster = cluster("apply-wrong.");
        Path file = Files.writeString(
                folder.resolve("wrong.yaml"), OFFER + "---\n" + POLICY.replace("acme/large", "acme/larger"));

        assertThat(run(cluster, "apply", "-f", file.toString())).isEqualTo(1);

        assertThat(err.toString())
                .isEqualTo("turnpike: TeamPolicy search: routing.default_model=acme/larger: is not known;"
                        + " name auto, an alias or an offer\n");
        assertThat(table(cluster)).isEmpty();
        assertThat(run(cluster, "policy", "get", "search")).isEqualTo(1);
        assertThat(err.toString()).contains("team search: has no policy, and there is none for *");
    }

    @Test
    void shouldPublishRequestsToThePartitionsOfTheirTeams() throws IOException {
        // given
        Cluster cluster = cluster("publish.");
        Path file = Files.writeString(
                folder.resolve("requests.jsonl"),
                "{\"request_id\":\"r1\",\"team\":\"search\",\"messages\":[]}\n"
                        + "{\"request_id\":\"r2\",\"team\":\"support\",\"messages\":[]}\n");

        // when
        assertThat(run(cluster, "publish", "-f", file.toString(), "--rate", "1000"))
                .isZero();

        // then
        assertThat(output()).isEqualTo("2 records accepted by publish.requests\n");
        List<String> read = new ArrayList<>();
        try (TopicLog log = TopicLog.open(cluster)) {
            Deserializer<Received<LlmRequest>> deserializer =
                    log.serdes().received(Topics.REQUESTS).deserializer();
            log.scan(Topics.REQUESTS, record -> {
                LlmRequest request =
                        deserializer.deserialize(record.topic(), record.value()).value();
                assertThat(request).isNotNull();
                assertThat(record.partition()).isEqualTo(Ownership.partitionOf(request.getTeam(), PARTITIONS));
                read.add(request.getRequestId());
            });
        }
        assertThat(read).containsExactlyInAnyOrder("r1", "r2");
    }

    @Test
    void shouldPublishNothingWhereOneLineIsWrong() throws IOException {
        Cluster cluster = cluster("publish-wrong.");
        Path file = Files.writeString(
                folder.resolve("requests.jsonl"),
                "{\"request_id\":\"r1\",\"team\":\"search\",\"messages\":[]}\n{\"request_id\":7}\n");

        assertThat(run(cluster, "publish", "-f", file.toString())).isEqualTo(1);

        assertThat(err.toString()).contains("requests.jsonl:2: request_id");
        try (TopicLog log = TopicLog.open(cluster)) {
            log.scan(Topics.REQUESTS, record -> {
                throw new AssertionError("published: " + record);
            });
        }
    }

    @Test
    void shouldShowAlertsBudgetsAndSpend() {
        // given
        Cluster cluster = cluster("show.");
        publish(
                cluster,
                Topics.ALERTS,
                "search",
                BudgetAlert.newBuilder()
                        .setAlertId("a")
                        .setKind("threshold")
                        .setTeam("search")
                        .setBudget("month")
                        .setScopeValue("search")
                        .setThreshold(80)
                        .setUnit("nano_usd")
                        .setLimit(10_000_000_000L)
                        .setSpent(8_000_000_000L)
                        .setMessage("80 % spent")
                        .setRaisedAt(0)
                        .build());

        assertThat(run(cluster, "alerts")).isZero();
        assertThat(output().lines())
                .containsExactly(
                        "RAISED AT            WHAT       TEAM    BUDGET  OF      SPENT  LIMIT",
                        "1970-01-01 00:00:00  past 80 %  search  month   search  $8.00  $10.00");
        assertThat(run(cluster, "alerts", "--team", "other")).isZero();
        assertThat(output().lines()).hasSize(1);
        assertThat(run(cluster, "spend", "--json")).isZero();
        assertThat(output().strip()).isEqualTo("[ ]");
        assertThat(run(cluster, "explain", "r1")).isEqualTo(1);
        assertThat(err.toString()).contains("request r1: has no decision");
    }

    @Test
    void shouldMakeAKeyThatIsShownOnceListItByItsStartAndRevokeIt() {
        // given
        Cluster cluster = cluster("keys.");
        assertThat(run(cluster, "keys", "create", "search", "--user", "ann")).isZero();
        assertThat(output()).contains("team search, user ann", "Team search has no policy yet");
        String key = output().lines()
                .filter(line -> line.startsWith("  tp-"))
                .findFirst()
                .orElseThrow()
                .strip();
        assertThat(run(cluster, "keys", "create", "search")).isZero();
        assertThat(run(cluster, "keys", "create", "support")).isZero();

        // then
        assertThat(run(cluster, "keys", "list", "search")).isZero();
        assertThat(output().lines()).hasSize(3);
        assertThat(output()).contains(key.substring(0, 11) + "…  search  ann").doesNotContain(key);

        // when
        assertThat(run(cluster, "keys", "revoke", "search", "--key", key.substring(0, 11) + "…"))
                .isZero();
        assertThat(output()).endsWith("1 revoked\n");
        assertThat(run(cluster, "keys", "revoke", "search", "--user", "ann")).isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo("turnpike: team search, user ann: has no key; turnpike keys list search\n");

        // then
        assertThat(run(cluster, "keys", "list", "search", "--json")).isZero();
        assertThat(output()).contains("\"user\" : null").doesNotContain("ann");
        assertThat(run(cluster, "keys", "list", "support")).isZero();
        assertThat(output().lines()).hasSize(2);
    }

    @Test
    void shouldSayWhatIsWrongWithTopics() {
        Cluster cluster = cluster("topics.");

        assertThat(run(cluster, "topics", "check")).isZero();
        assertThat(output())
                .contains(Topics.ALL.size()
                        + " topics topics.* are as they must be, those keyed by team with 4 partitions");

        Cluster missing = new Cluster(cluster.bootstrapServers(), "nowhere.", cluster.registry(), cluster.kafka());
        assertThat(run(missing, "topics", "check")).isEqualTo(1);
        assertThat(err.toString()).hasLineCount(1).contains("nowhere.requests: does not exist; run topics create");
    }

    @Test
    void shouldExportTheLedgerWithItsCorrections() throws IOException {
        // given: a usage that was corrected, and one without a price
        Cluster cluster = cluster("export.");
        LedgerEntry usage = Ledger.usage("e1", new Tokens(1_000, 20, 3, 4, 100, 7), null);
        LedgerEntry unpriced = Ledger.unpriced("e3", new Tokens(10, 0, 0, 0, 5, 0));
        publish(cluster, Topics.CATALOG, "acme/large", Ledger.OFFER);
        for (LedgerEntry entry : List.of(usage, Ledger.reversal(usage, "e2"), unpriced, Ledger.estimate("e4", 7))) {
            publish(cluster, Topics.LEDGER, "search", entry);
        }
        Path csv = folder.resolve("bill.csv");
        Path parquet = folder.resolve("bill.parquet");

        // when
        assertThat(run(cluster, "export", "focus", "-o", csv.toString(), "--account", "acme"))
                .isZero();

        // then
        assertThat(output().lines())
                .containsExactly(
                        csv + ": FOCUS 1.4, 17 rows of 4 ledger entries (1 of them corrections), $0.000000007",
                        "1 entries had no known price (x_Unpriced); once the catalog has it, corrections follow",
                        "1 entries are estimates (x_Estimated); what is reported later corrects them");
        assertThat(Files.readAllLines(csv))
                .hasSize(18)
                .filteredOn(line -> line.contains(",Correction,"))
                .hasSize(7);
        assertThat(run(cluster, "export", "focus", "-o", parquet.toString(), "--to", "2026-07-31"))
                .isZero();
        assertThat(output()).contains("0 rows of 0 ledger entries");
        assertThat(Files.size(parquet)).isPositive();
    }

    private static String warning(String offers) {
        return "warning: " + offers
                + " no quality and will not be chosen for model auto, only where named, until outcomes"
                + " tell it; to have it chosen, add a score such as quality: {\"*\": 0.8}\n";
    }

    private static Cluster cluster(String prefix) {
        LocalCluster local = LocalCluster.shared().withTopics(prefix);
        Cluster cluster = Cluster.local(local.bootstrapServers(), local.registryUrl());
        return new Cluster(cluster.bootstrapServers(), prefix, cluster.registry(), cluster.kafka());
    }

    private static <V extends SpecificRecord> void publish(Cluster cluster, Topic<V> topic, String key, V event) {
        byte[] value = cluster.serdes().avro(topic).serializer().serialize(cluster.name(topic), event);
        try (Producer<byte[], byte[]> producer = cluster.producer(Map.of())) {
            producer.send(new ProducerRecord<>(cluster.name(topic), key.getBytes(StandardCharsets.UTF_8), value));
        }
    }

    private static Map<String, TeamPolicy> table(Cluster cluster) {
        try (TopicLog log = TopicLog.open(cluster)) {
            return log.table(Topics.POLICIES);
        }
    }

    private int run(Cluster cluster, String... args) {
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

    private String output() {
        assertThat(err.toString()).isEmpty();
        return out.toString();
    }
}
