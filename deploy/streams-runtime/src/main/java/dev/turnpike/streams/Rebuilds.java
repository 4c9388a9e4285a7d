package dev.turnpike.streams;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.processor.TaskId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The states that a process is making anew.
 *
 * @param <R> what is read for one
 */
public final class Rebuilds<R> {

    /*
     * A stream thread has one transaction for all its tasks. A task that waits for what it reads may keep another one's transaction
     * open for so long that it is aborted, and all tasks of the thread begin again. So reading goes on beside the thread, and
     * what was read is kept until it is known to be committed: the second time nobody waits. It stays true meanwhile, since
     * nothing is decided or booked for a partition whose state is not complete.
     */

    private static final Logger LOG = LoggerFactory.getLogger(Rebuilds.class);

    private final Map<TaskId, CompletableFuture<R>> reading = new ConcurrentHashMap<>();

    /** Begins to read what the state of a task takes, unless nothing is missing. */
    void begin(TaskId task, Rebuildable<R> state) {
        if (state.isComplete()) {
            forget(task);
        } else {
            reading.computeIfAbsent(task, missing -> read(missing, state));
        }
    }

    /**
     * Makes the state of a task complete.
     *
     * @return whether there was anything to do
     */
    boolean finish(TaskId task, Rebuildable<R> state) {
        if (state.isComplete()) {
            return false;
        }
        try {
            R read = reading.computeIfAbsent(task, missing -> read(missing, state))
                    .join();
            state.write(read);
            return true;
        } catch (CompletionException e) {
            forget(task);
            throw new KafkaException("task " + task + ": its state cannot be rebuilt from the topics", e.getCause());
        }
    }

    /** What was read for a task is committed. */
    void forget(TaskId task) {
        reading.remove(task);
    }

    private static <R> CompletableFuture<R> read(TaskId task, Rebuildable<R> state) {
        LOG.info("task {}: has no complete state; it is rebuilt from the topics", task);
        long start = System.nanoTime();
        CompletableFuture<R> read = new CompletableFuture<>();
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
