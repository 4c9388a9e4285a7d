package dev.turnpike.streams;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.processor.TaskId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The states that a process is making anew. */
public final class Rebuilds {

    /*
     * A thread has one producer, and so one transaction, for all its tasks. Were a task to read for long after another one has
     * written, the transaction would time out, the thread would lose all its tasks, and the other one would begin again, for
     * ever. So reading begins when a task is started, on a thread of its own, and no task of a thread writes before all of them
     * have read. What is left to happen within a transaction is the writing.
     */

    private static final Logger LOG = LoggerFactory.getLogger(Rebuilds.class);

    private final Map<Thread, Map<TaskId, CompletableFuture<Runnable>>> reading = new ConcurrentHashMap<>();

    /** Begins to read what the state of a task of this thread takes, unless nothing is missing. */
    void begin(TaskId task, Rebuildable state) {
        if (!state.isComplete()) {
            here().computeIfAbsent(task, missing -> read(missing, state));
        }
    }

    /** Makes the state of a task of this thread complete. */
    void finish(TaskId task, Rebuildable state) {
        if (state.isComplete()) {
            return;
        }
        Map<TaskId, CompletableFuture<Runnable>> here = here();
        CompletableFuture<Runnable> mine = here.computeIfAbsent(task, missing -> read(missing, state));
        try {
            here.values().forEach(CompletableFuture::join);
            mine.join().run();
        } catch (CompletionException e) {
            throw new KafkaException("task " + task + ": its state cannot be rebuilt from the topics", e.getCause());
        } finally {
            forget(task);
        }
    }

    /** A task leaves this thread. */
    void forget(TaskId task) {
        Map<TaskId, CompletableFuture<Runnable>> here = here();
        here.remove(task);
        if (here.isEmpty()) {
            reading.remove(Thread.currentThread());
        }
    }

    private Map<TaskId, CompletableFuture<Runnable>> here() {
        return reading.computeIfAbsent(Thread.currentThread(), thread -> new HashMap<>());
    }

    private static CompletableFuture<Runnable> read(TaskId task, Rebuildable state) {
        LOG.info("task {}: has no complete state; it is rebuilt from the topics", task);
        long start = System.nanoTime();
        CompletableFuture<Runnable> read = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try {
                        read.complete(state.read());
                        LOG.info(
                                "task {}: read what its state takes in {} s",
                                task,
                                Duration.ofNanos(System.nanoTime() - start).toSeconds());
                    } catch (RuntimeException e) {
                        read.completeExceptionally(e);
                    }
                },
                "rebuild-" + task);
        reader.setDaemon(true);
        reader.start();
        return read;
    }
}
