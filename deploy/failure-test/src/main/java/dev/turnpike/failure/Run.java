package dev.turnpike.failure;

import dev.turnpike.cli.audit.Audit;
import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.Documents;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cluster.SimulatedProvider;
import dev.turnpike.document.Document;
import dev.turnpike.document.DocumentReader;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One failure test from beginning to end: start, load, faults, quiet, audit, figures. */
final class Run {

    private static final Duration START_PATIENCE = Duration.ofMinutes(10);
    // what is open ends with its hold's time at the latest, and clocks may be wrong by some of it
    private static final Duration SETTLE_PATIENCE =
            Traffic.HOLD_TTL.multipliedBy(2).plusSeconds(120);
    private static final Duration CALM = Duration.ofSeconds(10);
    private static final List<Topic<?>> ALL_OUTPUT = List.of(Topics.DECISIONS, Topics.COMPLETIONS, Topics.LEDGER);
    private static final int CONTROLS = 20;
    // two waves: enough to see whether a limit holds
    private static final Duration OLD_TIME = Traffic.WAVE.multipliedBy(2);
    private static final long PROGRESS_MILLIS = 10_000;

    private final Plan plan;
    private final Path dir;
    private final Consumer<String> say;
    private final long began = System.nanoTime();
    private final CountDownLatch stop = new CountDownLatch(1);

    /**
     * What to do.
     *
     * @param time over which the faults are spread
     * @param faults how many; 0 for a rolling restart instead
     * @param rate requests a second
     */
    record Plan(Duration time, int faults, long seed, double rate, boolean comparing) {

        /** Every application is restarted in turn, over and over until the time is over, and nothing else happens. */
        static Plan rolling(Duration time, long seed, double rate) {
            return new Plan(time, 0, seed, rate, false);
        }

        boolean isRolling() {
            return faults == 0;
        }

        /** Enough for the time, and for the faults that had to wait for each other. */
        int waves() {
            return 2 + (int) (2 * time.toMillis() / Traffic.WAVE.toMillis());
        }
    }

    /**
     * @param dir where every process keeps its state and its output
     * @param say takes a line of progress
     */
    Run(Plan plan, Path dir, Consumer<String> say) {
        this.plan = plan;
        this.dir = dir;
        this.say = say;
    }

    /** No more faults; the rest goes its way: a run that was cut short is judged too. */
    void stop() {
        stop.countDown();
    }

    Outcome execute() throws InterruptedException {
        say("starting three brokers and the registry");
        try (SimulatedProvider provider = SimulatedProvider.start(SimulatedProvider.Options.standard());
                World world = World.start(dir)) {
            Cluster cluster = world.cluster();
            publishDocuments(cluster);
            say("starting two routers, two meters and the provider sink");
            world.startApplications(provider.url());
            try (Load load = new Load(cluster, new Traffic(plan.seed(), plan.waves()), plan.seed(), plan.rate());
                    Watch watch = new Watch(cluster)) {
                watch.start();
                load.start();
                await(
                        "something decided, answered and booked on every partition",
                        START_PATIENCE,
                        () -> watch.hasAll(Topics.COMPLETIONS) && watch.hasAll(Topics.LEDGER));
                say("all parts work");
                load.beginWaves();
                Faults faults = new Faults(world, watch::lastOutput, stop, plan.seed());
                if (plan.comparing()) {
                    calm(faults);
                }
                long since = System.nanoTime();
                injectAll(faults, load, watch);
                Duration took = Duration.ofNanos(System.nanoTime() - since);
                say("no more faults, no more load; waiting until everything is settled");
                load.close();
                boolean settled = settle(load, watch);
                List<OldWay.Result> old = new ArrayList<>();
                if (plan.comparing()) {
                    say("the old way under the same load: replicas with a counter each");
                    old.add(OldWay.run(dir, false, plan, oldTime()));
                    say("the old way under the same load: replicas with one counter");
                    old.add(OldWay.run(dir, true, plan, oldTime()));
                }
                say("auditing the log");
                return outcome(old, cluster, world, provider, load, watch, faults, took, settled);
            }
        }
    }

    private void calm(Faults faults) throws InterruptedException {
        for (int i = 0; i < CONTROLS; i++) {
            faults.control();
            TimeUnit.MILLISECONDS.sleep(CALM.toMillis() / CONTROLS);
        }
    }

    private void injectAll(Faults faults, Load load, Watch watch) throws InterruptedException {
        Thread progress = new Thread(
                () -> {
                    try {
                        while (true) {
                            TimeUnit.MILLISECONDS.sleep(PROGRESS_MILLIS);
                            say(String.format(
                                    Locale.ROOT,
                                    "%,d %s, %,d requests, %,d dispatched, %,d rejected, %,d booked",
                                    faults.injected().stream()
                                            .filter(fault -> fault.kind() != Fault.Kind.CONTROL)
                                            .count(),
                                    plan.isRolling() ? "restarts" : "faults",
                                    load.requests().size(),
                                    watch.dispatched(),
                                    watch.rejected(),
                                    watch.booked()));
                        }
                    } catch (InterruptedException e) {
                        // the faults are over
                    }
                },
                "progress");
        progress.setDaemon(true);
        progress.start();
        Consumer<Fault> tell = fault -> say("  " + fault.kind() + ": " + fault.target());
        if (plan.isRolling()) {
            faults.roll(plan.time(), since -> watch.recoveredNanos(ALL_OUTPUT, since) >= 0, tell);
        } else {
            faults.inject(plan.faults(), plan.time(), tell);
        }
        progress.interrupt();
    }

    /** Whether everything that was accepted is decided and every hold is closed. */
    private boolean settle(Load load, Watch watch) throws InterruptedException {
        long end = System.nanoTime() + SETTLE_PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            if (watch.hasDecided(load.requests()) && watch.openWindows() == 0) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
        say("not settled after " + SETTLE_PATIENCE.toSeconds() + " s: " + watch.openWindows()
                + " windows have open holds" + (watch.hasDecided(load.requests()) ? "" : ", and requests wait"));
        return false;
    }

    private Duration oldTime() {
        return plan.time().compareTo(OLD_TIME) < 0 ? plan.time() : OLD_TIME;
    }

    private Outcome outcome(
            List<OldWay.Result> old,
            Cluster cluster,
            World world,
            SimulatedProvider provider,
            Load load,
            Watch watch,
            Faults faults,
            Duration took,
            boolean settled) {
        Tally tally;
        try (TopicLog log = TopicLog.open(cluster)) {
            tally = Tally.of(log);
        }
        return new Outcome(
                plan,
                took,
                settled,
                tally,
                Recovery.of(faults.injected(), watch),
                load.requests(),
                load.usages(),
                load.repeats(),
                provider.calls(),
                world.deaths(),
                old,
                Audit.of(cluster, Audit.Scope.whole()));
    }

    private void publishDocuments(Cluster cluster) {
        List<Document> documents =
                DocumentReader.read(new StringReader(Traffic.documents(plan.waves())), "failure-test");
        try (TopicLog log = TopicLog.open(cluster)) {
            Documents.publish(cluster, log.serdes(), Documents.read(log).changes(documents, false, Instant.now()));
        }
    }

    private void await(String what, Duration patience, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(what + " did not come within " + patience.toSeconds()
                        + " s; see the output.log files in " + dir);
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private void say(String line) {
        say.accept(String.format(Locale.ROOT, "%7.1fs  %s", (System.nanoTime() - began) / 1e9, line));
    }
}
