package dev.turnpike.gateway.kafka;

import dev.turnpike.schemas.registry.RegistryException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that reads partitions for as long as the door is open, whatever becomes of brokers and registry meanwhile. */
final class Follower implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final long PAUSE_MILLIS = 500;

    private final Consumer<byte[], byte[]> consumer;
    private final java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> handler;
    private final Map<TopicPartition, Long> ends;
    private final Thread thread;
    private volatile boolean isOpen = true;
    private volatile boolean hasCaughtUp;

    private Follower(
            String name,
            Consumer<byte[], byte[]> consumer,
            Map<TopicPartition, Long> ends,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> handler) {
        this.consumer = consumer;
        this.ends = ends;
        this.handler = handler;
        this.thread = new Thread(this::run, "gateway-" + name);
        thread.setDaemon(true);
    }

    /**
     * Starts reading.
     *
     * @param fromBeginning whether all that is there is read first, or only what is yet to come
     * @throws KafkaException if the brokers do not answer
     */
    static Follower start(
            String name,
            Consumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            boolean fromBeginning,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> handler) {
        consumer.assign(partitions);
        if (fromBeginning) {
            consumer.seekToBeginning(partitions);
        } else {
            consumer.seekToEnd(partitions);
            // found out now: what is published after this is to be seen
            partitions.forEach(consumer::position);
        }
        Follower follower = new Follower(name, consumer, consumer.endOffsets(partitions), handler);
        follower.thread.start();
        return follower;
    }

    /** Whether it has read all that was there when it began. */
    boolean hasCaughtUp() {
        return hasCaughtUp;
    }

    @Override
    public void close() {
        isOpen = false;
        consumer.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (consumer) {
            while (isOpen) {
                try {
                    consumer.poll(hasCaughtUp ? POLL : Duration.ofMillis(20)).forEach(this::handle);
                    hasCaughtUp = hasCaughtUp
                            || ends.entrySet().stream()
                                    .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
                } catch (WakeupException e) {
                    // closing
                } catch (KafkaException e) {
                    LOG.warn("reading goes on after: {}", e.toString());
                    pause();
                }
            }
        }
    }

    private void handle(ConsumerRecord<byte[], byte[]> record) {
        while (isOpen) {
            try {
                handler.accept(record);
                return;
            } catch (RegistryException e) {
                // nothing is known about the record yet
                LOG.warn("waiting for the registry: {}", e.toString());
                pause();
            } catch (RuntimeException e) {
                LOG.warn("{}-{}@{}: is passed over", record.topic(), record.partition(), record.offset(), e);
                return;
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
