package dev.turnpike.bench;

import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.metering.MeteringMain;
import dev.turnpike.router.RouterMain;
import dev.turnpike.schemas.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The meter beside the same dispatches and usage passed through: each a process of its own with the same settings, over topics
 * that are full when it starts. A pair is a dispatch with its final usage report.
 */
final class MeterBenchmark {

    private static final String NAME = "meter";
    private static final double WARM_UP = 0.35;

    private final Plan plan;
    private final LocalCluster cluster;
    private final Path dir;

    MeterBenchmark(Plan plan, LocalCluster cluster, Path dir) {
        this.plan = plan;
        this.cluster = cluster;
        this.dir = dir;
    }

    void run() throws InterruptedException {
        List<Double> cpu = new ArrayList<>();
        List<Double> passedCpu = new ArrayList<>();
        List<Double> speed = new ArrayList<>();
        List<Double> passedSpeed = new ArrayList<>();
        for (int run = 1; run <= plan.runs(); run++) {
            try (TestBed bed = new TestBed(cluster.withTopics("meter" + run + "."))) {
                plan.progress().accept("run " + run + ": routing " + plan.records() + " requests");
                bed.publishTables();
                bed.publishCounted();
                bed.publishRequests(plan.records());
                Path folder = dir.resolve("meter-" + run);
                try (Application router = Application.start(
                        bed.cluster(), "bench-feed-" + run, folder.resolve("router"), RouterMain.class, Map.of())) {
                    router.await(Set.of(bed.name(Topics.REQUESTS)), plan.records());
                }
                long usage;
                try (UsagePump pump = new UsagePump(bed)) {
                    usage = pump.awaitAll(plan.records());
                }
                Set<String> topics = Set.of(bed.name(Topics.DISPATCHES), bed.name(Topics.USAGE));
                plan.progress().accept("run " + run + ": METER");
                try (Application meter = Application.start(
                        bed.cluster(), "bench-meter-" + run, folder.resolve("meter"), MeteringMain.class, Map.of())) {
                    measure(meter, topics, usage, cpu, speed);
                }
                plan.progress().accept("run " + run + ": PASS_THROUGH");
                try (Application pass = Application.start(
                        bed.cluster(),
                        "bench-pass-pairs-" + run,
                        folder.resolve("pass"),
                        PassThroughMain.class,
                        Map.of("inputs", String.join(",", topics), "output", bed.name(Topics.COMPLETIONS)))) {
                    measure(pass, topics, usage, passedCpu, passedSpeed);
                }
            }
        }
        plan.figures().add(new Figure(NAME, "pairs per CPU second", cpu, "PASS_THROUGH", passedCpu, 0.35));
        plan.figures().add(new Figure(NAME, "pairs per second", speed, "PASS_THROUGH", passedSpeed, Double.NaN));
    }

    /** Of the two topics, each record of which but the marks of transactions is half of a pair. */
    private static void measure(
            Application application, Set<String> topics, long pairs, List<Double> cpu, List<Double> speed)
            throws InterruptedException {
        Application.Mark begin = application.await(topics, (long) (WARM_UP * 2 * pairs));
        Application.Mark end = application.await(topics, 2 * pairs);
        cpu.add(end.recordsPerCpuSecond(begin) / 2);
        speed.add(end.recordsPerSecond(begin) / 2);
    }
}
