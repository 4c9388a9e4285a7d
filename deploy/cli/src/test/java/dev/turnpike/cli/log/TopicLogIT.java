package dev.turnpike.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TopicLogIT {

    private static final Cluster CLUSTER = cluster("topic-log.");

    @Test
    void shouldReadSeveralTopicsInTheOrderOfTimeAndKeepThatOfEachPartition() {
        // given: a partition whose times go back, and another topic whose times lie between
        try (Producer<byte[], byte[]> producer = CLUSTER.producer(Map.of())) {
            send(producer, Topics.DECISIONS, 0, 10, "d10");
            send(producer, Topics.DECISIONS, 0, 40, "d40");
            send(producer, Topics.DECISIONS, 0, 20, "d20");
            send(producer, Topics.DECISIONS, 1, 30, "d30");
            send(producer, Topics.DISPATCHES, 0, 10, "x10");
            send(producer, Topics.DISPATCHES, 0, 35, "x35");
        }

        // then: at 10 the dispatch comes first, since it ranks first; 20 has to wait for 40
        assertThat(read(Topics.DISPATCHES, Topics.DECISIONS)).containsExactly("x10", "d10", "d30", "x35", "d40", "d20");
    }

    @Test
    void shouldReadCommittedRecordsOnlyAndComeToAnEndBehindMarkers() {
        // given
        Map<String, Object> transactional = Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "topic-log");
        try (Producer<byte[], byte[]> producer = CLUSTER.producer(transactional)) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, Topics.LEDGER, 0, 1, "committed");
            producer.commitTransaction();
            producer.beginTransaction();
            send(producer, Topics.LEDGER, 0, 2, "aborted");
            producer.flush();
            producer.abortTransaction();
        }

        // then
        assertThat(read(Topics.LEDGER)).containsExactly("committed");
    }

    @Test
    void shouldKeepTheNewestOfEachKeyAndForgetWhatWasWithdrawn() {
        try (Producer<byte[], byte[]> producer = CLUSTER.producer(Map.of())) {
            String topic = CLUSTER.name(Topics.POLICIES);
            producer.send(new ProducerRecord<>(topic, "gone".getBytes(StandardCharsets.UTF_8), null));
        }
        try (TopicLog log = TopicLog.open(CLUSTER)) {
            assertThat(log.table(Topics.POLICIES)).isEmpty();
        }
    }

    private static List<String> read(Topic<?>... topics) {
        List<String> read = new ArrayList<>();
        List<String> names = List.of(topics).stream().map(CLUSTER::name).toList();
        try (TopicLog log = TopicLog.open(CLUSTER)) {
            Map<TopicPartition, Long> ends = log.ends(List.of(topics), IsolationLevel.READ_UNCOMMITTED);
            try (TimeOrder records = log.read(ends, names::indexOf)) {
                for (var record = records.next(); record != null; record = records.next()) {
                    read.add(new String(record.value(), StandardCharsets.UTF_8));
                }
            }
        }
        return read;
    }

    private static void send(
            Producer<byte[], byte[]> producer, Topic<?> topic, int partition, long timestamp, String value) {
        producer.send(new ProducerRecord<>(
                CLUSTER.name(topic), partition, timestamp, null, value.getBytes(StandardCharsets.UTF_8)));
    }

    private static Cluster cluster(String prefix) {
        LocalCluster local = LocalCluster.shared().withTopics(prefix);
        Cluster cluster = Cluster.local(local.bootstrapServers(), local.registryUrl());
        return new Cluster(cluster.bootstrapServers(), prefix, cluster.registry(), cluster.kafka());
    }
}
