package dev.turnpike.failure;

import dev.turnpike.failure.Fault.Kind;
import dev.turnpike.failure.Instance.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Injects faults at times that are drawn from a seed, each into something that has none at the moment, and takes each back
 * after a while.
 *
 * <p>Kinds come in rounds, each kind once a round in an order that is drawn, so every kind has its share. Two brokers are
 * never hit at the same time: with two of three gone the cluster is down, which proves nothing about budgets. For the same
 * reason nothing more is broken while nothing works at all.
 */
final class Faults {

    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);
    private static final long LOOK_AGAIN_MILLIS = 100;
    private static final int MOST_AT_A_TIME = 3;

    // longer than any session or transaction takes to time out
    private static final long DEAD_NANOS = Duration.ofSeconds(20).toNanos();

    private static final long MOST_NANOS = Duration.ofMinutes(5).toNanos();

    private static final List<Kind> UPGRADE = List.of(Kind.STOP_METER, Kind.STOP_ROUTER, Kind.STOP_SINK);

    private final World world;
    private final LongSupplier lastOutput;
    private final CountDownLatch stop;
    private final SplittableRandom random;
    private final List<Fault> injected = new ArrayList<>();
    private final Set<String> hit = new HashSet<>();
    private final List<Kind> round = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "fault");
        thread.setDaemon(true);
        return thread;
    });

    /** What to do, and what to do when it is over. */
    private record Injury(Step begin, Duration lasts, Step end) {}

    private interface Step {
        void run() throws InterruptedException;
    }

    /**
     * @param lastOutput when something was committed for the last time, by {@link System#nanoTime}
     * @param stop ends the faults early; what is broken is mended as planned
     */
    Faults(World world, LongSupplier lastOutput, CountDownLatch stop, long seed) {
        this.world = world;
        this.lastOutput = lastOutput;
        this.stop = stop;
        this.random = new SplittableRandom(seed);
    }

    /**
     * Injects so many faults spread over a time, longer if they must wait for each other; returns when all are over, and
     * earlier when told to stop.
     */
    void inject(int count, Duration over, Consumer<Fault> tell) throws InterruptedException {
        long began = System.nanoTime();
        long[] times = LongStream.generate(() -> random.nextLong(over.toNanos()))
                .limit(count)
                .sorted()
                .toArray();
        // those that had to wait do not all come at once
        long apart = over.toNanos() / count / 3;
        long last = began;
        for (long time : times) {
            if (isStoppedBefore(Math.max(began + time, last + apart))) {
                break;
            }
            last = System.nanoTime();
            tell.accept(injectNext());
        }
        while (hits() > 0) {
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    /**
     * Stops and starts meters, routers and the sink as an upgrade does: one after another, the next one when the one before is ready and
     * everything works. At least once each, and on until a time is over.
     *
     * @param works whether there has been something new on every partition since a moment, by {@link System#nanoTime}
     */
    void roll(Duration over, LongPredicate works, Consumer<Fault> tell) throws InterruptedException {
        long began = System.nanoTime();
        do {
            for (Kind kind : UPGRADE) {
                for (Instance instance : world.instances(role(kind))) {
                    if (stop.getCount() == 0) {
                        return;
                    }
                    tell.accept(inject(kind, instance.name()));
                    while (hits() > 0) {
                        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
                    }
                    long restarted = System.nanoTime();
                    while (!world.isReady(instance) || !works.test(restarted)) {
                        if (System.nanoTime() - restarted > MOST_NANOS) {
                            throw new IllegalStateException(instance.name() + " does not work "
                                    + Duration.ofNanos(MOST_NANOS).toSeconds() + " s after it was started again");
                        }
                        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
                    }
                }
            }
        } while (System.nanoTime() - began < over.toNanos());
    }

    /** Notes a moment without a fault. */
    synchronized void control() {
        injected.add(new Fault(Kind.CONTROL, "", System.nanoTime()));
    }

    synchronized List<Fault> injected() {
        return List.copyOf(injected);
    }

    /** Waits for a time and until something can be broken; whether it was told to stop meanwhile. */
    private boolean isStoppedBefore(long nanoTime) throws InterruptedException {
        boolean stopped = stop.await(nanoTime - System.nanoTime(), TimeUnit.NANOSECONDS);
        while (!stopped && !mayInject()) {
            stopped = stop.await(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        }
        return stopped;
    }

    private boolean mayInject() {
        return hits() < MOST_AT_A_TIME
                && System.nanoTime() - lastOutput.getAsLong() < DEAD_NANOS
                && !possible().isEmpty();
    }

    /** Kinds that are still due in this round and that something is free for. */
    private List<Kind> possible() {
        if (round.isEmpty()) {
            round.addAll(Arrays.asList(Kind.values()));
            round.remove(Kind.CONTROL);
        }
        return round.stream().filter(kind -> !free(kind).isEmpty()).toList();
    }

    private Fault injectNext() {
        List<Kind> possible = possible();
        Kind kind = possible.get(random.nextInt(possible.size()));
        round.remove(kind);
        List<String> free = free(kind);
        return inject(kind, free.get(random.nextInt(free.size())));
    }

    private synchronized int hits() {
        return hit.size();
    }

    /** What of its kind has no fault now. */
    private synchronized List<String> free(Kind kind) {
        if (kind == Kind.REGISTRY_GONE) {
            return hit.contains("registry") ? List.of() : List.of("registry");
        }
        Role role = kind.role();
        List<String> all = role == null
                ? world.links().stream().map(link -> "link " + link.name()).toList()
                : world.instances(role).stream().map(Instance::name).toList();
        if (role == Role.BROKER && hit.stream().anyMatch(all::contains)) {
            return List.of();
        }
        return all.stream().filter(name -> !hit.contains(name)).toList();
    }

    private Fault inject(Kind kind, String target) {
        Injury injury = injury(kind, target);
        Fault fault = new Fault(kind, target, System.nanoTime());
        synchronized (this) {
            hit.add(target);
            injected.add(fault);
        }
        threads.execute(() -> run(fault, injury));
        return fault;
    }

    private void run(Fault fault, Injury injury) {
        try {
            injury.begin.run();
            TimeUnit.NANOSECONDS.sleep(injury.lasts.toNanos());
            injury.end.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("{} of {} went wrong", fault.kind(), fault.target(), e);
        } finally {
            synchronized (this) {
                hit.remove(fault.target());
            }
        }
    }

    private Injury injury(Kind kind, String target) {
        return switch (kind) {
            case CONTROL -> throw new IllegalArgumentException("no fault");
            case KILL_ROUTER, KILL_METER, KILL_SINK, KILL_BROKER -> {
                Instance instance = instance(kind, target);
                yield new Injury(instance::kill, between(0, 3_000), () -> restart(instance));
            }
            case STOP_ROUTER, STOP_METER, STOP_SINK, STOP_BROKER -> {
                Instance instance = instance(kind, target);
                yield new Injury(instance::stop, between(0, 3_000), () -> restart(instance));
            }
            case FREEZE_ROUTER, FREEZE_METER, FREEZE_SINK -> {
                Instance instance = instance(kind, target);
                // some longer than the session, so that it wakes up when another has its partitions
                Duration time = between(1_000, 12_000);
                yield new Injury(() -> instance.freeze(time), Duration.ZERO, () -> {});
            }
            case FULL_DISK_ROUTER, FULL_DISK_METER -> {
                Instance instance = instance(kind, target);
                yield new Injury(instance::fillDisk, between(2_000, 8_000), instance::freeDisk);
            }
            case FULL_DISK_BROKER -> {
                Instance instance = instance(kind, target);
                yield new Injury(instance::fillDisk, between(2_000, 5_000), () -> {
                    // a broker whose disk has failed takes it for lost until it is started again
                    instance.kill();
                    restart(instance);
                });
            }
            case CUT_LINK -> {
                Link link = link(target);
                yield new Injury(link::cut, between(500, 9_000), link::heal);
            }
            case SLOW_LINK -> {
                Link link = link(target);
                long bytesPerSecond = random.nextLong(20_000, 200_000);
                Duration delay = between(5, 100);
                yield new Injury(() -> link.slow(bytesPerSecond, delay), between(2_000, 10_000), link::heal);
            }
            case REGISTRY_GONE -> new Injury(world::killRegistry, between(1_000, 8_000), world::restartRegistry);
            case CLOCK_BROKER, CLOCK_SINK -> {
                Instance instance = instance(kind, target);
                long offset = random.nextLong(-20_000, 20_000);
                yield new Injury(
                        () -> SteppedClock.set(World.clock(instance), offset), between(1_000, 2_000), () -> {});
            }
        };
    }

    private static void restart(Instance instance) throws InterruptedException {
        instance.start();
        if (instance.role() == Role.BROKER) {
            instance.awaitLine(BrokerMain.SERVES);
            // it has to catch up before another one may go
            TimeUnit.SECONDS.sleep(3);
        }
    }

    private static Role role(Kind kind) {
        Role role = kind.role();
        if (role == null) {
            throw new IllegalArgumentException(kind + " hits no process");
        }
        return role;
    }

    private Instance instance(Kind kind, String name) {
        return world.instances(role(kind)).stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Link link(String target) {
        return world.links().stream()
                .filter(link -> target.equals("link " + link.name()))
                .findFirst()
                .orElseThrow();
    }

    private Duration between(long leastMillis, long mostMillis) {
        return Duration.ofMillis(random.nextLong(leastMillis, mostMillis));
    }
}
