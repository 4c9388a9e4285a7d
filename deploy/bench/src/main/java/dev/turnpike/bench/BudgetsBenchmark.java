package dev.turnpike.bench;

import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.router.RouterMain;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Budget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/**
 * Exact budget decisions beside a row lock in PostgreSQL and a script in Redis: one team that all ask for, and ten thousand. Each team
 * has one hard budget. Once every decision is on disk when it is known, once no side waits for its disk.
 *
 * <p>All sides have the machine to themselves, one after the other, callers included; so CPU is that of servers and callers. Each
 * is asked as fast as it answers, with as many connections as serve it best, and for its latency at half of that rate.
 */
final class BudgetsBenchmark {

    static final int MANY = 10_000;

    private static final String NAME = "budgets";
    private static final String FLUSH = "log.flush.interval.messages";
    private static final int UNDER_WAY = 4_000;
    private static final int BATCH = 100;
    private static final int WARM_UP = 4;
    private static final int TRIES_SHARE = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    // a database in a gateway's place has a pool; a client of Redis sends what waits, all at once
    private static final List<Calls> POOLS = List.of(new Calls(4, 1), new Calls(16, 1), new Calls(64, 1));
    private static final List<Calls> PIPELINES =
            List.of(new Calls(16, 1), new Calls(64, 1), new Calls(4, 32), new Calls(16, 32));

    private final Plan plan;
    private final LocalCluster cluster;
    private final Path dir;
    private final long limit;
    private final @Nullable Path postgres;
    private final @Nullable Path redis;
    private final Map<String, List<Speed>> measured = new LinkedHashMap<>();

    /**
     * What a decision waits for.
     *
     * @param postgres its {@code synchronous_commit}
     * @param redis its {@code appendfsync}
     * @param broker its {@code log.flush.interval.messages}
     * @param commitInterval of the router: a commit that syncs some twenty files is worth waiting for more decisions
     */
    private enum Durability {
        SYNCED("on", "always", "1", "250ms"),
        UNSYNCED("off", "everysec", Long.toString(Long.MAX_VALUE), "30ms");

        private final String postgres;
        private final String redis;
        private final String broker;
        private final String commitInterval;

        Durability(String postgres, String redis, String broker, String commitInterval) {
            this.postgres = postgres;
            this.redis = redis;
            this.broker = broker;
            this.commitInterval = commitInterval;
        }
    }

    private record Speed(double perSecond, double perCpuSecond, double p50, double p99) {}

    /**
     * @param limit how many requests each team may make
     * @param postgres the folder of PostgreSQL's programs; without one it is left out
     * @param redis the server; without one it is left out
     */
    BudgetsBenchmark(
            Plan plan, LocalCluster cluster, Path dir, long limit, @Nullable Path postgres, @Nullable Path redis) {
        this.plan = plan;
        this.cluster = cluster;
        this.dir = dir;
        this.limit = limit;
        this.postgres = postgres;
        this.redis = redis;
    }

    void run() throws InterruptedException {
        List<String> rivals = new ArrayList<>();
        for (Durability durability : Durability.values()) {
            plan.figures().note(NAME, "TURNPIKE " + durability, sync(durability));
            each((teams, run) -> keep("TURNPIKE", durability, teams, turnpike(durability, teams, run)), "TURNPIKE");
        }
        if (postgres == null) {
            plan.figures()
                    .note(
                            NAME,
                            "POSTGRESQL",
                            "left out: no initdb on the PATH or below /usr/lib/postgresql; on Debian"
                                    + " apt-get install postgresql");
        } else {
            rivals.add("POSTGRESQL");
            try (Rival rival = Postgres.start(postgres, dir.resolve("postgres"))) {
                for (Durability durability : Durability.values()) {
                    rival.sync(durability.postgres);
                    measure("POSTGRESQL", durability, rival, POOLS);
                }
            }
        }
        if (redis == null) {
            plan.figures()
                    .note(
                            NAME,
                            "REDIS",
                            "left out: no redis-server on the PATH; on Debian apt-get install redis-server");
        } else {
            rivals.add("REDIS");
            try (Rival rival = Redis.start(redis, dir.resolve("redis"))) {
                for (Durability durability : Durability.values()) {
                    rival.sync(durability.redis);
                    measure("REDIS", durability, rival, PIPELINES);
                }
            }
        }
        for (Durability durability : Durability.values()) {
            for (int teams : List.of(1, MANY)) {
                print(durability, teams, rivals);
            }
        }
    }

    private interface Measurement {
        void of(int teams, int run) throws InterruptedException;
    }

    private void each(Measurement measurement, String side) throws InterruptedException {
        for (int teams : List.of(1, MANY)) {
            for (int run = 1; run <= plan.runs(); run++) {
                plan.progress().accept("run " + run + ", " + teams + " teams: " + side);
                measurement.of(teams, run);
            }
        }
    }

    private void measure(String name, Durability durability, Rival rival, List<Calls> ways)
            throws InterruptedException {
        plan.figures().note(NAME, name + ' ' + durability, rival.settings());
        each((teams, run) -> keep(name, durability, teams, called(name, rival, ways, teams)), name);
    }

    private Speed called(String name, Rival rival, List<Calls> ways, int teams) throws InterruptedException {
        rival.open(teams, limit);
        Duration time = Duration.ofSeconds(plan.seconds());
        Calls best = ways.get(0);
        double most = 0;
        long asked = 0;
        long admitted = 0;
        for (Calls way : ways) {
            Calls.Result tried = way.run(rival, teams, Calls.UNLIMITED, time.dividedBy(TRIES_SHARE));
            asked += tried.asked();
            admitted += tried.admitted();
            if (tried.perSecond() > most) {
                most = tried.perSecond();
                best = way;
            }
        }
        plan.progress()
                .accept(name + ": serves " + best.connections() + " connections best, " + best.depth()
                        + " calls under way on each");
        Calls.Result full = best.run(rival, teams, Calls.UNLIMITED, time);
        Calls.Result half = best.run(rival, teams, full.perSecond() / 2, time);
        asked += full.asked() + half.asked();
        admitted += full.admitted() + half.admitted();
        verify(name, teams, asked, admitted);
        if (rival.spent() != admitted) {
            throw new IllegalStateException(name + ": has " + rival.spent() + " spent of " + admitted + " admitted");
        }
        return new Speed(full.perSecond(), full.perCpuSecond(), half.percentileMillis(50), half.percentileMillis(99));
    }

    private Speed turnpike(Durability durability, int teams, int run) throws InterruptedException {
        Budget budget = TestBed.budget("month", "team", "month", "hard");
        budget.setLimitNanoUsd(null);
        budget.setLimitRequests(limit);
        String id = durability + "-" + teams + "-" + run;
        LocalCluster topics = cluster.withTopics("budgets-" + id + ".");
        try (TestBed bed = new TestBed(topics, new TestBed.Crowd(teams, 1, List.of(budget)));
                Latency dispatched = new Latency(topics, bed.name(Topics.DISPATCHES));
                Latency rejected = new Latency(topics, bed.name(Topics.REJECTIONS))) {
            bed.publishTables();
            bed.publishCounted();
            try (Application router = Application.start(
                    topics,
                    "bench-budgets-" + id,
                    dir.resolve("router-" + id),
                    RouterMain.class,
                    Map.of("commit.interval", durability.commitInterval))) {
                LongSupplier decided = () -> dispatched.count() + (long) rejected.count();
                // the first decision comes when the router has its partitions, and the first many while its code is
                // compiled
                bed.publishRequests(BATCH);
                Waiting.until("decisions", decided, () -> BATCH);
                long published = publish(bed, decided, BATCH, WARM_UP * plan.seconds());
                double cpu = cpuSeconds(router);
                long before = decided.getAsLong();
                long begin = System.nanoTime();
                long all = publish(bed, decided, published, plan.seconds());
                double seconds = (System.nanoTime() - begin) / 1e9;
                double count = decided.getAsLong() - before;
                double used = cpuSeconds(router) - cpu;
                Waiting.until("decisions", decided, () -> all);
                dispatched.reset();
                long admitted = all - rejected.count();
                int refusedBefore = rejected.count();
                long asked = RouteBenchmark.publish(bed, count / seconds / 2, plan.seconds());
                Waiting.until("decisions", () -> decided.getAsLong() - refusedBefore, () -> asked);
                verify("TURNPIKE", teams, all + asked, admitted + dispatched.count());
                return new Speed(count / seconds, count / used, dispatched.percentile(50), dispatched.percentile(99));
            }
        }
    }

    private static long publish(TestBed bed, LongSupplier decided, long before, int seconds)
            throws InterruptedException {
        long published = before;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            if (published - decided.getAsLong() > UNDER_WAY) {
                Thread.sleep(2);
            } else {
                bed.publishRequest();
                published++;
            }
        }
        return published;
    }

    private void verify(String side, int teams, long asked, long admitted) {
        // of many teams it is not known here how often each was asked for
        long most = Math.min(asked, limit > Long.MAX_VALUE / teams ? Long.MAX_VALUE : teams * limit);
        if (admitted > most || teams == 1 && admitted != most) {
            throw new IllegalStateException(side + ": admitted " + admitted + " of " + asked + " requests where "
                    + limit + " are within the limit of each of " + teams + " teams");
        }
    }

    private static double cpuSeconds(Application router) {
        Duration own = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        return own.plus(router.cpu()).toNanos() / 1e9;
    }

    /** @return the setting as the broker has it */
    private String sync(Durability durability) throws InterruptedException {
        var brokers = new ConfigResource(ConfigResource.Type.BROKER, "");
        String requests = Topics.REQUESTS.name(cluster.topicsPrefix());
        var topic = new ConfigResource(ConfigResource.Type.TOPIC, requests);
        try (Admin admin =
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(
                            brokers,
                            List.of(new AlterConfigOp(
                                    new ConfigEntry(FLUSH, durability.broker), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
            ConfigEntry flush;
            long end = System.nanoTime() + PATIENCE.toNanos();
            do {
                // takes effect when the broker has read it
                Thread.sleep(50);
                flush = Objects.requireNonNull(admin.describeConfigs(List.of(topic))
                                .all()
                                .get()
                                .get(topic))
                        .get(TopicConfig.FLUSH_MESSAGES_INTERVAL_CONFIG);
            } while (!flush.value().equals(durability.broker) && System.nanoTime() < end);
            return "one broker, all topics, those of state and transactions too: flush.messages=" + flush.value()
                    + ", exactly-once, commit.interval="
                    + durability.commitInterval;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the broker does not take " + FLUSH + ": " + e.getCause(), e);
        }
    }

    private void keep(String side, Durability durability, int teams, Speed speed) {
        measured.computeIfAbsent(key(side, durability, teams), none -> new ArrayList<>())
                .add(speed);
    }

    private static String key(String side, Durability durability, int teams) {
        return side + ' ' + durability + ' ' + teams;
    }

    private void print(Durability durability, int teams, List<String> rivals) {
        String on = (durability == Durability.SYNCED ? ", synced" : ", not synced")
                + (teams == 1 ? ", one hot team" : ", " + teams + " teams");
        for (String rival : rivals.isEmpty() ? List.of("") : rivals) {
            boolean aim = teams == 1 && rival.equals("POSTGRESQL");
            List<Speed> ours = measured.getOrDefault(key("TURNPIKE", durability, teams), List.of());
            List<Speed> theirs = measured.getOrDefault(key(rival, durability, teams), List.of());
            add("decisions per second" + on, rival, ours, theirs, Speed::perSecond, aim ? 10 : Double.NaN);
            add(
                    "decisions per CPU second, callers included" + on,
                    rival,
                    ours,
                    theirs,
                    Speed::perCpuSecond,
                    Double.NaN);
            add("p50 ms at half of its own rate" + on, rival, ours, theirs, Speed::p50, Double.NaN);
            add("p99 ms at half of its own rate" + on, rival, ours, theirs, Speed::p99, Double.NaN);
        }
    }

    private void add(
            String figure,
            String rival,
            List<Speed> ours,
            List<Speed> theirs,
            ToDoubleFunction<Speed> part,
            double target) {
        plan.figures().add(new Figure(NAME, figure, values(ours, part), rival, values(theirs, part), target));
    }

    private static List<Double> values(List<Speed> speeds, ToDoubleFunction<Speed> part) {
        return speeds.stream().map(part::applyAsDouble).toList();
    }
}
