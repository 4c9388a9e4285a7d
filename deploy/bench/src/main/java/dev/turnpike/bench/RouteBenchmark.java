package dev.turnpike.bench;

import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.router.RouterMain;
import dev.turnpike.schemas.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The router beside the same records passed through, and passed through with as many store reads and writes: each a process
 * of its own with the same settings, over a topic that is full when it starts. What the broker uses is not counted.
 */
final class RouteBenchmark {

    private static final String NAME = "route";
    // what a process does before its code is compiled tells little
    private static final double WARM_UP = 0.35;
    private static final int LATENCY_WARM_UP_SECONDS = 5;
    private static final int LATENCY_SECONDS = 15;

    private final Plan plan;
    private final LocalCluster cluster;
    private final Path dir;
    private final Map<Side, List<Double>> perCpuSecond = new HashMap<>();
    private final Map<Side, List<Double>> perSecond = new HashMap<>();
    private final Map<Side, List<Double>> p50 = new HashMap<>();
    private final Map<Side, List<Double>> p99 = new HashMap<>();

    private enum Side {
        ROUTER,
        PASS_THROUGH,
        PASS_WITH_STORES
    }

    RouteBenchmark(Plan plan, LocalCluster cluster, Path dir) {
        this.plan = plan;
        this.cluster = cluster;
        this.dir = dir;
    }

    void run() throws InterruptedException {
        for (int run = 1; run <= plan.runs(); run++) {
            try (TestBed bed = new TestBed(cluster.withTopics("route" + run + "."))) {
                plan.progress().accept("run " + run + ": publishing " + plan.records() + " requests");
                bed.publishTables();
                bed.publishCounted();
                bed.publishRequests(plan.records());
                double half = Double.NaN;
                for (Side side : Side.values()) {
                    plan.progress().accept("run " + run + ": " + side);
                    half = measure(bed, side, run, half);
                }
            }
        }
        compare("records per CPU second", perCpuSecond, Side.PASS_THROUGH, 0.5);
        compare("records per CPU second", perCpuSecond, Side.PASS_WITH_STORES, 0.9);
        compare("records per second", perSecond, Side.PASS_THROUGH, Double.NaN);
        compare("publish to committed, p50 ms at half the router's rate", p50, Side.PASS_THROUGH, Double.NaN);
        compare("publish to committed, p99 ms at half the router's rate", p99, Side.PASS_THROUGH, 1.5);
    }

    private void compare(String figure, Map<Side, List<Double>> values, Side baseline, double target) {
        plan.figures()
                .add(new Figure(
                        NAME,
                        figure,
                        values.getOrDefault(Side.ROUTER, List.of()),
                        baseline.name(),
                        values.getOrDefault(baseline, List.of()),
                        target));
    }

    /** @return the rate that latency was measured at: half of what the first side could do */
    private double measure(TestBed bed, Side side, int run, double rate) throws InterruptedException {
        Set<String> topics = Set.of(bed.name(Topics.REQUESTS));
        // nobody else reads llm.completions here
        String output = side == Side.ROUTER ? bed.name(Topics.DECISIONS) : bed.name(Topics.COMPLETIONS);
        try (Application application = start(bed, side, dir.resolve(side + "-" + run), output)) {
            Application.Mark begin = application.await(topics, (long) (WARM_UP * plan.records()));
            Application.Mark end = application.await(topics, plan.records());
            perCpuSecond.computeIfAbsent(side, none -> new ArrayList<>()).add(end.recordsPerCpuSecond(begin));
            perSecond.computeIfAbsent(side, none -> new ArrayList<>()).add(end.recordsPerSecond(begin));
            double half = Double.isNaN(rate) ? end.recordsPerSecond(begin) / 2 : rate;
            if (side != Side.PASS_WITH_STORES) {
                try (Latency latency = new Latency(bed.cluster(), output)) {
                    publish(bed, half, LATENCY_WARM_UP_SECONDS);
                    latency.reset();
                    publish(bed, half, LATENCY_SECONDS);
                    p50.computeIfAbsent(side, none -> new ArrayList<>()).add(latency.percentile(50));
                    p99.computeIfAbsent(side, none -> new ArrayList<>()).add(latency.percentile(99));
                }
            }
            return half;
        }
    }

    private static Application start(TestBed bed, Side side, Path folder, String output) {
        return switch (side) {
            case ROUTER ->
                Application.start(
                        bed.cluster(), "bench-router-" + folder.getFileName(), folder, RouterMain.class, Map.of());
            case PASS_THROUGH ->
                Application.start(
                        bed.cluster(),
                        "bench-pass-" + folder.getFileName(),
                        folder,
                        PassThroughMain.class,
                        Map.of("inputs", bed.name(Topics.REQUESTS), "output", output));
            // a decision reads and writes the position of each of its budgets, and looks for its id and writes it
            case PASS_WITH_STORES ->
                Application.start(
                        bed.cluster(),
                        "bench-stores-" + folder.getFileName(),
                        folder,
                        PassThroughMain.class,
                        Map.of(
                                "inputs",
                                bed.name(Topics.REQUESTS),
                                "output",
                                output,
                                "updates",
                                Integer.toString(TestBed.BUDGETS),
                                "puts",
                                "1"));
        };
    }

    /**
     * Publishes requests at a steady rate.
     *
     * @return how many
     */
    static long publish(TestBed bed, double rate, int seconds) {
        long begin = System.nanoTime();
        long total = (long) (rate * seconds);
        for (long i = 0; i < total; i++) {
            long due = begin + (long) (i / rate * TimeUnit.SECONDS.toNanos(1));
            long wait = due - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            }
            bed.publishRequest();
        }
        return total;
    }
}
