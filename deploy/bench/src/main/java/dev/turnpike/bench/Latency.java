package dev.turnpike.bench;

import dev.turnpike.cluster.LocalCluster;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How long after its input's broker time a record of an output topic can be read by those who wait for transactions. Broker and
 * reader have the same clock; the resolution is a millisecond.
 */
final class Latency implements AutoCloseable {

    private static final int MOST = 10_000_000;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread = new Thread(this::read, "latency");
    private long[] millis = new long[1 << 16];
    private int count;
    private volatile boolean open = true;

    /** Begins at the end of the topic. */
    Latency(LocalCluster cluster, String topic) {
        consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        cluster.bootstrapServers(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                        5),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(each -> new TopicPartition(topic, each.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        thread.setDaemon(true);
        thread.start();
    }

    /** Milliseconds below which this share of the records was. */
    synchronized double percentile(double percent) {
        if (count == 0) {
            return Double.NaN;
        }
        long[] sorted = Arrays.copyOf(millis, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(count - 1L, (long) (count * percent / 100))];
    }

    /** Forgets what was measured so far. */
    synchronized void reset() {
        count = 0;
    }

    synchronized int count() {
        return count;
    }

    @Override
    public void close() throws InterruptedException {
        open = false;
        thread.join();
        consumer.close();
    }

    private void read() {
        while (open) {
            var records = consumer.poll(Duration.ofMillis(50));
            long now = System.currentTimeMillis();
            synchronized (this) {
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    add(now - record.timestamp());
                }
            }
        }
    }

    private void add(long value) {
        if (count == millis.length && count < MOST) {
            millis = Arrays.copyOf(millis, 2 * count);
        }
        if (count < millis.length) {
            millis[count++] = value;
        }
    }
}
