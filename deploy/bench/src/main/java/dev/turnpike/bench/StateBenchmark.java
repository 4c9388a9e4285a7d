package dev.turnpike.bench;

import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.cluster.ShiftedClock;
import dev.turnpike.metering.MeteringMain;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.router.RouterMain;
import dev.turnpike.router.state.RouterStores;
import dev.turnpike.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What state costs: every request is of a user of its own, opens a hold in a window of that user and is never reported on. At a
 * number of users, at twice and at four times as many: bytes by what they are for, memory of the processes, and the time until an
 * instance serves that has its state, and one that has lost it. Then the broker's clock passes the end of the windows.
 */
final class StateBenchmark {

    private static final String NAME = "state";
    private static final int TEAMS = 400;
    private static final int AT_ONCE = 10_000;
    private static final double MEGABYTE = 1 << 20;
    // past the day, the hold and the memory of ids after it
    private static final Duration PAST_EVERYTHING = Duration.ofDays(3);
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final String ROUTER = "bench-router";
    private static final String METER = "bench-meter";

    private final Plan plan;
    private final LocalCluster cluster;
    private final ShiftedClock clock;
    private final Path dir;
    private final int steps;
    private final int routerPort = Server.freePort();
    private final int meterPort = Server.freePort();

    /**
     * @param clock of the cluster's broker
     * @param steps how often the users are doubled, the first number of them included
     */
    StateBenchmark(Plan plan, LocalCluster cluster, ShiftedClock clock, Path dir, int steps) {
        this.steps = steps;
        this.plan = plan;
        this.cluster = cluster;
        this.clock = clock;
        this.dir = dir;
    }

    void run() throws InterruptedException {
        var crowd = new TestBed.Crowd(
                TEAMS,
                0,
                List.of(
                        TestBed.budget("month", "team", "month", "hard"),
                        TestBed.budget("employee", "user", "day", "hard")));
        try (TestBed bed = new TestBed(cluster, crowd);
                Latency counted = new Latency(cluster, bed.name(Topics.BUDGETS));
                Latency dispatched = new Latency(cluster, bed.name(Topics.DISPATCHES));
                Latency entered = new Latency(cluster, bed.name(Topics.LEDGER))) {
            bed.publishTables();
            long users = 0;
            for (int step = 0; step < steps; step++) {
                long until = (long) plan.records() << step;
                grow(bed, counted, dispatched, users, until);
                users = until;
                restart(users);
            }
            expire(users, entered);
        }
        plan.audit(cluster);
    }

    private void grow(TestBed bed, Latency counted, Latency dispatched, long users, long until)
            throws InterruptedException {
        try (Application router = router();
                Application meter = meter()) {
            router.awaitReady(routerPort);
            meter.awaitReady(meterPort);
            // a hard budget lets nothing in before the meter has said, for each partition, that it counts
            await("partitions that are counted", () -> counted.count() >= TestBed.PARTITIONS);
            plan.progress().accept("opening holds for " + until + " users");
            for (long now = users; now < until; ) {
                int next = (int) Math.min(AT_ONCE, until - now);
                bed.publishRequests(next);
                now += next;
                long decided = now;
                await("dispatched", () -> dispatched.count() >= decided);
            }
            // with the marks of transactions this is a little before the last one; asking the changelog reads all of it
            meter.await(Set.of(bed.name(Topics.DISPATCHES)), until);
            await("holds that the meter knows", () -> holds() >= until);
            add("router resident MB", until, router.residentBytes() / MEGABYTE);
            add("meter resident MB", until, meter.residentBytes() / MEGABYTE);
        }
        // what is in memory only is written when an application ends
        add("router state on disk MB", until, Folders.bytes(dir.resolve(ROUTER).resolve("state")) / MEGABYTE);
        add("meter state on disk MB", until, Folders.bytes(dir.resolve(METER).resolve("state")) / MEGABYTE);
        Changelog accounts = Changelog.of(cluster, METER, MeteringStores.ACCOUNTS);
        Changelog expiry = Changelog.of(cluster, METER, MeteringStores.EXPIRY);
        Changelog ids = Changelog.of(cluster, ROUTER, RouterStores.DECIDED_REQUESTS);
        add("bytes per open hold, meter", until, (accounts.bytes() + expiry.bytes()) / (double) until);
        add("bytes per request id, router", until, ids.bytes() / (double) until);
        add("bytes per user window, meter", until, perUser(METER, MeteringStores.POSITIONS));
        add("bytes per user window, router", until, perUser(ROUTER, RouterStores.BUDGET_POSITIONS));
    }

    private double perUser(String application, String store) {
        Changelog positions = Changelog.of(cluster, application, store);
        return positions.bytes() / (double) positions.entries();
    }

    private void restart(long users) throws InterruptedException {
        plan.progress().accept("restarting with the state of " + users + " users, and without");
        add("router seconds to serve with its state", users, secondsToServe(this::router, routerPort));
        add("meter seconds to serve with its state", users, secondsToServe(this::meter, meterPort));
        Folders.delete(dir.resolve(ROUTER).resolve("state"));
        Folders.delete(dir.resolve(METER).resolve("state"));
        add("router seconds to serve without its state", users, secondsToServe(this::router, routerPort));
        add("meter seconds to serve without its state", users, secondsToServe(this::meter, meterPort));
    }

    private interface Start {
        Application now();
    }

    private static double secondsToServe(Start start, int port) throws InterruptedException {
        long begin = System.nanoTime();
        try (Application application = start.now()) {
            application.awaitReady(port);
            return (System.nanoTime() - begin) / 1e9;
        }
    }

    private void expire(long users, Latency entered) throws InterruptedException {
        plan.progress().accept("passing the end of all windows");
        try (Application router = router();
                Application meter = meter()) {
            router.awaitReady(routerPort);
            meter.awaitReady(meterPort);
            clock.shift(PAST_EVERYTHING);
            await("expired holds in the ledger", () -> entered.count() >= users);
            clock.shift(PAST_EVERYTHING.multipliedBy(2));
            await("windows of users that are gone", () -> windows(METER, MeteringStores.POSITIONS) <= TEAMS);
            await("windows of users that are gone", () -> windows(ROUTER, RouterStores.BUDGET_POSITIONS) <= TEAMS);
            await("accounts that are gone", () -> holds() == 0);
        }
        add(
                "windows left in the meter, the months of 400 teams included",
                users,
                windows(METER, MeteringStores.POSITIONS));
        add(
                "windows left in the router, the months of 400 teams included",
                users,
                windows(ROUTER, RouterStores.BUDGET_POSITIONS));
        add("holds left in the meter after their end", users, holds());
    }

    private long holds() {
        return windows(METER, MeteringStores.ACCOUNTS);
    }

    private long windows(String application, String store) {
        return Changelog.of(cluster, application, store).entries();
    }

    private Application router() {
        return Application.start(cluster, ROUTER, dir.resolve(ROUTER), RouterMain.class, settings(routerPort));
    }

    private Application meter() {
        return Application.start(cluster, METER, dir.resolve(METER), MeteringMain.class, settings(meterPort));
    }

    private static Map<String, String> settings(int port) {
        return Map.of("http.port", Integer.toString(port));
    }

    private interface Condition {
        boolean holds();
    }

    private void await(String what, Condition condition) throws InterruptedException {
        // a millisecond for each user beside what takes its time with none
        Duration patience = PATIENCE.plusMillis((long) plan.records() << steps);
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(NAME + ": " + what + ": not all after " + patience);
            }
            Thread.sleep(1_000);
        }
    }

    private void add(String figure, long users, double value) {
        plan.figures().add(Figure.alone(NAME, figure + ", " + users + " users", value));
    }
}
