package dev.turnpike.bench;

import dev.turnpike.cluster.ConnectMain;
import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.cluster.SimulatedProvider;
import dev.turnpike.metering.MeteringMain;
import dev.turnpike.router.RouterMain;
import dev.turnpike.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The whole pipeline on this machine: broker and load in this process, router and meter each in its own, and either a provider
 * sink with a provider over HTTP or usage that is published directly. Requests are published as fast as ledger entries come out
 * at the other end, so many being under way. The log is audited afterwards.
 */
final class LoopBenchmark {

    private static final String NAME = "loop";
    private static final int UNDER_WAY = 8_000;
    private static final int BATCH = 200;
    private static final int WARM_UP_SECONDS = 20;

    private final Plan plan;
    private final LocalCluster cluster;
    private final Path dir;
    private final boolean overHttp;

    /** @param overHttp whether a provider is called; otherwise usage is published directly */
    LoopBenchmark(Plan plan, LocalCluster cluster, Path dir, boolean overHttp) {
        this.plan = plan;
        this.cluster = cluster;
        this.dir = dir;
        this.overHttp = overHttp;
    }

    void run() throws InterruptedException {
        List<AutoCloseable> parts = new ArrayList<>();
        try (TestBed bed = new TestBed(cluster);
                Latency counted = new Latency(cluster, bed.name(Topics.BUDGETS))) {
            bed.publishTables();
            List<Application> applications = new ArrayList<>();
            applications.add(
                    Application.start(cluster, "turnpike-router", dir.resolve("router"), RouterMain.class, Map.of()));
            applications.add(
                    Application.start(cluster, "turnpike-meter", dir.resolve("meter"), MeteringMain.class, Map.of()));
            parts.addAll(applications);
            // a hard budget lets nothing in before the meter has said, for each partition, that it counts
            Waiting.until("partitions that are counted", counted::count, () -> TestBed.PARTITIONS);
            if (overHttp) {
                SimulatedProvider provider = SimulatedProvider.start(SimulatedProvider.Options.standard());
                parts.add(provider);
                Application sink = Application.start(
                        cluster,
                        "provider-sink",
                        dir.resolve("sink"),
                        ConnectMain.class,
                        ProviderSink.settings(dir.resolve("sink"), List.of("openai"), provider.url()));
                applications.add(sink);
                parts.add(sink);
            } else {
                parts.add(new UsagePump(bed));
            }
            try (Latency ledger = new Latency(cluster, bed.name(Topics.LEDGER));
                    Latency feedback = new Latency(cluster, bed.name(Topics.BUDGETS))) {
                measure(bed, applications, ledger, feedback);
            }
        } finally {
            Collections.reverse(parts);
            parts.forEach(LoopBenchmark::end);
        }
        plan.audit(cluster);
    }

    private void measure(TestBed bed, List<Application> applications, Latency ledger, Latency feedback)
            throws InterruptedException {
        long published = publish(bed, ledger, 0, WARM_UP_SECONDS);
        feedback.reset();
        long settled = ledger.count();
        Duration cpu = cpu(applications);
        long begin = System.nanoTime();
        long all = publish(bed, ledger, published, plan.seconds());
        double seconds = (System.nanoTime() - begin) / 1e9;
        double cpuSeconds = cpu(applications).minus(cpu).toNanos() / 1e9;
        double requests = ledger.count() - settled;
        String how = overHttp ? ", provider over HTTP" : ", usage published directly";
        print("requests per second" + how, requests / seconds, overHttp ? 2_000 : 5_000);
        print("requests per CPU second, broker and load included" + how, requests / cpuSeconds, Double.NaN);
        print("usage to readable feedback, p50 ms" + how, feedback.percentile(50), Double.NaN);
        print("usage to readable feedback, p99 ms" + how, feedback.percentile(99), Double.NaN);
        plan.progress().accept("waiting for what is under way");
        Waiting.until("requests in the ledger", ledger::count, () -> all);
    }

    /** @return how many are published by now */
    private long publish(TestBed bed, Latency ledger, long before, int seconds) throws InterruptedException {
        long published = before;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long told = System.nanoTime();
        while (System.nanoTime() < end) {
            if (published - ledger.count() > UNDER_WAY) {
                Thread.sleep(5);
            } else {
                bed.publishRequests(BATCH);
                published += BATCH;
            }
            if (System.nanoTime() - told > TimeUnit.SECONDS.toNanos(10)) {
                told = System.nanoTime();
                plan.progress().accept(published + " published, " + ledger.count() + " in the ledger");
            }
        }
        return published;
    }

    private void print(String figure, double value, double target) {
        plan.figures().add(new Figure(NAME, figure, List.of(value), "", List.of(), target));
    }

    private static Duration cpu(List<Application> applications) {
        Duration sum = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        for (Application each : applications) {
            sum = sum.plus(each.cpu());
        }
        return sum;
    }

    private static void end(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            throw new IllegalStateException(part + ": did not end: " + e, e);
        }
    }
}
