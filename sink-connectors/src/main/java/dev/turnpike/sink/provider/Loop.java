package dev.turnpike.sink.provider;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that does everything that must happen in order. Other threads tell it what happened; it takes all that is there
 * at a time, and commits the journal once for all that follows from it.
 */
final class Loop {

    private static final int MOST_EVENTS = 2_000;
    private static final long LONGEST_WAIT_MS = 1_000;
    private static final long LAST_COMMIT_MS = 4_000;

    private final Journal journal;
    private final InstantSource clock;
    private final Thread thread;

    private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparing(Due::at));
    private volatile @Nullable Instant end;
    private volatile @Nullable Throwable failure;

    /**
     * @param opening runs first, once the journal is open
     * @param isBusy whether there is something worth waiting for when the loop is to close
     * @param ending runs last
     */
    Loop(String name, Journal journal, InstantSource clock, Runnable opening, BooleanSupplier isBusy, Runnable ending) {
        this.journal = journal;
        this.clock = clock;
        this.thread = new Thread(() -> run(opening, isBusy, ending), name);
    }

    void start() {
        thread.start();
    }

    /** Something happened; from any thread. */
    void tell(Runnable event) {
        inbox.add(event);
    }

    /** Something is to happen at a time; from the loop's own thread. */
    void at(Instant time, Runnable event) {
        due.add(new Due(time, event));
    }

    /** Why it stopped; null while it works and after it was closed. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    boolean isClosing() {
        return end != null;
    }

    /** It is to close when it is no longer busy, at the latest at an instant. */
    void closeBy(Instant latest) {
        end = latest;
        tell(() -> {});
    }

    /** Waits until it has closed, which takes no longer than it was given and a last commit. */
    void awaitClosed() throws InterruptedException {
        Instant latest = end == null ? clock.instant() : end;
        thread.join(Math.max(0, Duration.between(clock.instant(), latest).toMillis()) + LAST_COMMIT_MS);
        if (thread.isAlive()) {
            // the broker does not answer
            thread.interrupt();
            thread.join();
        }
    }

    private void run(Runnable opening, BooleanSupplier isBusy, Runnable ending) {
        try {
            journal.open();
            opening.run();
            while (!isOver(isBusy)) {
                handleEvents();
                journal.commit();
            }
        } catch (Throwable e) {
            failure = e;
        } finally {
            ending.run();
            // an interrupted thread cannot close a producer
            Thread.interrupted();
            journal.close();
        }
    }

    private boolean isOver(BooleanSupplier isBusy) {
        Instant latest = end;
        return latest != null
                && journal.isEmpty()
                && (!isBusy.getAsBoolean() || !clock.instant().isBefore(latest));
    }

    private void handleEvents() throws InterruptedException {
        List<Runnable> events = new ArrayList<>();
        Runnable first = inbox.poll(patienceMs(), TimeUnit.MILLISECONDS);
        if (first != null) {
            events.add(first);
            inbox.drainTo(events, MOST_EVENTS);
        }
        events.forEach(Runnable::run);
        Instant now = clock.instant();
        while (!due.isEmpty() && !due.element().at().isAfter(now)) {
            due.remove().event().run();
        }
    }

    private long patienceMs() {
        if (!journal.isEmpty()) {
            return 0;
        }
        Instant now = clock.instant();
        if (due.isEmpty() || due.element().at().isAfter(now.plusMillis(LONGEST_WAIT_MS))) {
            return LONGEST_WAIT_MS;
        }
        return Math.max(0, Duration.between(now, due.element().at()).toMillis()) + 1;
    }

    private record Due(Instant at, Runnable event) {}
}
