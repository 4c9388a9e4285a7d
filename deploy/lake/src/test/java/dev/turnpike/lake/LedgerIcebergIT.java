package dev.turnpike.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cluster.ChildJvm;
import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.serde.EventSerdes;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped connector in a worker that is killed, with a catalog in a real PostgreSQL. */
class LedgerIcebergIT {

    static {
        TrustedEvents.register();
    }

    private static final Path SHIPPED = Path.of("..", "connect", "ledger-iceberg.properties");
    private static final Path PLUGINS = Path.of("target", "connect-plugins").toAbsolutePath();
    private static final TableIdentifier LEDGER = TableIdentifier.of("turnpike", "ledger");
    private static final String CONTROL = "lake-control";
    private static final List<String> TEAMS = List.of("search", "ads", "maps", "mail");

    private final LocalCluster cluster = LocalCluster.shared().withTopics("lake.");
    private final EventSerdes serdes = new EventSerdes(Map.of("schema.registry.url", cluster.registryUrl()));

    /** What a table holds. */
    private record Sum(long rows, int entries, long nanoUsd) {}

    @Test
    void shouldHoldEveryEntryOnceThoughTheWorkerIsKilled(@TempDir Path dir) throws Exception {
        try (EmbeddedPostgres database = EmbeddedPostgres.builder()
                        .setDataDirectory(dir.resolve("postgres"))
                        .start();
                Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", cluster.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            admin.createTopics(List.of(new NewTopic(CONTROL, 1, (short) 1)))
                    .all()
                    .get();
            String url = "jdbc:postgresql://127.0.0.1:" + database.getPort() + "/postgres";
            Path file = connector(dir, url);
            Catalog catalog = catalog(dir, url);

            // given a worker that has committed some of the ledger
            long nanoUsd = publish(producer, 0, 2_000);
            ChildJvm first = worker(dir.resolve("first"), file);
            await(catalog, "the first commit", sum -> sum.rows == 2_000);

            // when it is killed while it goes on, and another takes over
            nanoUsd += publish(producer, 2_000, 4_000);
            first.kill();
            nanoUsd += publish(producer, 4_000, 6_000);
            try (ChildJvm second = worker(dir.resolve("second"), file)) {
                await(catalog, "every entry", sum -> sum.entries == 6_000);

                // then, also after further commits
                nanoUsd += publish(producer, 6_000, 6_500);
                await(catalog, "further entries", sum -> sum.entries == 6_500);
            }
            assertThat(sum(catalog)).isEqualTo(new Sum(6_500, 6_500, nanoUsd));
        }
    }

    private static ChildJvm worker(Path dir, Path file) {
        return ChildJvm.start(
                dir, List.of("-Xmx384m", "-XX:TieredStopAtLevel=1"), LakeWorker.class, dir, PLUGINS, file);
    }

    private static void await(Catalog catalog, String what, java.util.function.Predicate<Sum> done) {
        Awaitility.await(what)
                .atMost(Duration.ofSeconds(120))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> catalog.tableExists(LEDGER) && done.test(sum(catalog)));
    }

    private static Sum sum(Catalog catalog) throws Exception {
        long rows = 0;
        long nanoUsd = 0;
        Set<Object> entries = new HashSet<>();
        try (CloseableIterable<Record> read =
                IcebergGenerics.read(catalog.loadTable(LEDGER)).build()) {
            for (Record row : read) {
                rows++;
                entries.add(row.getField("entry_id"));
                nanoUsd += (Long) row.getField("amount_nano_usd");
            }
        }
        return new Sum(rows, entries.size(), nanoUsd);
    }

    private static Catalog catalog(Path dir, String url) {
        return CatalogUtil.buildIcebergCatalog(
                "iceberg",
                Map.of(
                        "type", "jdbc",
                        "uri", url,
                        "jdbc.user", "postgres",
                        "jdbc.password", "postgres",
                        "warehouse", dir.resolve("warehouse").toUri().toString()),
                new Configuration());
    }

    /** As it is shipped, with what differs here. */
    private Path connector(Path dir, String url) throws Exception {
        Properties settings = new Properties();
        try (Reader reader = Files.newBufferedReader(SHIPPED)) {
            settings.load(reader);
        }
        settings.putAll(Map.of(
                "topics",
                Topics.LEDGER.name("lake."),
                "iceberg.catalog.uri",
                url,
                "iceberg.catalog.jdbc.user",
                "postgres",
                "iceberg.catalog.jdbc.password",
                "postgres",
                "iceberg.catalog.warehouse",
                dir.resolve("warehouse").toUri().toString(),
                "iceberg.control.topic",
                CONTROL,
                "iceberg.control.commit.interval-ms",
                "1000",
                "iceberg.kafka.bootstrap.servers",
                cluster.bootstrapServers(),
                "value.converter.schema.registry.url",
                cluster.registryUrl()));
        Path file = dir.resolve("connector.properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            settings.store(writer, null);
        }
        return file;
    }

    private long publish(KafkaProducer<byte[], byte[]> producer, int from, int to) {
        String topic = Topics.LEDGER.name("lake.");
        long nanoUsd = 0;
        for (int i = from; i < to; i++) {
            LedgerEntry entry = entry(i);
            nanoUsd += entry.getAmount().getNanoUsd();
            producer.send(new ProducerRecord<>(
                    topic,
                    entry.getTeam().getBytes(StandardCharsets.UTF_8),
                    serdes.avro(Topics.LEDGER).serializer().serialize(topic, entry)));
        }
        producer.flush();
        return nanoUsd;
    }

    private static LedgerEntry entry(int i) {
        return LedgerEntry.newBuilder()
                .setEntryId("e" + i)
                .setKind("usage")
                .setTeam(TEAMS.get(i % TEAMS.size()))
                .setSource("test")
                .setUsageId("u" + i)
                .setRequestId("r" + i)
                .setStatus("ok")
                .setProvider("openai")
                .setModel("small")
                .setTags(Map.of("feature", "f" + i % 3))
                .setAdmittedAt(1_793_620_800_000L + i)
                .setOccurredAt(1_793_620_800_000L + i)
                .setInputTokens(10)
                .setCacheReadTokens(0)
                .setCacheWrite5mTokens(0)
                .setCacheWrite1hTokens(0)
                .setOutputTokens(5)
                .setReasoningTokens(0)
                .setAmount(new AmountVector(1_000L + i * 17L, 15L, 1L))
                .setWindows(List.of(new HoldWindow("team", "search", "day", 5L, 9L)))
                .build();
    }
}
