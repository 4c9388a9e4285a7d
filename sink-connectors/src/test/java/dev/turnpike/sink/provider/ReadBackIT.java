package dev.turnpike.sink.provider;

import static dev.turnpike.sink.provider.Dispatches.dispatch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.sink.provider.execution.Execution;
import dev.turnpike.sink.provider.execution.Reports;
import dev.turnpike.sink.provider.execution.Step.Call;
import dev.turnpike.sink.provider.execution.Step.HandBack;
import dev.turnpike.sink.provider.execution.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class ReadBackIT {

    private static final int PARTITION = 0;

    private final Dispatch dispatch = dispatch("r1", "simulated/small");
    private final UsageReport started =
            Reports.started(dispatch, new Call(1, dispatch.getChain().get(0)), Instant.now());

    @Test
    void shouldReadWhatIsCommittedBehindTheOpenTransactionOfAnother() throws Exception {
        // given a transaction of another writer that ends only when the broker gives up on it
        ProviderSinkConfig config = config("back-open.");
        Events events = events(config);
        try (KafkaProducer<byte[], byte[]> other = producer(config, Map.of("transactional.id", "another-gateway"));
                KafkaProducer<byte[], byte[]> ours = producer(config, Map.of())) {
            other.initTransactions();
            other.beginTransaction();
            other.send(new ProducerRecord<>("back-open.usage", PARTITION, null, new byte[] {1}))
                    .get();
            ours.send(events.record(started, PARTITION)).get();

            // when
            History history =
                    new ReadBack(config, events).read(PARTITION, Instant.now().toEpochMilli());

            // then
            assertThat(history.reports(dispatch)).containsExactly(started);
        }
    }

    @Test
    void shouldNotBelieveWhatWasNeverCommitted() throws Exception {
        ProviderSinkConfig config = config("back-aborted.");
        Events events = events(config);
        try (KafkaProducer<byte[], byte[]> ours = producer(config, Map.of("transactional.id", "back-aborted-0"))) {
            ours.initTransactions();
            ours.beginTransaction();
            ours.send(events.record(started, PARTITION)).get();
            ours.abortTransaction();
        }

        History history =
                new ReadBack(config, events).read(PARTITION, Instant.now().toEpochMilli());

        assertThat(history.reports(dispatch)).isEmpty();
    }

    @Test
    void shouldBeginAtTheTimeOfTheFirstUnfinishedDispatchAndReadRedecisionsToo() throws Exception {
        ProviderSinkConfig config = config("back-time.");
        Events events = events(config);
        Terms terms = new Terms(Set.of("simulated"), 1, Duration.ZERO, Duration.ZERO);
        try (KafkaProducer<byte[], byte[]> ours = producer(config, Map.of())) {
            ours.send(events.record(started, PARTITION)).get();
            ours.send(events.record(
                            Reports.redecision(Execution.of(dispatch, terms), new HandBack("too small", List.of())),
                            PARTITION))
                    .get();
        }

        History now = new ReadBack(config, events).read(PARTITION, Instant.now().toEpochMilli());
        History later = new ReadBack(config, events)
                .read(PARTITION, Instant.now().plus(Duration.ofHours(1)).toEpochMilli());

        assertThat(now.reports(dispatch)).containsExactly(started);
        assertThat(now.isOver(dispatch)).isTrue();
        assertThat(now.covers(0)).isFalse();
        assertThat(later.reports(dispatch)).isEmpty();
        assertThat(later.isOver(dispatch)).isFalse();
    }

    private static Events events(ProviderSinkConfig config) {
        return new Events(new EventSerdes(config.all()), config.topicsPrefix(), config.name(), 1 << 20);
    }

    private static KafkaProducer<byte[], byte[]> producer(ProviderSinkConfig config, Map<String, Object> own) {
        Map<String, Object> settings = new HashMap<>(own);
        settings.put("transaction.timeout.ms", 2_000);
        return new KafkaProducer<>(config.client(settings), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static ProviderSinkConfig config(String prefix) {
        LocalCluster cluster = LocalCluster.shared().withTopics(prefix);
        return ProviderSinkConfig.of(Map.of(
                "name",
                prefix + "sink",
                "topics",
                Topics.DISPATCHES.name(prefix),
                "topics.prefix",
                prefix,
                "consumer.override.isolation.level",
                "read_committed",
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "schema.registry.url",
                cluster.registryUrl(),
                "providers",
                "simulated",
                "provider.simulated.url",
                "http://127.0.0.1:1/v1"));
    }
}
