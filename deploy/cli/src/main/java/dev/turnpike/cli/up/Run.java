package dev.turnpike.cli.up;

import dev.turnpike.cli.audit.Audit;
import dev.turnpike.cli.audit.Report;
import dev.turnpike.cli.demo.DemoDocuments;
import dev.turnpike.cli.demo.Replay;
import dev.turnpike.cli.demo.Trace;
import dev.turnpike.cli.key.AccessKeys;
import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.LogFile;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cli.publish.Publisher;
import dev.turnpike.cli.up.Watch.Count;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One life of {@code turnpike up}: start, traffic, drain, audit, summary, end. */
public final class Run {

    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(5);
    private static final Duration DRAIN_AT_MOST = Duration.ofSeconds(60);

    // whose key is shown
    private static final String DEMO_TEAM = "search";
    private static final String DEMO_USER = "demo";

    private final InstantSource clock = InstantSource.system();
    private final long began = System.nanoTime();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final PrintWriter out;
    private final Consumer<Report> printer;
    private final @Nullable Path dataDir;
    private final Ports ports;
    private final @Nullable Trace trace;
    private final double rate;
    private final @Nullable Duration duration;

    /** Where to listen; 0 for a free port. */
    public record Ports(int api, int kafka, int registry) {}

    /**
     * @param dataDir where everything is kept; null: in a temporary folder that is deleted at the end
     * @param trace what to replay; null: nothing
     * @param rate speed of the replay against its recording
     * @param duration when to end; null: when the process is told to
     * @param printer shows what the audit found
     */
    public Run(
            PrintWriter out,
            @Nullable Path dataDir,
            Ports ports,
            @Nullable Trace trace,
            double rate,
            @Nullable Duration duration,
            Consumer<Report> printer) {
        this.out = out;
        this.printer = printer;
        this.dataDir = dataDir;
        this.ports = ports;
        this.trace = trace;
        this.rate = rate;
        this.duration = duration;
    }

    /** Runs until the time is over or the process is told to end; whether the audit found every law kept. */
    public boolean execute() throws InterruptedException {
        // Ctrl-C ends the run in order; the JVM waits for this thread, which waits for the run
        Thread onSignal = new Thread(this::stopAndWait, "up-on-signal");
        Runtime.getRuntime().addShutdownHook(onSignal);
        Path dir = dataDir == null ? temporary() : created(dataDir);
        try (LogFile log = LogFile.open(dir.resolve("turnpike.log"));
                LocalSystem system = LocalSystem.start(
                        dir,
                        ports.api(),
                        ports.kafka(),
                        ports.registry(),
                        this::say,
                        this::publishDocuments,
                        DemoDocuments.PROVIDERS)) {
            return run(system);
        } finally {
            if (dataDir == null) {
                delete(dir);
            }
            ended.countDown();
            if (stop.getCount() > 0) {
                Runtime.getRuntime().removeShutdownHook(onSignal);
            }
        }
    }

    private boolean run(LocalSystem system) throws InterruptedException {
        Cluster cluster = system.cluster();
        try (TopicLog log = TopicLog.open(cluster);
                Publisher publisher = new Publisher(cluster, log.serdes());
                Watch watch = Watch.start(log, clock, this::say)) {
            Map<String, Long> deadLettersBefore = deadLetters(log);
            tellWhereToLook(system.addresses(), system.token());
            tellHowToAsk(system.addresses(), new AccessKeys(cluster, log.serdes()), log);
            Thread traffic = traffic(publisher);
            traffic.start();
            watchUntilTheEnd(publisher, watch);
            traffic.interrupt();
            traffic.join();
            publisher.flush();
            drain(publisher, watch);
            say("auditing the log");
            Report report = Audit.of(cluster, Audit.Scope.whole());
            out.println();
            Summary.print(out, watch, requests(publisher), since(deadLettersBefore, deadLetters(log)));
            out.println();
            printer.accept(report);
            out.flush();
            return report.holds();
        }
    }

    private void tellWhereToLook(LocalSystem.Addresses addresses, LocalSystem.Token token) {
        say("ready");
        out.println();
        // behind the #, where the browser keeps it: no server sees it, no log has it
        out.println(
                "  console   " + addresses.api() + '/' + (token.secret() == null ? "" : "#token=" + token.secret()));
        if (token.secret() != null) {
            out.println("  token     " + token.secret() + "  (for edits, in the console or as authorization: Bearer)");
        }
        out.println("  API       " + addresses.api() + "/api/v1/teams");
        out.println("  metrics   " + addresses.api() + "/metrics");
        out.println("  Kafka     " + addresses.bootstrapServers());
        out.println("  registry  " + addresses.registry());
        out.println("  topics    " + Topics.REQUESTS.name(Topics.DEFAULT_PREFIX) + ", "
                + Topics.DISPATCHES.name(Topics.DEFAULT_PREFIX) + ", " + Topics.REJECTIONS.name(Topics.DEFAULT_PREFIX)
                + ", " + Topics.USAGE.name(Topics.DEFAULT_PREFIX) + ", " + Topics.LEDGER.name(Topics.DEFAULT_PREFIX)
                + ", " + Topics.SPEND.name(Topics.DEFAULT_PREFIX) + ", " + Topics.ALERTS.name(Topics.DEFAULT_PREFIX)
                + " ...");
        out.println();
        out.flush();
    }

    private void tellHowToAsk(LocalSystem.Addresses addresses, AccessKeys keys, TopicLog log) {
        String url = addresses.api() + "/v1";
        if (trace == null) {
            out.println("  Any OpenAI client: base URL " + url + ", key from turnpike keys create TEAM");
        } else {
            // one at a time: that of the run before was shown to nobody who still needs it
            keys.revoke(AccessKeys.of(log, DEMO_TEAM, DEMO_USER));
            String key = keys.create(DEMO_TEAM, DEMO_USER, clock.instant()).secret();
            out.println("  Any OpenAI client: OPENAI_BASE_URL=" + url + " OPENAI_API_KEY=" + key);
            out.println();
            out.println("  curl " + url + "/chat/completions -H 'authorization: Bearer " + key + "' \\");
            out.println("    -d '{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}'");
        }
        out.println();
        out.flush();
    }

    /** Before the applications start, so that the first request finds policies and prices in force. */
    private void publishDocuments(Cluster cluster) {
        if (trace == null) {
            return;
        }
        say("publishing the demo's catalog and policies");
        DemoDocuments.publish(cluster);
    }

    private Thread traffic(Publisher publisher) {
        Thread thread = new Thread(
                () -> {
                    if (trace != null) {
                        Replay.prelude(publisher, clock);
                        Replay.requests(publisher, clock, trace, rate);
                    }
                },
                "demo-traffic");
        thread.setDaemon(true);
        return thread;
    }

    private long requests(Publisher publisher) {
        return trace == null ? publisher.accepted() : publisher.accepted() - Replay.OTHER_RECORDS;
    }

    private void watchUntilTheEnd(Publisher publisher, Watch watch) throws InterruptedException {
        long end = duration == null ? Long.MAX_VALUE : System.nanoTime() + duration.toNanos();
        while (System.nanoTime() < end) {
            long left = Math.min(PROGRESS_EVERY.toNanos(), end - System.nanoTime());
            if (stop.await(left, TimeUnit.NANOSECONDS)) {
                return;
            }
            say(String.format(
                    Locale.ROOT,
                    "%,d requests, %,d dispatched, %,d rejected, %,d finished, %s spent, %,d alerts",
                    Math.max(0, requests(publisher)),
                    watch.count(Count.DISPATCHED),
                    watch.count(Count.REJECTED),
                    watch.count(Count.FINISHED),
                    Money.display(watch.count(Count.SPENT)),
                    watch.count(Count.ALERTS)));
        }
    }

    /** Waits until everything that was published is decided, executed and booked. */
    private void drain(Publisher publisher, Watch watch) throws InterruptedException {
        if (trace == null) {
            return;
        }
        say("no more traffic; finishing what is under way");
        long end = System.nanoTime() + DRAIN_AT_MOST.toNanos();
        while (System.nanoTime() < end
                && (watch.decided() < requests(publisher)
                        || watch.count(Count.FINISHED) < watch.count(Count.DISPATCHED))) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        // the meter's turn comes after the last usage report
        TimeUnit.SECONDS.sleep(1);
    }

    private static Map<String, Long> deadLetters(TopicLog log) {
        Map<String, Long> reasons = new TreeMap<>();
        log.scan(Topics.DEAD_LETTERS, record -> {
            DeadLetter letter = DeadLetter.of(record.headers());
            reasons.merge(letter == null ? "unknown" : letter.reason() + " in " + letter.topic(), 1L, Long::sum);
        });
        return reasons;
    }

    private static Map<String, Long> since(Map<String, Long> before, Map<String, Long> now) {
        Map<String, Long> since = new TreeMap<>(now);
        before.forEach((reason, count) ->
                since.computeIfPresent(reason, (same, all) -> all.equals(count) ? null : Long.valueOf(all - count)));
        return since;
    }

    private synchronized void say(String line) {
        out.printf(Locale.ROOT, "%6.1fs  %s%n", (System.nanoTime() - began) / 1e9, line);
        out.flush();
    }

    private void stopAndWait() {
        stop.countDown();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("turnpike-up-");
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary folder can be made: " + e.getMessage(), e);
        }
    }

    private static Path created(Path dir) {
        try {
            return Files.createDirectories(dir);
        } catch (IOException e) {
            throw new IllegalArgumentException("--data-dir " + dir + ": cannot be made; choose another folder", e);
        }
    }

    private static void delete(Path dir) {
        try (Stream<Path> files = Files.walk(dir)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
