package dev.turnpike.sink.provider;

import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Cancellation;
import dev.turnpike.schemas.registry.RegistryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.connect.errors.ConnectException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the cancellations for a task.
 *
 * <p>It reads the whole topic from its beginning: a request may have been cancelled before its dispatch is taken up, or under
 * an executor that has died since. And it reads every partition, since which requests a task executes changes.
 * Cancellations are small, few, and kept for an hour. Whether they are the team's own the router has checked.
 */
final class CancellationReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CancellationReader.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long PAUSE_MS = 500;
    private static final long CAUGHT_UP_WITHIN_SECONDS = 30;

    private final Consumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final Events events;
    private final Cancellations cancellations;
    private final Queue<CompletableFuture<Void>> asking = new ConcurrentLinkedQueue<>();
    private final Thread thread = new Thread(this::run, "provider-sink-cancellations");
    private volatile boolean isOpen = true;

    private CancellationReader(
            Consumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            Events events,
            Cancellations cancellations) {
        this.consumer = consumer;
        this.partitions = partitions;
        this.events = events;
        this.cancellations = cancellations;
        thread.setDaemon(true);
    }

    /**
     * Begins to read.
     *
     * @throws ConnectException if the topic does not exist
     */
    static CancellationReader start(ProviderSinkConfig config, Events events, Cancellations cancellations) {
        String topic = config.topic(Topics.CANCELLED);
        Consumer<byte[], byte[]> consumer = config.consumer();
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(found -> new TopicPartition(topic, found.partition()))
                .toList();
        if (partitions.isEmpty()) {
            consumer.close();
            throw new ConnectException(topic + ": does not exist; run topics create");
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        CancellationReader reader = new CancellationReader(consumer, partitions, events, cancellations);
        reader.thread.start();
        return reader;
    }

    /**
     * Waits until all that is on the topic now has been read.
     *
     * @throws org.apache.kafka.common.errors.TimeoutException if brokers or registry do not answer
     */
    void catchUp() {
        CompletableFuture<Void> reached = new CompletableFuture<>();
        asking.add(reached);
        try {
            reached.get(CAUGHT_UP_WITHIN_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            asking.remove(reached);
            throw new org.apache.kafka.common.errors.TimeoutException(
                    "the cancellations were not read within " + CAUGHT_UP_WITHIN_SECONDS + " s", e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public void close() {
        isOpen = false;
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private void run() {
        List<Waiting> waiting = new ArrayList<>();
        try (consumer) {
            while (isOpen) {
                try {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                        take(record);
                    }
                    answer(waiting);
                } catch (KafkaException e) {
                    LOG.warn("reading cancellations goes on after: {}", e.toString());
                    pause();
                }
            }
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        while (isOpen) {
            try {
                Cancellation read = events.cancellation(record.value());
                if (read == null) {
                    LOG.warn("{}-{} at {}: is no cancellation", record.topic(), record.partition(), record.offset());
                } else {
                    cancellations.add(new Request(read.getTeam(), read.getRequestId()));
                }
                return;
            } catch (RegistryException e) {
                LOG.warn("cancellations wait for the schema registry: {}", e.toString());
                pause();
            }
        }
    }

    private void answer(List<Waiting> waiting) {
        CompletableFuture<Void> next = asking.peek();
        while (next != null) {
            waiting.add(new Waiting(consumer.endOffsets(partitions), next));
            asking.remove(next);
            next = asking.peek();
        }
        waiting.removeIf(one ->
                one.ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())
                        && one.reached.complete(null));
    }

    private void pause() {
        try {
            Thread.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            isOpen = false;
        }
    }

    private record Waiting(Map<TopicPartition, Long> ends, CompletableFuture<Void> reached) {}
}
