package dev.turnpike.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;

/** The audit on a real broker: a log in which nothing is wrong, and the same log with a fault in it. */
class AuditIT {

    private static final LocalCluster LOCAL = LocalCluster.shared();

    @Test
    void shouldFindEveryLawKeptInALogInWhichNothingIsWrong() throws Exception {
        Cluster cluster = cluster("audit-good.");
        write(cluster, SmallLog.good());

        Report report = Audit.of(cluster, Audit.Scope.whole());

        assertThat(report.findings())
                .allSatisfy(finding ->
                        assertThat(finding.examples()).as(finding.title()).isEmpty());
        assertThat(report.findings()).extracting(Finding::law).containsExactly(1, 2, 2, 3, 4, 5, 6, 7, 8);
        assertThat(report.holds()).isTrue();
        assertThat(report.inFlight()).isZero();
        assertThat(report.records()).isEqualTo(25);
    }

    @Test
    void shouldSayWhereAnEntryIsThatWasBookedTwice() throws Exception {
        Cluster cluster = cluster("audit-broken.");
        write(cluster, SmallLog.good().again(Topics.LEDGER));

        Report report = Audit.of(cluster, Audit.Scope.whole());

        assertThat(report.holds()).isFalse();
        assertThat(report.findings())
                .filteredOn(finding -> !finding.holds())
                .extracting(Finding::law)
                // booked twice, in no state, and one request counted as two
                .contains(3, 4, 5);
        assertThat(report.findings().get(4).examples())
                .anyMatch(example -> example.startsWith("ledger-" + SmallLog.OWNER + "@3: ")
                        && example.contains("was booked already at ledger-" + SmallLog.OWNER + "@2"));
    }

    @Test
    void shouldHaveNothingAgainstAnEmptyLog() throws Exception {
        assertThat(Audit.of(cluster("audit-empty."), Audit.Scope.whole()).holds())
                .isTrue();
    }

    /** Topics that keep the times they are given, so that a log can be written as it once was. */
    private static Cluster cluster(String prefix) throws Exception {
        Cluster local = Cluster.local(LOCAL.bootstrapServers(), LOCAL.registryUrl());
        Cluster cluster = new Cluster(local.bootstrapServers(), prefix, local.registry(), local.kafka());
        try (Admin admin = cluster.admin()) {
            List<NewTopic> topics = Topics.ALL.stream()
                    .map(topic -> new NewTopic(
                            cluster.name(topic),
                            topic.partitioning() == Topic.Partitioning.SINGLE ? 1 : SmallLog.PARTITIONS,
                            (short) 1))
                    .toList();
            admin.createTopics(topics).all().get();
        }
        return cluster;
    }

    private static void write(Cluster cluster, SmallLog log) {
        try (Producer<byte[], byte[]> producer = cluster.producer(Map.of())) {
            log.records(cluster).forEach(producer::send);
        }
    }
}
