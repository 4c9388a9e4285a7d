package dev.turnpike.sink.provider;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What an executor writes: everything that gathered since the last commit goes into one transaction, and what may only
 * happen once it is written happens after it. Used by one thread.
 */
final class Journal implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Producer<byte[], byte[]> producer;
    private List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    private List<Runnable> afterwards = new ArrayList<>();

    Journal(Producer<byte[], byte[]> producer) {
        this.producer = producer;
    }

    /** Ends whatever another producer of the same transactional id was writing, and its right to write. */
    void open() {
        producer.initTransactions();
    }

    void add(ProducerRecord<byte[], byte[]> record) {
        records.add(record);
    }

    /** Runs once all that was added so far is written. */
    void afterwards(Runnable action) {
        afterwards.add(action);
    }

    boolean isEmpty() {
        return records.isEmpty() && afterwards.isEmpty();
    }

    void commit() {
        List<ProducerRecord<byte[], byte[]>> written = records;
        List<Runnable> next = afterwards;
        records = new ArrayList<>();
        afterwards = new ArrayList<>();
        if (!written.isEmpty()) {
            producer.beginTransaction();
            written.forEach(producer::send);
            producer.commitTransaction();
        }
        next.forEach(Runnable::run);
    }

    @Override
    public void close() {
        producer.close(PATIENCE);
    }
}
