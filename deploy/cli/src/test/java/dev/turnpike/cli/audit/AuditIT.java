package dev.turnpike.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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
        assertThat(report.findings())
                .filteredOn(finding -> finding.law() == 4)
                .flatExtracting(Finding::examples)
                .anyMatch(example -> example.startsWith("ledger-" + SmallLog.OWNER + "@3: ")
                        && example.contains("was booked already at ledger-" + SmallLog.OWNER + "@2"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void shouldFindTheFaultInACopyOfTheLog(int law, UnaryOperator<SmallLog> fault) throws Exception {
        Cluster cluster = cluster("audit-fault-" + law + ".");
        write(cluster, fault.apply(SmallLog.good()));

        Report report = Audit.of(cluster, Audit.Scope.whole());

        Finding finding = report.findings().stream()
                .filter(each -> each.law() == law && !each.holds())
                .findFirst()
                .orElseThrow();
        // each names a record
        assertThat(finding.examples()).isNotEmpty().allMatch(example -> example.matches("[a-z-]+-\\d+@\\d+.*"));
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault(1, log -> log.again(Topics.DECISIONS)),
                fault(
                        2,
                        log -> log.withoutLast(Topics.DECISIONS)
                                .change(
                                        Topics.DECISIONS,
                                        decision -> decision.getWindows().get(0).setHeld(SmallLog.BOUND.toAvro()))),
                fault(3, log -> log.change(Topics.BUDGETS, state -> state.setSpent(new Amounts(1, 2, 3).toAvro()))),
                fault(4, log -> log.again(Topics.LEDGER)),
                fault(
                        5,
                        log -> log.withoutLast(Topics.LEDGER)
                                .change(Topics.LEDGER, entry -> entry.setAmount(new Amounts(1, 150_000, 1).toAvro()))),
                fault(
                        6,
                        log -> log.change(
                                Topics.DISPATCHES, dispatch -> dispatch.setAdmittedAt(dispatch.getAdmittedAt() + 1))),
                fault(7, log -> log.withoutLast(Topics.DEAD_LETTERS)),
                fault(8, log -> {
                    log.alert(50, SmallLog.DAY + 2_000);
                    return log.again(Topics.ALERTS);
                }));
    }

    private static Arguments fault(int law, UnaryOperator<SmallLog> fault) {
        return Arguments.of(law, fault);
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
