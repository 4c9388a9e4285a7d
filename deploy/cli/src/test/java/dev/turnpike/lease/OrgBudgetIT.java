package dev.turnpike.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnpike.cli.audit.Audit;
import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.metering.MeteringService;
import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.router.RouterService;
import dev.turnpike.router.config.RouterConfig;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.Settings;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.TeamPolicy;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An org's hard budget on a real broker: teams of different partitions spend it together, and not a nano-dollar more. */
class OrgBudgetIT {

    private static final int PARTITIONS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    // a hundred requests at their bound, about two hundred as they turn out
    private static final long LIMIT = 100_000_000;
    // percent; what is left then is less than a request and its hold
    private static final int ALL = 97;
    private static final long OUTPUT_PRICE_PER_MILLION = 10_000_000_000L;

    @TempDir
    private Path folder;

    private static int runs;

    private final LocalCluster local = LocalCluster.shared().withTopics("org-it" + runs++ + ".");
    private final Cluster cluster = ofTopics(local.topicsPrefix());
    private final Set<String> executed = new HashSet<>();
    private int published;
    private int starts;

    @Test
    void shouldSpendAnOrgsLimitToTheEndAndNeverPassIt() throws Exception {
        List<String> teams = teamsOfDifferentPartitions(3);
        try (Producer<byte[], byte[]> producer = cluster.producer(Map.of())) {
            // given
            send(producer, Topics.CATALOG, "acme/large", offer());
            send(producer, Topics.ORGS, "acme", org());
            for (String team : teams) {
                send(producer, Topics.POLICIES, team, policy(team));
            }
            producer.flush();
            var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            try (MeteringService meter = MeteringService.start(MeteringConfig.of(settings("meter")), metrics);
                    RouterService router = RouterService.start(RouterConfig.of(settings("router")), metrics)) {
                await().atMost(PATIENCE).until(() -> meter.isReady() && router.isReady());
                AtomicBoolean done = new AtomicBoolean();
                Thread executor = new Thread(() -> execute(done));
                executor.start();
                try {
                    // when: all ask at once, and go on asking
                    request(producer, teams, 150);
                    await().atMost(PATIENCE)
                            .pollInterval(Duration.ofMillis(500))
                            .until(() -> {
                                request(producer, teams, 5);
                                return spent() >= LIMIT * 97 / 100;
                            });
                    request(producer, teams, 50);

                    // then
                    await().atMost(PATIENCE).until(() -> decided() == published && open() == 0);
                    assertThat(spent()).isBetween(LIMIT * 97 / 100, LIMIT);
                    await().atMost(PATIENCE)
                            .untilAsserted(() -> assertThat(alerted()).contains(80));
                    assertThat(alerted()).containsExactlyInAnyOrder(50, 80);
                } finally {
                    done.set(true);
                    executor.join();
                }
            }
        }
    }

    /** The meters, one of which lends, have lost theirs alone, and then routers and meters have. */
    @Test
    void shouldNeverPassTheLimitThoughItsRoutersAndMetersLoseTheirState() throws Exception {
        List<String> teams = teamsOfDifferentPartitions(3);
        AtomicBoolean done = new AtomicBoolean();
        Thread executor = new Thread(() -> execute(done));
        try (Producer<byte[], byte[]> producer = cluster.producer(Map.of())) {
            // given
            send(producer, Topics.CATALOG, "acme/large", offer());
            send(producer, Topics.ORGS, "acme", org());
            for (String team : teams) {
                send(producer, Topics.POLICIES, team, policy(team));
            }
            producer.flush();
            executor.start();

            // when
            spend(producer, teams, 30);
            reset("meter");
            spend(producer, teams, 60);
            reset("meter");
            reset("router");
            spend(producer, teams, ALL);

            // then
            assertThat(spent()).isBetween(LIMIT * ALL / 100, LIMIT);
            assertThat(alerted()).containsExactlyInAnyOrder(50, 80);
            var scope = new Audit.Scope(
                    local.topicsPrefix() + "router",
                    local.topicsPrefix() + "meter",
                    Duration.ofHours(24),
                    Long.MIN_VALUE,
                    Long.MAX_VALUE);
            assertThat(Audit.of(cluster, scope).findings())
                    .allSatisfy(finding ->
                            assertThat(finding.examples()).as(finding.title()).isEmpty());
        } finally {
            done.set(true);
            executor.join();
        }
    }

    /** Runs a router and a meter until so much of the limit is spent. */
    private void spend(Producer<byte[], byte[]> producer, List<String> teams, int percent) {
        starts++;
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (MeteringService meter = MeteringService.start(MeteringConfig.of(settings("meter")), metrics);
                RouterService router = RouterService.start(RouterConfig.of(settings("router")), metrics)) {
            await().atMost(PATIENCE).until(() -> meter.isReady() && router.isReady());
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).until(() -> {
                request(producer, teams, 5);
                return spent() >= LIMIT * percent / 100;
            });
            // what is under way when it is stopped before that stays open until the next one runs
            await().atMost(PATIENCE).until(() -> percent < ALL || (decided() == published && open() == 0));
        }
    }

    /** The internal topics of an application go, and its offsets; what it has on disk is not found again. */
    private void reset(String application) throws Exception {
        String id = local.topicsPrefix() + application;
        try (Admin admin = cluster.admin()) {
            Set<String> internal = new HashSet<>(admin.listTopics().names().get());
            internal.removeIf(topic -> !topic.startsWith(id + "-"));
            admin.deleteTopics(internal).all().get();
            // refused while a member is left in the group
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(
                                    admin.deleteConsumerGroups(List.of(id)).all())
                            .succeedsWithin(PATIENCE));
        }
    }

    /** Answers each dispatch with half the output that was allowed. */
    private void execute(AtomicBoolean done) {
        try (Producer<byte[], byte[]> producer = cluster.producer(Map.of())) {
            while (!done.get()) {
                List<Dispatch> dispatches = new ArrayList<>();
                try (TopicLog log = TopicLog.open(cluster)) {
                    log.each(Topics.DISPATCHES, entry -> dispatches.add(entry.value()));
                }
                for (Dispatch dispatch : dispatches) {
                    if (executed.add(dispatch.getRequestId())) {
                        producer.send(json(Topics.USAGE, dispatch.getTeam(), usage(dispatch)));
                    }
                }
                producer.flush();
            }
        }
    }

    private void request(Producer<byte[], byte[]> producer, List<String> teams, int each) {
        for (int i = 0; i < each; i++) {
            for (String team : teams) {
                published++;
                producer.send(json(
                        Topics.REQUESTS,
                        team,
                        "{\"request_id\":\"r" + published + "\",\"team\":\"" + team
                                + "\",\"model\":\"acme/large\",\"max_output_tokens\":100,\"messages\":"
                                + "[{\"role\":\"user\",\"content\":\"hi\"}]}"));
            }
        }
        producer.flush();
    }

    private long spent() {
        return orgStates().stream()
                .mapToLong(state -> state.getSpent().getNanoUsd())
                .sum();
    }

    /** The thresholds that the org was told of. */
    private List<Integer> alerted() {
        List<Integer> percents = new ArrayList<>();
        try (TopicLog log = TopicLog.open(cluster)) {
            log.each(Topics.ALERTS, alert -> {
                if ("acme".equals(alert.value().getScopeValue())
                        && alert.value().getKind().equals("threshold")) {
                    assertThat(alert.key()).isEqualTo("acme");
                    percents.add(alert.value().getThreshold());
                }
            });
        }
        return percents;
    }

    private long open() {
        return orgStates().stream()
                .mapToLong(state ->
                        state.getOpened().getNanoUsd() - state.getClosed().getNanoUsd())
                .sum();
    }

    private List<BudgetState> orgStates() {
        try (TopicLog log = TopicLog.open(cluster)) {
            return log.table(Topics.BUDGETS).values().stream()
                    .filter(state -> state.getScope().equals("org"))
                    .toList();
        }
    }

    private long decided() {
        Set<String> decided = new HashSet<>();
        try (TopicLog log = TopicLog.open(cluster)) {
            log.each(Topics.DECISIONS, entry -> {
                Decision decision = entry.value();
                decided.add(decision.getTeam() + '/' + decision.getRequestId());
            });
        }
        return decided.size();
    }

    private static String usage(Dispatch dispatch) {
        return "{\"usage_id\":\"" + dispatch.getRequestId() + "#1\",\"source\":\"test\",\"request_id\":\""
                + dispatch.getRequestId() + "\",\"attempt\":1,\"attempts\":1,\"final\":true,\"team\":\""
                + dispatch.getTeam() + "\",\"provider\":\"acme\",\"model\":\"large\",\"occurred_at\":"
                + dispatch.getAdmittedAt() + ",\"input_tokens\":1,\"output_tokens\":50,\"status\":\"ok\"}";
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
                        .setLimitNanoUsd(LIMIT)
                        .setAlertAt(List.of(50, 80))
                        .build()))
                .build();
    }

    private static TeamPolicy policy(String team) {
        return TeamPolicy.newBuilder().setTeam(team).setOrg("acme").build();
    }

    private static List<String> teamsOfDifferentPartitions(int number) {
        List<String> teams = new ArrayList<>();
        Set<Integer> partitions = new HashSet<>();
        for (int i = 0; teams.size() < number; i++) {
            if (partitions.add(Ownership.partitionOf("team-" + i, PARTITIONS))) {
                teams.add("team-" + i);
            }
        }
        return teams;
    }

    private Settings settings(String application) {
        return Settings.of(Map.of(
                "bootstrap.servers", local.bootstrapServers(),
                "schema.registry.url", local.registryUrl(),
                "topics.prefix", local.topicsPrefix(),
                "application.id", local.topicsPrefix() + application,
                "http.port", "0",
                "state.dir", folder.resolve(application + starts).toString()));
    }

    private Cluster ofTopics(String prefix) {
        Cluster whole = Cluster.local(local.bootstrapServers(), local.registryUrl());
        return new Cluster(whole.bootstrapServers(), prefix, whole.registry(), whole.kafka());
    }

    private ProducerRecord<byte[], byte[]> json(Topic<?> topic, String team, String text) {
        return new ProducerRecord<>(
                cluster.name(topic), Ownership.partitionOf(team, PARTITIONS), bytes(team), bytes(text));
    }

    private <V extends SpecificRecord> void send(
            Producer<byte[], byte[]> producer, Topic<V> topic, String key, V value) {
        String name = cluster.name(topic);
        byte[] written = cluster.serdes().avro(topic).serializer().serialize(name, value);
        producer.send(new ProducerRecord<>(name, bytes(key), written));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
