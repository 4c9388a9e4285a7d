package dev.turnpike.cli.grow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.turnpike.cli.audit.Audit;
import dev.turnpike.cli.audit.Report;
import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.metering.MeteringService;
import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.router.RouterService;
import dev.turnpike.router.config.RouterConfig;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.RequestSignature;
import dev.turnpike.schemas.RequestSignature.Purpose;
import dev.turnpike.schemas.Settings;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.streams.StreamsSettings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four partitions become eight in the middle of the work: holds are open, requests are undecided, limits are near. */
class GrowthIT {

    private static final int BEFORE = 4;
    private static final int AFTER = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String OLD = "grow.";
    private static final String NEW = "grow8.";

    // a request is bound to cost 1,000,000 nano-dollars and costs half of it
    private static final long OUTPUT_PRICE_PER_MILLION = 10_000_000_000L;
    private static final long TEAM_LIMIT = 12_000_000;
    private static final long ORG_LIMIT = 70_000_000;

    private static final String FORGED = "forged";
    private static final int CANCELLED = 3;

    @TempDir
    private Path folder;

    private final KeyPair keys = RequestSignature.newKeys();

    private final LocalCluster local = LocalCluster.shared().withTopics(OLD);
    private final Cluster old = cluster(OLD);
    private final Cluster grown = cluster(NEW);
    private final List<String> teams = teamsOfEachPartition();
    private final List<String> asked = new ArrayList<>();
    private final Set<String> executed = new HashSet<>();

    @Test
    void shouldKeepEveryBudgetExactThroughTheMove() throws Exception {
        // given: half of each limit is spent, holds are open, and requests wait
        publishDocuments();
        running(old, () -> {
            // the first ones are refused until the meter has counted what was spent before, and the org has lent
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).until(() -> {
                ask(old, 1);
                return dispatches(old).size() >= 48;
            });
            askOddly(old);
            await().atMost(PATIENCE).until(() -> decided(old).size() == asked.size());
            execute(old, 40);
            await().atMost(PATIENCE).until(() -> settled(old) == 40);

            // a running system is not moved
            assertThatThrownBy(() -> grow(AFTER))
                    .hasMessageContaining("has members")
                    .hasMessageContaining("stop routers, meters and connectors");
        });
        ask(old, 2);
        loseTheFirstCancellation();
        assertThatThrownBy(() -> grow(6)).hasMessageContaining("must be a multiple of 4");
        assertThat(audit(old).findings()).allMatch(finding -> finding.holds());

        // when: the command is interrupted, and given again; a member that has ended is missed after its session
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThatThrownBy(this::growInterrupted).isInstanceOf(CancellationException.class));
        assertThatThrownBy(() -> running(grown, () -> {})).hasMessageContaining("message.timestamp.type");
        Growth.Result result = grow(AFTER);

        // then: the copy says what the log said
        assertThat(result.before()).isEqualTo(BEFORE);
        assertThat(positions(grown)).isEqualTo(positions(old)).isNotEmpty();
        assertThat(open(grown)).isPositive();
        assertThat(beginning(Topics.CANCELLATIONS)).isEqualTo(1);
        Report copied = audit(grown);
        assertThat(copied.findings())
                .allSatisfy(finding ->
                        assertThat(finding.examples()).as(finding.title()).isEmpty());
        assertThat(copied.inFlight()).isEqualTo(2L * teams.size());
        assertThatThrownBy(() -> grow(AFTER)).hasMessageContaining("exists, and is no incomplete copy");

        // and: what was open is closed, what waited is decided, what is repeated stays without effect, and no limit is
        // passed
        long spentBefore = spent(grown, "team");
        running(grown, () -> {
            AtomicBoolean done = new AtomicBoolean();
            Thread executor = new Thread(() -> {
                while (!done.get()) {
                    execute(grown, Integer.MAX_VALUE);
                }
            });
            executor.start();
            try {
                askAgain(grown);
                await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).until(() -> {
                    ask(grown, 2);
                    return spent(grown, "org") > ORG_LIMIT * 9 / 10;
                });
                ask(grown, 10);
                await().atMost(PATIENCE)
                        .until(() -> decided(grown).size() == asked.size()
                                && open(grown) == 0
                                && cancelled(grown) == CANCELLED - 1);
            } finally {
                done.set(true);
                executor.join();
            }
        });
        assertThat(decided(grown).values()).allMatch(times -> times == 1);
        assertThat(decided(grown)).doesNotContainKey(teams.get(0) + '/' + FORGED);
        assertThat(unsigned(grown)).isEqualTo(BEFORE);
        assertThat(spent(grown, "team")).isGreaterThan(spentBefore);
        assertThat(spent(grown, "org")).isBetween(ORG_LIMIT * 9 / 10, ORG_LIMIT);
        for (String team : teams) {
            assertThat(spentOf(grown, team)).as(team).isBetween(1L, TEAM_LIMIT);
        }
        assertThat(audit(grown).findings())
                .allSatisfy(finding ->
                        assertThat(finding.examples()).as(finding.title()).isEmpty());
    }

    private Growth.Result grow(int partitions) {
        return Growth.run(old, NEW, partitions, (topic, records) -> {});
    }

    private void growInterrupted() {
        Growth.run(old, NEW, AFTER, (topic, records) -> {
            if (topic.equals(grown.name(Topics.LEDGER))) {
                throw new CancellationException("interrupted");
            }
        });
    }

    private Report audit(Cluster cluster) {
        return Audit.of(
                cluster,
                new Audit.Scope(
                        StreamsSettings.applicationId(StreamsSettings.ROUTER, cluster.prefix()),
                        StreamsSettings.applicationId(StreamsSettings.METER, cluster.prefix()),
                        Duration.ofHours(24),
                        Long.MIN_VALUE,
                        Long.MAX_VALUE));
    }

    private interface Work {

        void run() throws Exception;
    }

    /** Does something while a router and a meter run on the topics of a cluster, and stops them. */
    private void running(Cluster cluster, Work work) throws Exception {
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (MeteringService meter = MeteringService.start(MeteringConfig.of(settings(cluster, "meter")), metrics);
                RouterService router = RouterService.start(RouterConfig.of(settings(cluster, "router")), metrics)) {
            await().atMost(PATIENCE).until(() -> meter.isReady() && router.isReady());
            work.run();
        }
    }

    private void publishDocuments() {
        try (Producer<byte[], byte[]> producer = old.producer(Map.of())) {
            send(producer, Topics.CATALOG, "acme/large", offer());
            send(producer, Topics.ORGS, "acme", org());
            for (String team : teams) {
                // twice, so that offsets of the table are not their number of keys
                send(producer, Topics.POLICIES, team, policy(team, TEAM_LIMIT * 2));
                send(producer, Topics.POLICIES, team, policy(team, TEAM_LIMIT));
            }
        }
    }

    private void ask(Cluster cluster, int each) {
        try (Producer<byte[], byte[]> producer = cluster.producer(Map.of())) {
            for (int i = 0; i < each; i++) {
                for (String team : teams) {
                    String id = "r" + asked.size();
                    asked.add(team + '/' + id);
                    int owner = Ownership.partitionOf(team, count(cluster));
                    producer.send(request(cluster, owner, team, id));
                }
            }
        }
    }

    /** On a partition that is not the team's, twice, without the signature it should have, and nothing that can be read. */
    private void askOddly(Cluster cluster) {
        try (Producer<byte[], byte[]> producer = cluster.producer(Map.of())) {
            for (int i = 0; i < BEFORE; i++) {
                String team = teams.get(i);
                String id = "odd" + i;
                asked.add(team + '/' + id);
                int other = (Ownership.partitionOf(team, count(cluster)) + 1) % count(cluster);
                producer.send(request(cluster, other, team, id));
                producer.send(request(cluster, other, team, id));
                producer.send(unsigned(cluster, i, teams.get(0), FORGED));
                producer.send(json(cluster, Topics.REQUESTS, i, "{no json"));
                producer.send(json(cluster, Topics.REQUESTS, i, "{\"team\":\"" + team + "\"}"));
            }
        }
    }

    /** Everything that was ever asked, wherever it was. */
    private void askAgain(Cluster cluster) {
        try (Producer<byte[], byte[]> producer = cluster.producer(Map.of())) {
            for (int i = 0; i < asked.size(); i++) {
                String[] parts = asked.get(i).split("/", 2);
                producer.send(request(cluster, i % count(cluster), parts[0], parts[1]));
            }
        }
    }

    /** The first team signs, as its policy asks. */
    private ProducerRecord<byte[], byte[]> request(Cluster cluster, int partition, String team, String id) {
        ProducerRecord<byte[], byte[]> record = unsigned(cluster, partition, team, id);
        if (team.equals(teams.get(0))) {
            record.headers().add(RequestSignature.sign(keys.getPrivate(), Purpose.REQUEST, team, record.value()));
        }
        return record;
    }

    private static ProducerRecord<byte[], byte[]> unsigned(Cluster cluster, int partition, String team, String id) {
        return json(
                cluster,
                Topics.REQUESTS,
                partition,
                "{\"request_id\":\"" + id + "\",\"team\":\"" + team
                        + "\",\"model\":\"acme/large\",\"max_output_tokens\":100,\"messages\":"
                        + "[{\"role\":\"user\",\"content\":\"hi\"}]}");
    }

    /** Answers up to so many dispatches with half the output that was asked for, or with what was allowed under pressure. */
    private void execute(Cluster cluster, int most) {
        List<Dispatch> dispatches = dispatches(cluster);
        try (Producer<byte[], byte[]> producer = cluster.producer(Map.of())) {
            for (Dispatch dispatch : dispatches) {
                if (executed.size() < most && executed.add(dispatch.getTeam() + '/' + dispatch.getRequestId())) {
                    int owner = Ownership.partitionOf(dispatch.getTeam(), count(cluster));
                    producer.send(json(cluster, Topics.USAGE, owner, usage(dispatch)));
                }
            }
        }
    }

    private static List<Dispatch> dispatches(Cluster cluster) {
        List<Dispatch> dispatches = new ArrayList<>();
        try (TopicLog log = TopicLog.open(cluster)) {
            log.each(Topics.DISPATCHES, entry -> dispatches.add(entry.value()));
        }
        return dispatches;
    }

    private void loseTheFirstCancellation() throws Exception {
        String team = teams.get(0);
        int owner = Ownership.partitionOf(team, BEFORE);
        try (Producer<byte[], byte[]> producer = old.producer(Map.of());
                Admin admin = old.admin()) {
            for (int i = 0; i < CANCELLED; i++) {
                ProducerRecord<byte[], byte[]> record = json(
                        old,
                        Topics.CANCELLATIONS,
                        owner,
                        "{\"team\":\"" + team + "\",\"request_id\":\"none" + i + "\"}");
                record.headers()
                        .add(RequestSignature.sign(keys.getPrivate(), Purpose.CANCELLATION, team, record.value()));
                producer.send(record);
            }
            producer.flush();
            var partition = new TopicPartition(old.name(Topics.CANCELLATIONS), owner);
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(1)))
                    .all()
                    .get();
        }
    }

    private long beginning(Topic<?> topic) {
        try (TopicLog log = TopicLog.open(grown)) {
            int owner = Ownership.partitionOf(teams.get(0), AFTER);
            return log.beginnings(List.of(topic)).get(new TopicPartition(grown.name(topic), owner));
        }
    }

    /** How often each request was decided. */
    private static Map<String, Integer> decided(Cluster cluster) {
        Map<String, Integer> decided = new HashMap<>();
        try (TopicLog log = TopicLog.open(cluster)) {
            log.each(Topics.DECISIONS, entry -> {
                Decision decision = entry.value();
                decided.merge(decision.getTeam() + '/' + decision.getRequestId(), 1, Integer::sum);
            });
        }
        return decided;
    }

    private static long unsigned(Cluster cluster) {
        List<DeadLetter> letters = new ArrayList<>();
        try (TopicLog log = TopicLog.open(cluster)) {
            log.scan(Topics.DEAD_LETTERS, record -> {
                DeadLetter letter = DeadLetter.of(record.headers());
                if (letter != null) {
                    letters.add(letter);
                }
            });
        }
        return letters.stream()
                .filter(letter -> letter.reason().equals(DeadLetter.UNSIGNED))
                .count();
    }

    /** How many cancellations the router has let through. */
    private static int cancelled(Cluster cluster) {
        List<byte[]> cancelled = new ArrayList<>();
        try (TopicLog log = TopicLog.open(cluster)) {
            log.scan(Topics.CANCELLED, record -> cancelled.add(record.value()));
        }
        return cancelled.size();
    }

    private static int settled(Cluster cluster) {
        Set<String> entries = new HashSet<>();
        try (TopicLog log = TopicLog.open(cluster)) {
            log.each(Topics.LEDGER, entry -> entries.add(entry.value().getEntryId()));
        }
        return entries.size();
    }

    /** Opened, closed and spent of every window. */
    private static Map<String, List<AmountVector>> positions(Cluster cluster) {
        Map<String, List<AmountVector>> positions = new TreeMap<>();
        states(cluster)
                .forEach((key, state) ->
                        positions.put(key, List.of(state.getOpened(), state.getClosed(), state.getSpent())));
        return positions;
    }

    private static long spent(Cluster cluster, String scope) {
        return states(cluster).values().stream()
                .filter(state -> state.getScope().equals(scope))
                .mapToLong(state -> state.getSpent().getNanoUsd())
                .sum();
    }

    private static long spentOf(Cluster cluster, String team) {
        return states(cluster).values().stream()
                .filter(state ->
                        state.getScope().equals("team") && state.getTeam().equals(team))
                .mapToLong(state -> state.getSpent().getNanoUsd())
                .sum();
    }

    private static long open(Cluster cluster) {
        return states(cluster).values().stream()
                .mapToLong(state ->
                        state.getOpened().getNanoUsd() - state.getClosed().getNanoUsd())
                .sum();
    }

    private static Map<String, BudgetState> states(Cluster cluster) {
        try (TopicLog log = TopicLog.open(cluster)) {
            Map<String, BudgetState> states = log.table(Topics.BUDGETS);
            states.values().removeIf(state -> state.getScope().equals("policies"));
            return states;
        }
    }

    private static String usage(Dispatch dispatch) {
        return "{\"usage_id\":\"" + dispatch.getRequestId() + "#1\",\"source\":\"test\",\"request_id\":\""
                + dispatch.getRequestId() + "\",\"attempt\":1,\"attempts\":1,\"final\":true,\"team\":\""
                + dispatch.getTeam() + "\",\"provider\":\"acme\",\"model\":\"large\",\"occurred_at\":"
                + dispatch.getAdmittedAt() + ",\"input_tokens\":1,\"output_tokens\":"
                + Math.min(50, dispatch.getOutputCap()) + ",\"status\":\"ok\"}";
    }

    private static ModelOffer offer() {
        return ModelOffer.newBuilder()
                .setProvider("acme")
                .setModel("large")
                .setQuality(Map.of("*", 0.9))
                .setPrices(List.of(Price.newBuilder()
                        .setVersion("large@1")
                        .setEffectiveFrom(0)
                        .setInput(0)
                        .setOutput(OUTPUT_PRICE_PER_MILLION)
                        .build()))
                .build();
    }

    private static Org org() {
        return Org.newBuilder()
                .setOrg("acme")
                .setTimezone("Pacific/Auckland")
                .setBudgets(List.of(Budget.newBuilder()
                        .setName("acme-total")
                        .setScope("org")
                        .setPeriod("total")
                        .setLimitNanoUsd(ORG_LIMIT)
                        .build()))
                .build();
    }

    private TeamPolicy policy(String team, long limit) {
        return TeamPolicy.newBuilder()
                .setTeam(team)
                .setOrg("acme")
                .setBudgets(List.of(Budget.newBuilder()
                        .setName("team-total")
                        .setScope("team")
                        .setPeriod("total")
                        .setLimitNanoUsd(limit)
                        .build()))
                .setSigningKeys(
                        team.equals(teams.get(0)) ? List.of(RequestSignature.text(keys.getPublic())) : List.of())
                .build();
    }

    private static List<String> teamsOfEachPartition() {
        List<String> teams = new ArrayList<>();
        Set<Integer> partitions = new HashSet<>();
        for (int i = 0; teams.size() < AFTER; i++) {
            if (partitions.add(Ownership.partitionOf("team-" + i, AFTER))) {
                teams.add("team-" + i);
            }
        }
        return teams;
    }

    private static int count(Cluster cluster) {
        return cluster.prefix().equals(OLD) ? BEFORE : AFTER;
    }

    private Settings settings(Cluster cluster, String application) {
        return Settings.of(Map.of(
                "bootstrap.servers", cluster.bootstrapServers(),
                "schema.registry.url", local.registryUrl(),
                "topics.prefix", cluster.prefix(),
                "http.port", "0",
                "session.timeout", "6s",
                "state.dir", folder.resolve(cluster.prefix() + application).toString()));
    }

    private Cluster cluster(String prefix) {
        Cluster whole = Cluster.local(local.bootstrapServers(), local.registryUrl());
        return new Cluster(whole.bootstrapServers(), prefix, whole.registry(), whole.kafka());
    }

    private static ProducerRecord<byte[], byte[]> json(Cluster cluster, Topic<?> topic, int partition, String text) {
        return new ProducerRecord<>(cluster.name(topic), partition, null, bytes(text));
    }

    private <V extends SpecificRecord> void send(
            Producer<byte[], byte[]> producer, Topic<V> topic, String key, V value) {
        String name = old.name(topic);
        byte[] written = old.serdes().avro(topic).serializer().serialize(name, value);
        producer.send(new ProducerRecord<>(name, bytes(key), written));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
