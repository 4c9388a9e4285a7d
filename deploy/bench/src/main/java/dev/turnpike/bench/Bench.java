package dev.turnpike.bench;

import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.cluster.ShiftedClock;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.utils.Time;

/** The benchmarks by their names. */
public enum Bench {
    /** The pure decision, by JMH. */
    DECIDE(new Size(1, 0, 0), new Size(1, 0, 0)) {
        @Override
        public void run(Plan plan) {
            JmhFigures.measure("decide", DecideBenchmark.class, plan.figures());
        }
    },
    /** The router beside a pass-through. */
    ROUTE(new Size(3, 200_000, 0), new Size(1, 50_000, 0)) {
        @Override
        public void run(Plan plan) throws InterruptedException {
            onCluster((cluster, dir) -> new RouteBenchmark(plan, cluster, dir).run());
        }
    },
    /** The meter beside a pass-through. */
    METER(new Size(3, 200_000, 0), new Size(1, 50_000, 0)) {
        @Override
        public void run(Plan plan) throws InterruptedException {
            onCluster((cluster, dir) -> new MeterBenchmark(plan, cluster, dir).run());
        }
    },
    /** The whole pipeline, usage published directly. */
    LOOP(new Size(1, 0, 600), new Size(1, 0, 60)) {
        @Override
        public void run(Plan plan) throws InterruptedException {
            onCluster((cluster, dir) -> new LoopBenchmark(plan, cluster, dir, false).run());
        }
    },
    /** The whole pipeline with a provider over HTTP. */
    LOOP_HTTP(new Size(1, 0, 600), new Size(1, 0, 60)) {
        @Override
        public void run(Plan plan) throws InterruptedException {
            onCluster((cluster, dir) -> new LoopBenchmark(plan, cluster, dir, true).run());
        }
    },
    /** Exact budget decisions beside PostgreSQL and Redis. */
    BUDGETS(new Size(3, 0, 10), new Size(1, 0, 5)) {
        @Override
        public void run(Plan plan) throws InterruptedException {
            onCluster((cluster, dir) -> new BudgetsBenchmark(
                            plan, cluster, dir, 1_000_000_000L, Postgres.programs(), Redis.program())
                    .run());
        }
    },
    /** What holds and windows of users cost in bytes, memory and time to restore. */
    STATE(new Size(1, 100_000, 0), new Size(1, 10_000, 0)) {
        @Override
        public void run(Plan plan) throws InterruptedException {
            ShiftedClock clock = new ShiftedClock();
            onCluster(clock, (cluster, dir) -> new StateBenchmark(plan, cluster, clock, dir, 3).run());
        }
    },
    /** A recording at 1 to 100 times its speed through the whole pipeline. */
    TRACE(new Size(1, 0, 60), new Size(1, 0, 20)) {
        @Override
        public void run(Plan plan) throws InterruptedException {
            onCluster((cluster, dir) -> new TraceBenchmark(plan, cluster, dir, plan.recording()).run());
        }
    },
    /** All of them, one after the other. */
    ALL(new Size(0, 0, 0), new Size(0, 0, 0)) {
        @Override
        public List<Bench> parts() {
            return Arrays.stream(values()).filter(each -> each != ALL).toList();
        }

        @Override
        public void run(Plan plan) {
            throw new IllegalArgumentException("its parts are run, each in its own size");
        }
    };

    private final Size usual;
    private final Size quick;

    Bench(Size usual, Size quick) {
        this.usual = usual;
        this.quick = quick;
    }

    private interface Measurement {
        void run(LocalCluster cluster, Path dir) throws InterruptedException;
    }

    /** Itself, or those that it stands for. */
    public List<Bench> parts() {
        return List.of(this);
    }

    /** How much it measures unless somebody wants more or less. */
    public Size size(boolean inAHurry) {
        return inAHurry ? quick : usual;
    }

    /**
     * Measures and prints.
     *
     * @throws IllegalStateException if it cannot be measured, or the log afterwards breaks a law
     */
    public abstract void run(Plan plan) throws InterruptedException;

    private static void onCluster(Measurement measurement) throws InterruptedException {
        onCluster(Time.SYSTEM, measurement);
    }

    private static void onCluster(Time clock, Measurement measurement) throws InterruptedException {
        Path dir = Folders.temporary();
        try (LocalCluster cluster = LocalCluster.start(LocalCluster.Options.temporary(), clock)) {
            measurement.run(cluster, dir);
        } finally {
            Folders.delete(dir);
        }
    }
}
