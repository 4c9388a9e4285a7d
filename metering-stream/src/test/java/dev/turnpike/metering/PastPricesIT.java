package dev.turnpike.metering;

import static dev.turnpike.metering.Given.TEAM;
import static dev.turnpike.metering.Given.offer;
import static dev.turnpike.metering.Given.price;
import static dev.turnpike.metering.Given.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Settings;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.serde.EventSerdes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ledger of a real broker follows changes of past prices, also where the meter stops half-way. */
class PastPricesIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    // more than two ticks correct
    private static final int REPORTS = 1_200;

    @TempDir
    private Path folder;

    private final LocalCluster cluster = LocalCluster.shared().withTopics("past-prices-it.");
    private final EventSerdes serdes = new EventSerdes(Map.of("schema.registry.url", cluster.registryUrl()));

    @Test
    void shouldCorrectEveryEntryOnce() {
        Price first = Price.newBuilder(price("new@1", 2)).setRecordedAt(1).build();
        Price second = Price.newBuilder(price("new@1#2", 5)).setRecordedAt(2).build();
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            TeamPolicy policy = Given.policy("UTC", usd("team", "total", 1_000_000));
            send(producer, Topics.POLICIES, TEAM, policy);
            producer.flush();
            try (MeteringService meter = start()) {
                // by requests that are remembered, and by none
                for (int i = 0; i < REPORTS; i++) {
                    send(
                            producer,
                            Topics.USAGE,
                            TEAM,
                            Given.usage("r" + i, 1, "openai", "new")
                                    .setRequestId(i % 2 == 0 ? null : "r" + i)
                                    .setOccurredAt(System.currentTimeMillis())
                                    .setInputTokens(1)
                                    .build());
                }
                await().atMost(PATIENCE).until(() -> ledger().size() == REPORTS);
                send(producer, Topics.CATALOG, "openai/new", offer("openai", "new", first));
                await().atMost(PATIENCE).until(() -> ledger().size() > REPORTS);
                assertThat(meter.hasFailed()).isFalse();
            }
            // stopped while the ledger was being corrected
            try (MeteringService meter = start()) {
                await().atMost(PATIENCE).untilAsserted(() -> assertBooked(2));
                Price superseded = Price.newBuilder(first).setSupersededAt(2L).build();
                send(producer, Topics.CATALOG, "openai/new", offer("openai", "new", second, superseded));
                await().atMost(PATIENCE).untilAsserted(() -> assertBooked(5));
                assertThat(meter.hasFailed()).isFalse();
            }
        }

        assertThat(ledger())
                .hasSize(5 * REPORTS)
                .extracting(LedgerEntry::getEntryId)
                .doesNotHaveDuplicates();
        assertThat(cluster.committed(Topics.DEAD_LETTERS)).isEmpty();
    }

    private void assertBooked(long nanoUsdEach) {
        Amounts all = new Amounts(nanoUsdEach * REPORTS, REPORTS, REPORTS);
        assertThat(ledger().stream().map(entry -> Amounts.of(entry.getAmount())).reduce(Amounts.ZERO, Amounts::plus))
                .isEqualTo(all);
        assertThat(values(Topics.BUDGETS).stream()
                        .filter(state -> state.getScope().equals("team"))
                        .reduce((older, newer) -> newer)
                        .map(BudgetState::getSpent)
                        .map(Amounts::of))
                .contains(all);
    }

    private List<LedgerEntry> ledger() {
        return values(Topics.LEDGER);
    }

    private <V extends SpecificRecord> List<V> values(Topic<V> topic) {
        return cluster.committed(topic).stream()
                .map(record -> serdes.avro(topic).deserializer().deserialize(record.topic(), record.value()))
                .toList();
    }

    private <V extends SpecificRecord> void send(
            KafkaProducer<byte[], byte[]> producer, Topic<V> topic, String key, V value) {
        String name = topic.name(cluster.topicsPrefix());
        producer.send(new ProducerRecord<>(
                name,
                key.getBytes(StandardCharsets.UTF_8),
                serdes.avro(topic).serializer().serialize(name, value)));
    }

    private KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private MeteringService start() {
        return MeteringService.start(
                MeteringConfig.of(Settings.of(Map.of(
                        "bootstrap.servers",
                        cluster.bootstrapServers(),
                        "schema.registry.url",
                        cluster.registryUrl(),
                        "application.id",
                        cluster.topicsPrefix() + "meter",
                        "topics.prefix",
                        cluster.topicsPrefix(),
                        "state.dir",
                        folder.toString(),
                        "session.timeout",
                        "2s",
                        "kafka.heartbeat.interval.ms",
                        "500"))),
                new SimpleMeterRegistry());
    }
}
