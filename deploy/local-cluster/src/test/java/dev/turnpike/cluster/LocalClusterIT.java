package dev.turnpike.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.cluster.LocalCluster.Options;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.admin.TopicAdmin;
import dev.turnpike.schemas.event.Outcome;
import dev.turnpike.schemas.serde.EventSerdes;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalClusterIT {

    @TempDir
    private Path dataDir;

    @Test
    void shouldKeepEventsAndSchemasInItsDataFolder() throws Exception {
        // given
        Options options = new Options(dataDir, 0, 0, Topics.DEFAULT_PREFIX, 2);
        try (LocalCluster cluster = LocalCluster.start(options)) {
            publish(cluster, "before");
        }

        // when
        try (LocalCluster again = LocalCluster.start(options)) {
            publish(again, "after");

            // then
            assertThat(outcomes(again)).containsExactlyInAnyOrder("before", "after");
        }
    }

    @Test
    void shouldKeepTestsWithDifferentPrefixesApart() throws Exception {
        // given
        LocalCluster one = LocalCluster.shared().withTopics("one.");
        LocalCluster two = LocalCluster.shared().withTopics("two.");

        // when
        publish(one, "first");
        publish(two, "second");

        // then
        assertThat(outcomes(one)).containsExactly("first");
        assertThat(outcomes(two)).containsExactly("second");
    }

    @Test
    void shouldCreateTheTopicsOfTheContract() {
        LocalCluster cluster = LocalCluster.shared().withTopics("all.");

        try (Admin admin = Records.admin(cluster.bootstrapServers())) {
            assertThat(TopicAdmin.check(admin, "all.", Topics.ALL)).isEmpty();
            assertThat(TopicAdmin.partitions(admin, "all.")).isEqualTo(4);
        }
    }

    @Test
    void shouldGoOnWhenAViewIsClosed() throws Exception {
        LocalCluster view = LocalCluster.shared().withTopics("view.");

        view.close();

        publish(view, "still there");
        assertThat(outcomes(view)).containsExactly("still there");
    }

    @Test
    void shouldLeaveNothingRunningWhenItCannotStart() throws Exception {
        try (ServerSocket other = new ServerSocket(0)) {
            Options registryPortInUse = new Options(dataDir, 0, other.getLocalPort(), Topics.DEFAULT_PREFIX, 1);
            Options kafkaPortInUse = new Options(dataDir, other.getLocalPort(), 0, Topics.DEFAULT_PREFIX, 1);

            assertThatThrownBy(() -> LocalCluster.start(registryPortInUse))
                    .isInstanceOf(ClusterException.class)
                    .hasMessageStartingWith("schema registry port " + other.getLocalPort() + ": already in use");
            assertThatThrownBy(() -> LocalCluster.start(kafkaPortInUse))
                    .isInstanceOf(ClusterException.class)
                    .hasMessageStartingWith("Kafka port " + other.getLocalPort() + ": already in use");
        }

        // both folders are free again
        LocalBroker.start(dataDir.resolve("broker"), 0).close();
        LocalRegistry.start(dataDir.resolve("registry"), 0).close();
    }

    private static void publish(LocalCluster cluster, String reason) throws Exception {
        Outcome outcome =
                Outcome.newBuilder().setTeam("search").setReason(reason).build();
        try (Serde<Outcome> serde = serde(cluster);
                KafkaProducer<String, Outcome> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", cluster.bootstrapServers()),
                        new StringSerializer(),
                        serde.serializer())) {
            producer.send(new ProducerRecord<>(Topics.OUTCOMES.name(cluster.topicsPrefix()), "search", outcome))
                    .get();
        }
    }

    private static List<String> outcomes(LocalCluster cluster) {
        List<String> reasons = new ArrayList<>();
        try (Serde<Outcome> serde = serde(cluster);
                KafkaConsumer<String, Outcome> consumer = new KafkaConsumer<>(
                        Map.of("bootstrap.servers", cluster.bootstrapServers()),
                        new StringDeserializer(),
                        serde.deserializer())) {
            Set<TopicPartition> partitions =
                    consumer.partitionsFor(Topics.OUTCOMES.name(cluster.topicsPrefix())).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .collect(Collectors.toSet());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofSeconds(1))
                        .forEach(record -> reasons.add(record.value().getReason()));
            }
        }
        return reasons;
    }

    private static Serde<Outcome> serde(LocalCluster cluster) {
        return new EventSerdes(Map.of("schema.registry.url", cluster.registryUrl())).avro(Topics.OUTCOMES);
    }
}
