package dev.turnpike.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls of a rival for a time over several connections: as fast as it answers, or at a rate. At a rate the time that a call takes
 * counts from when it was due, so that a stall is seen by all who would have called during it.
 *
 * @param connections each with a thread
 * @param depth how many calls a connection has under way at once
 */
record Calls(int connections, int depth) {

    static final double UNLIMITED = Double.POSITIVE_INFINITY;
    private static final double NANOS = 1e9;

    /**
     * What came of it.
     *
     * @param perCpuSecond of server and callers together
     */
    record Result(long asked, long admitted, double perSecond, double perCpuSecond, long[] sortedNanos) {

        double percentileMillis(double percent) {
            int place = (int) Math.min(sortedNanos.length - 1L, (long) (sortedNanos.length * percent / 100));
            return sortedNanos[place] / 1e6;
        }
    }

    Result run(Rival rival, int teams, double rate, Duration time) throws InterruptedException {
        List<Rival.Caller> callers = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            for (int i = 0; i < connections; i++) {
                callers.add(rival.caller());
            }
            double cpu = cpuSeconds(rival);
            long begin = System.nanoTime();
            AtomicLong taken = new AtomicLong();
            List<Callable<Told>> work = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                Rival.Caller caller = callers.get(i);
                SplittableRandom random = new SplittableRandom(i);
                work.add(() -> call(caller, random, teams, taken, rate, begin, begin + time.toNanos()));
            }
            long admitted = 0;
            List<long[]> nanos = new ArrayList<>();
            for (Future<Told> each : threads.invokeAll(work)) {
                Told told = each.get();
                admitted += told.admitted;
                nanos.add(Arrays.copyOf(told.nanos, told.count));
            }
            double seconds = (System.nanoTime() - begin) / NANOS;
            double used = cpuSeconds(rival) - cpu;
            long[] sorted =
                    nanos.stream().flatMapToLong(Arrays::stream).sorted().toArray();
            return new Result(sorted.length, admitted, sorted.length / seconds, sorted.length / used, sorted);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a call failed: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
            callers.forEach(Rival.Caller::close);
        }
    }

    private static final class Told {

        private long admitted;
        private long[] nanos = new long[1 << 12];
        private int count;

        void add(long value) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = value;
        }
    }

    private Told call(
            Rival.Caller caller,
            SplittableRandom random,
            int teams,
            AtomicLong taken,
            double rate,
            long begin,
            long end) {
        Told told = new Told();
        int[] asked = new int[depth];
        long now = System.nanoTime();
        while (now < end) {
            long first = taken.get();
            long due = rate == UNLIMITED ? Long.MAX_VALUE : (long) ((now - begin) / NANOS * rate);
            int count = (int) Math.min(depth, due - first);
            if (count <= 0) {
                LockSupport.parkNanos(begin + (long) ((first + 1) / rate * NANOS) - now);
            } else if (taken.compareAndSet(first, first + count)) {
                for (int i = 0; i < count; i++) {
                    asked[i] = random.nextInt(teams);
                }
                told.admitted += caller.admit(asked, count);
                long answered = System.nanoTime();
                for (int i = 0; i < count; i++) {
                    long since = rate == UNLIMITED ? now : begin + (long) ((first + i) / rate * NANOS);
                    told.add(answered - since);
                }
            }
            now = System.nanoTime();
        }
        return told;
    }

    private static double cpuSeconds(Rival rival) {
        Duration own = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        return own.plus(rival.cpu()).toNanos() / NANOS;
    }
}
