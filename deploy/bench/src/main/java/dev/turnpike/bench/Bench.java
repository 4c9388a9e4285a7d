package dev.turnpike.bench;

import dev.turnpike.cluster.LocalCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The benchmarks by their names. */
public enum Bench {
    /** The pure decision, by JMH. */
    DECIDE {
        @Override
        public void run(Plan plan) {
            JmhFigures.print("decide", DecideBenchmark.class, plan.figures());
        }
    },
    /** The router beside a pass-through. */
    ROUTE {
        @Override
        public void run(Plan plan) throws InterruptedException {
            onCluster((cluster, dir) -> new RouteBenchmark(plan, cluster, dir).run());
        }
    },
    /** The meter beside a pass-through. */
    METER {
        @Override
        public void run(Plan plan) throws InterruptedException {
            onCluster((cluster, dir) -> new MeterBenchmark(plan, cluster, dir).run());
        }
    },
    /** The whole pipeline, usage published directly. */
    LOOP {
        @Override
        public void run(Plan plan) throws InterruptedException {
            onCluster((cluster, dir) -> new LoopBenchmark(plan, cluster, dir, false).run());
        }
    },
    /** The whole pipeline with a provider over HTTP. */
    LOOP_HTTP {
        @Override
        public void run(Plan plan) throws InterruptedException {
            onCluster((cluster, dir) -> new LoopBenchmark(plan, cluster, dir, true).run());
        }
    };

    private interface Measurement {
        void run(LocalCluster cluster, Path dir) throws InterruptedException;
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
