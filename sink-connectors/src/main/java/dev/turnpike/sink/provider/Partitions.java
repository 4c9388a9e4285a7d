package dev.turnpike.sink.provider;

import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.registry.RegistryException;
import dev.turnpike.schemas.serde.Received;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The partitions that are assigned to a task, each with its executor. Used by the task's thread. */
final class Partitions {

    private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);
    private static final long LOOK_AGAIN_MS = 20;

    private final Events events;
    private final IntFunction<PartitionExecutor> executors;
    private final int mostUnfinished;
    private final Duration grace;
    private final InstantSource clock;
    private final Map<TopicPartition, PartitionExecutor> open = new HashMap<>();
    private final Set<TopicPartition> paused = new HashSet<>();

    /** @param executors makes the executor of a partition */
    Partitions(
            Events events,
            IntFunction<PartitionExecutor> executors,
            int mostUnfinished,
            Duration grace,
            InstantSource clock) {
        this.events = events;
        this.executors = executors;
        this.mostUnfinished = mostUnfinished;
        this.grace = grace;
        this.clock = clock;
    }

    void open(Collection<TopicPartition> assigned) {
        assigned.forEach(this::open);
    }

    /**
     * Hands a record to its partition's executor; one that it has already is passed over.
     *
     * @throws RetriableException if the registry cannot be asked what it holds
     */
    void execute(SinkRecord record) {
        PartitionExecutor executor = open.get(new TopicPartition(record.topic(), record.kafkaPartition()));
        if (executor == null) {
            throw new ConnectException(
                    record.topic() + "-" + record.kafkaPartition() + ": is not assigned to this task");
        }
        Received<Dispatch> received;
        try {
            received = events.dispatch(record);
        } catch (RegistryException e) {
            throw new RetriableException(e.getMessage(), e);
        }
        executor.accept(record, received);
    }

    /** Stops reading partitions of which too much is unfinished, until half of it is done. */
    void holdBack(SinkTaskContext context) {
        open.forEach((partition, executor) -> {
            int unfinished = executor.unfinished();
            if (unfinished >= mostUnfinished && paused.add(partition)) {
                context.pause(partition);
            } else if (unfinished <= mostUnfinished / 2 && paused.remove(partition)) {
                context.resume(partition);
            }
        });
        if (!paused.isEmpty()) {
            context.timeout(LOOK_AGAIN_MS);
        }
    }

    /**
     * Replaces executors that stopped over what passes, and reads their partitions again from the first unfinished dispatch.
     *
     * @throws ConnectException if one stopped over something else
     */
    void replaceStopped(SinkTaskContext context) {
        for (TopicPartition partition : List.copyOf(open.keySet())) {
            PartitionExecutor executor = executor(partition);
            Throwable failure = executor.failure();
            if (failure == null) {
                continue;
            }
            if (!passes(failure)) {
                throw new ConnectException(partition + ": " + line(failure), failure);
            }
            LOG.warn("{}: taken up again after {}", partition, line(failure));
            if (executor.firstUnfinished() != Offsets.NONE) {
                context.offset(partition, executor.firstUnfinished());
            }
            open(partition);
        }
    }

    /** Up to where everything is finished. */
    Map<TopicPartition, OffsetAndMetadata> finished() {
        Map<TopicPartition, OffsetAndMetadata> finished = new HashMap<>();
        open.forEach((partition, executor) -> {
            long offset = executor.firstUnfinished();
            if (offset != Offsets.NONE) {
                finished.put(partition, new OffsetAndMetadata(offset));
            }
        });
        return finished;
    }

    /** Gives partitions up: nothing more starts, and open calls may end within the grace. */
    void close(Collection<TopicPartition> revoked) {
        Instant end = clock.instant().plus(grace);
        List<PartitionExecutor> closing =
                revoked.stream().filter(open::containsKey).map(this::executor).toList();
        closing.forEach(executor -> executor.closeBy(end));
        try {
            for (PartitionExecutor executor : closing) {
                executor.awaitClosed();
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        open.keySet().removeAll(revoked);
        paused.removeAll(revoked);
    }

    void close() {
        close(Set.copyOf(open.keySet()));
    }

    private void open(TopicPartition partition) {
        PartitionExecutor executor = executors.apply(partition.partition());
        open.put(partition, executor);
        executor.start();
    }

    private PartitionExecutor executor(TopicPartition partition) {
        PartitionExecutor executor = open.get(partition);
        if (executor == null) {
            throw new IllegalStateException(partition + " is not open");
        }
        return executor;
    }

    /**
     * Whether to begin anew may help. A fenced producer's partition belongs to another, who must not be fenced in turn. Where the
     * broker knows the transaction as ended, whatever it wrote is read back.
     */
    private static boolean passes(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RegistryException
                    || cause instanceof org.apache.kafka.common.errors.RetriableException
                    || cause instanceof InvalidProducerEpochException
                    || cause instanceof InvalidTxnStateException) {
                return true;
            }
        }
        return false;
    }

    private static String line(Throwable failure) {
        return failure.toString().replaceAll("\\s+", " ");
    }
}
