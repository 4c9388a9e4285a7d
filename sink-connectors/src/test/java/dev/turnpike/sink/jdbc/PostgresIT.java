package dev.turnpike.sink.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.cluster.LocalConnect;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.serde.EventSerdes;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(Lifecycle.PER_CLASS)
class PostgresIT {

    static {
        TrustedEvents.register();
    }

    private static final Path PLUGINS = Path.of("target", "connect-plugins");
    private static final Path SHIPPED = Path.of("..", "deploy", "connect");
    private static final Instant NOON = Instant.parse("2026-11-02T12:00:00Z");
    private static final List<String> TEAMS = List.of("search", "ads", "maps", "mail");

    private final LocalCluster cluster = LocalCluster.shared().withTopics("jdbc.");
    private final EventSerdes serdes = new EventSerdes(Map.of("schema.registry.url", cluster.registryUrl()));
    private final KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
            Map.of("bootstrap.servers", cluster.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    private Database database;
    private LocalConnect connect;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        database = Database.start(Files.createDirectory(dir.resolve("postgres")));
        connect = LocalConnect.start(cluster.bootstrapServers(), dir, PLUGINS);
    }

    @AfterAll
    void end() throws IOException {
        connect.close();
        producer.close();
        database.close();
    }

    @Test
    void shouldEndWithExactlyTheSumOfTheLedgerWhenTheDatabaseIsKilledUnderLoad() throws Exception {
        // given a connector that writes while entries arrive
        connect.deploy(settings("ledger-postgres", Topics.LEDGER));
        long nanoUsd = publish(0, 4_000);
        await("SELECT count(*) > 0 FROM turnpike.ledger WHERE source = 'test'", "t");

        // when the database is killed twice, in the middle of a batch, and is away while more entries arrive
        try (Connection lock = database.holdUp("turnpike.ledger")) {
            nanoUsd += publish(4_000, 6_000);
            await("SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'", "t");
            database.kill();
        }
        nanoUsd += publish(6_000, 8_000);
        database.startAgain();
        await("SELECT count(*) > 4000 FROM turnpike.ledger WHERE source = 'test'", "t");
        nanoUsd += publish(8_000, 12_000);
        database.kill();
        database.startAgain();

        // then nobody needs to do anything
        await("SELECT count(*) FROM turnpike.ledger WHERE source = 'test'", "12000");
        assertThat(
                        database.rows(
                                "SELECT sum(amount_nano_usd), count(DISTINCT entry_id) FROM turnpike.ledger WHERE source = 'test'"))
                .containsExactly(nanoUsd + "|12000");
        assertThat(connect.status("ledger-postgres").problems()).isEmpty();

        // and entries that are read once more change nothing
        publish(0, 4_000);
        producer.send(record(Topics.LEDGER, "search", entry(20_000).build()));
        await("SELECT count(*) FROM turnpike.ledger WHERE source = 'test'", "12001");
        assertThat(
                        database.rows(
                                "SELECT sum(amount_nano_usd) FROM turnpike.ledger WHERE source = 'test' AND entry_id <> 'e20000'"))
                .containsExactly(Long.toString(nanoUsd));
    }

    @Test
    void shouldHoldTheNewestStateOfEveryCellOfSpend() throws Exception {
        connect.deploy(settings("spend-postgres", Topics.SPEND));

        producer.send(record(Topics.SPEND, "search/1d/a", cell("ann", null, 5)));
        producer.send(record(Topics.SPEND, "search/1d/b", cell("bob", null, 70)));
        producer.send(record(Topics.SPEND, "search/1d/c", cell(null, "feature", 75)));
        producer.send(record(Topics.SPEND, "search/1d/a", cell("ann", null, 9)));
        producer.send(record(Topics.SPEND, "search/1d/b", null));
        producer.send(record(Topics.SPEND, "search/1d/d", cell("eve\0", null, 1)));

        await("SELECT count(*) FROM turnpike.spend", "4");
        await("SELECT amount_nano_usd FROM turnpike.spend WHERE \"user\" = 'ann'", "9");
        assertThat(database.rows(
                        "SELECT team, day_start AT TIME ZONE 'UTC', cost_usd * 1000000000, savings_usd * 1000000000"
                                + " FROM turnpike.spend_by_team_and_day"))
                .containsExactly("search|2026-11-02 12:00:00|80.000000000|220.000000000");
    }

    @Test
    void shouldShowTheLedgerToPeople() throws Exception {
        Map<String, String> settings = settings("ledger-postgres", Topics.LEDGER);
        settings.put("name", "views");
        settings.put("topics", "jdbc-views.ledger");
        LocalCluster.shared().withTopics("jdbc-views.");
        LedgerEntry used = entry(1).setEntryId("view-1")
                .setTeam("views")
                .setUser("ann")
                .setSource("views")
                .setTags(Map.of("feature", "chat"))
                .setAmount(new AmountVector(2_500_000_000L, 1_200L, 1L))
                .setBaselineNanoUsd(4_000_000_000L)
                .setLatencyMs(900L)
                .build();
        LedgerEntry corrected = entry(2).setEntryId("view-2")
                .setKind("correction")
                .setCorrects("view-1")
                .setReason("price changed")
                .setTeam("views")
                .setUser("ann")
                .setSource("views")
                .setTags(Map.of("feature", "chat"))
                .setAmount(new AmountVector(-500_000_000L, 0L, 0L))
                .build();
        for (LedgerEntry entry : List.of(used, corrected)) {
            producer.send(new ProducerRecord<>(
                    "jdbc-views.ledger",
                    "views".getBytes(StandardCharsets.UTF_8),
                    serdes.avro(Topics.LEDGER).serializer().serialize("jdbc-views.ledger", entry)));
        }
        connect.deploy(settings);

        await("SELECT count(*) FROM turnpike.ledger WHERE team = 'views'", "2");
        assertThat(database.rows(
                        "SELECT month, team, requests, tokens, cost_usd::numeric(9,2), of_it_corrections_usd::numeric(9,2),"
                                + " savings_usd::numeric(9,2) FROM turnpike.chargeback_by_month WHERE team = 'views'"))
                .containsExactly("2026-11|views|1|1200|2.00|-0.50|1.50");
        assertThat(database.rows(
                        "SELECT tag, tag_value, cost_usd::numeric(9,2) FROM turnpike.chargeback_by_month_and_tag"
                                + " WHERE team = 'views'"))
                .containsExactly("feature|chat|2.00");
        assertThat(
                        database.rows(
                                "SELECT \"BilledCost\"::numeric(9,2), \"ChargeClass\", \"ChargePeriodStart\" AT TIME ZONE 'UTC',"
                                        + " \"SubAccountId\", \"Tags\" FROM turnpike.focus WHERE \"SubAccountId\" = 'views' ORDER BY 1"))
                .containsExactly(
                        "-0.50|Correction|2026-11-02 12:00:00|views|{\"feature\": \"chat\"}",
                        "2.50|null|2026-11-02 12:00:00|views|{\"feature\": \"chat\"}");
        assertThat(database.rows("SELECT cost_usd::numeric(9,2), admitted_at AT TIME ZONE 'UTC', latency_ms"
                        + " FROM turnpike.entries WHERE entry_id = 'view-1'"))
                .containsExactly("2.50|2026-11-02 12:00:00.001|900");
    }

    private void await(String query, String answer) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(3))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(database.rows(query)).containsExactly(answer));
    }

    /** As it is shipped, with what differs here. */
    private Map<String, String> settings(String file, Topic<?> topic) {
        Properties shipped = new Properties();
        try (Reader reader = Files.newBufferedReader(SHIPPED.resolve(file + ".properties"))) {
            shipped.load(reader);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Map<String, String> settings = new HashMap<>();
        shipped.forEach((key, value) -> settings.put((String) key, (String) value));
        settings.put("topics", topic.name("jdbc."));
        settings.put("connection.url", database.url());
        settings.put("connection.username", "postgres");
        settings.put("connection.password", "postgres");
        settings.put("value.converter.schema.registry.url", cluster.registryUrl());
        return settings;
    }

    private long publish(int from, int to) {
        long nanoUsd = 0;
        for (int i = from; i < to; i++) {
            LedgerEntry entry = entry(i).build();
            nanoUsd += entry.getAmount().getNanoUsd();
            producer.send(record(Topics.LEDGER, entry.getTeam(), entry));
        }
        producer.flush();
        return nanoUsd;
    }

    private <V extends SpecificRecord> ProducerRecord<byte[], byte[]> record(Topic<V> topic, String key, V value) {
        String name = topic.name("jdbc.");
        return new ProducerRecord<>(
                name,
                key.getBytes(StandardCharsets.UTF_8),
                value == null ? null : serdes.avro(topic).serializer().serialize(name, value));
    }

    private static LedgerEntry.Builder entry(int i) {
        return LedgerEntry.newBuilder()
                .setEntryId("e" + i)
                .setKind("usage")
                .setTeam(TEAMS.get(i % TEAMS.size()))
                .setSource("test")
                .setUsageId("u" + i)
                .setRequestId("r" + i)
                .setStatus("ok")
                .setUser("user-" + i % 7)
                .setProvider("openai")
                .setModel("small")
                .setTags(Map.of("feature", "f" + i % 3))
                .setAdmittedAt(NOON.toEpochMilli() + i)
                .setOccurredAt(NOON.toEpochMilli() + i)
                .setInputTokens(10)
                .setCacheReadTokens(0)
                .setCacheWrite5mTokens(0)
                .setCacheWrite1hTokens(0)
                .setOutputTokens(5)
                .setReasoningTokens(0)
                .setAmount(new AmountVector(1_000L + i * 17L, 15L, 1L))
                .setWindows(List.of(new HoldWindow("team", "search", "day", 5L, 9L)));
    }

    private static SpendAggregate cell(String user, String tag, long nanoUsd) {
        return SpendAggregate.newBuilder()
                .setTeam("search")
                .setUser(user)
                .setModel("small")
                .setTag(tag)
                .setTagValue(tag == null ? null : "chat")
                .setWindow("1d")
                .setWindowStart(NOON.toEpochMilli())
                .setWindowEnd(NOON.plus(Duration.ofDays(1)).toEpochMilli())
                .setAmount(new AmountVector(nanoUsd, 15L, 1L))
                .setEntries(1)
                .setInputTokens(10)
                .setCacheReadTokens(0)
                .setOutputTokens(5)
                .setBaselineNanoUsd(100)
                .build();
    }
}
