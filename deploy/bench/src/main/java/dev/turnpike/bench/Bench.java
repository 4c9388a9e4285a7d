package dev.turnpike.bench;

import dev.turnpike.cluster.LocalCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

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
    BUDGETS(new Size(3, 0, 30), new Size(1, 0, 10)) {
        @Override
        public void run(Plan plan) throws InterruptedException {
            onCluster((cluster, dir) ->
                    new BudgetsBenchmark(plan, cluster, dir, Long.MAX_VALUE / 2, Postgres.programs(), Redis.program())
                            .run());
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
        Path dir = temporary();
        try (LocalCluster cluster = LocalCluster.start(LocalCluster.Options.temporary())) {
            measurement.run(cluster, dir);
        } finally {
            delete(dir);
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("turnpike-bench-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path dir) {
        try (Stream<Path> all = Files.walk(dir)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
