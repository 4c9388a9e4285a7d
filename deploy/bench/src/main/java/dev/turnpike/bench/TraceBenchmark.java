package dev.turnpike.bench;

import dev.turnpike.cluster.ConnectMain;
import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.cluster.SimulatedProvider;
import dev.turnpike.metering.MeteringMain;
import dev.turnpike.router.RouterMain;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Rejection;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Requests of a recording at 1, 10 and 100 times their speed through the whole pipeline, with a provider over HTTP that takes as
 * long as the recording says: how many are refused and why, how long a decision takes, and that none is lost. The log is audited
 * afterwards.
 */
final class TraceBenchmark {

    private static final String NAME = "trace";
    private static final List<Integer> SPEEDS = List.of(1, 10, 100);
    private static final int WARM_UP_SPEED = 10;

    private final Plan plan;
    private final LocalCluster cluster;
    private final Path dir;
    private final Recording recording;
    private final Map<String, Long> refused = new TreeMap<>();
    private int published;

    TraceBenchmark(Plan plan, LocalCluster cluster, Path dir, Recording recording) {
        this.plan = plan;
        this.cluster = cluster;
        this.dir = dir;
        this.recording = recording;
    }

    void run() throws InterruptedException {
        recording.publishTables(cluster.bootstrapServers(), cluster.registryUrl(), cluster.topicsPrefix());
        try (TestBed bed = new TestBed(cluster);
                SimulatedProvider provider = SimulatedProvider.start(SimulatedProvider.Options.standard());
                Latency counting = new Latency(cluster, bed.name(Topics.BUDGETS));
                Application router = start("turnpike-router", RouterMain.class, Map.of());
                Application meter = start("turnpike-meter", MeteringMain.class, Map.of());
                Application sink = start(
                        "provider-sink",
                        ConnectMain.class,
                        ProviderSink.settings(dir.resolve("provider-sink"), recording.providers(), provider.url()));
                Latency dispatched = new Latency(cluster, bed.name(Topics.DISPATCHES));
                Latency rejected = new Latency(cluster, bed.name(Topics.REJECTIONS));
                Latency ledger = new Latency(cluster, bed.name(Topics.LEDGER))) {
            // a hard budget lets nothing in before the meter has said, for each partition, that it counts
            Waiting.until("partitions that are counted", counting::count, () -> TestBed.PARTITIONS);
            // code is compiled while it is used
            replay(bed, WARM_UP_SPEED, dispatched, rejected, ledger);
            refusals(bed);
            for (int speed : SPEEDS) {
                measure(bed, speed, dispatched, rejected, ledger);
            }
        }
        plan.audit(cluster);
    }

    private void measure(TestBed bed, int speed, Latency dispatched, Latency rejected, Latency ledger)
            throws InterruptedException {
        int asked = replay(bed, speed, dispatched, rejected, ledger);
        String at = " at " + speed + "x";
        add("requests" + at, asked);
        refusals(bed).forEach((code, count) -> add("refused, " + code + at, count));
        add("lost" + at, asked - dispatched.count() - rejected.count());
        add("publish to dispatch, p50 ms" + at, dispatched.percentile(50));
        add("publish to dispatch, p99 ms" + at, dispatched.percentile(99));
        add("usage to ledger, p50 ms" + at, ledger.percentile(50));
        add("usage to ledger, p99 ms" + at, ledger.percentile(99));
    }

    /** @return how many requests there were */
    private int replay(TestBed bed, int speed, Latency dispatched, Latency rejected, Latency ledger)
            throws InterruptedException {
        dispatched.reset();
        rejected.reset();
        ledger.reset();
        int before = published;
        plan.progress().accept("replaying at " + speed + " times the speed");
        publish(bed, speed);
        int asked = published - before;
        plan.progress().accept(asked + " published; waiting for what is under way");
        Waiting.until("decisions", dispatched::count, () -> asked - rejected.count());
        Waiting.until("ledger entries", ledger::count, dispatched::count);
        return asked;
    }

    private void publish(TestBed bed, int speed) {
        long begin = System.nanoTime();
        long length = recording.after(recording.size() - 1).plusSeconds(1).toNanos() / speed;
        int first = published;
        while (true) {
            int number = published - first;
            long due = number / recording.size() * length
                    + recording.after(number % recording.size()).toNanos() / speed;
            if (due > TimeUnit.SECONDS.toNanos(plan.seconds())) {
                bed.producer().flush();
                return;
            }
            for (long wait = begin + due - System.nanoTime(); wait > 0; wait = begin + due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            var request = recording.request(published);
            bed.send(Topics.REQUESTS, request.getTeam(), request);
            published++;
        }
    }

    /** Refusals by their codes since this was asked last. */
    private Map<String, Long> refusals(TestBed bed) {
        Deserializer<Rejection> rejections =
                bed.serdes().avro(Topics.REJECTIONS).deserializer();
        Map<String, Long> all = new TreeMap<>();
        cluster.committed(Topics.REJECTIONS)
                .forEach(each -> all.merge(
                        rejections.deserialize(each.topic(), each.value()).getCode(), 1L, Long::sum));
        Map<String, Long> since = new TreeMap<>();
        all.forEach((code, count) -> since.put(code, count - refused.getOrDefault(code, 0L)));
        refused.putAll(all);
        return since;
    }

    private Application start(String id, Class<?> main, Map<String, String> settings) {
        return Application.start(cluster, id, dir.resolve(id), main, settings);
    }

    private void add(String figure, double value) {
        plan.figures().add(Figure.alone(NAME, figure, value));
    }
}
