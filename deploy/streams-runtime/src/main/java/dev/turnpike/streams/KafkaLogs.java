package dev.turnpike.streams;

import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.schemas.serde.Received;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the topics of a cluster with the connection settings of a stream application, on any number of threads. Its clients stay
 * connected until it is closed, since a rebuild reads many partitions.
 */
public final class KafkaLogs implements Logs, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaLogs.class);
    private static final Duration POLL = Duration.ofMillis(200);
    // a broker answers a fetch of nothing sooner: nothing by then is nothing committed
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long TELL_NANOS = Duration.ofSeconds(10).toNanos();

    private final StreamsSettings settings;
    private final EventSerdes serdes;
    private final StreamsConfig config;
    private final Admin admin;
    /** Those that nobody reads with now. */
    private final Queue<KafkaConsumer<byte[], byte[]>> idle = new ConcurrentLinkedQueue<>();

    public KafkaLogs(StreamsSettings settings) {
        this.settings = settings;
        this.serdes = new EventSerdes(settings.registry());
        this.config = new StreamsConfig(settings.properties());
        this.admin = Admin.create(config.getAdminConfigs(settings.applicationId() + "-rebuild"));
    }

    @Override
    public <V extends SpecificRecord> void read(Topic<V> topic, int partition, From from, Consumer<Entry<V>> reader) {
        TopicPartition read = new TopicPartition(settings.topic(topic), partition);
        // not where open transactions begin, which is what a reader of committed records is told: what one of them is
        // about
        // to commit would be missed
        long end = end(topic, partition);
        Deserializer<Received<V>> values = serdes.received(topic).deserializer();
        reading(read, consumer -> {
            if (!seek(consumer, read, from)) {
                return end;
            }
            long told = System.nanoTime();
            while (consumer.position(read) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(read)) {
                    if (record.offset() < end) {
                        accept(record, values, reader);
                    }
                }
                if (System.nanoTime() - told > TELL_NANOS) {
                    LOG.info("{}: read up to offset {} of {}", read, consumer.position(read), end);
                    told = System.nanoTime();
                }
            }
            return end;
        });
    }

    @Override
    public <V extends SpecificRecord> long read(
            Topic<V> topic, int partition, long from, long until, int most, Consumer<Entry<V>> reader) {
        TopicPartition read = new TopicPartition(settings.topic(topic), partition);
        Deserializer<Received<V>> values = serdes.received(topic).deserializer();
        return reading(read, consumer -> {
            consumer.seek(read, from);
            long next = from;
            int taken = 0;
            while (next < until) {
                for (ConsumerRecord<byte[], byte[]> record :
                        consumer.poll(PATIENCE).records(read)) {
                    if (record.offset() >= until || taken == most) {
                        return Math.min(until, record.offset());
                    }
                    accept(record, values, reader);
                    taken++;
                }
                long reached = consumer.position(read);
                if (reached == next) {
                    return next;
                }
                next = reached;
            }
            return next;
        });
    }

    @Override
    public long first(Topic<?> topic, int partition, long timestamp) {
        long first =
                offsets(topic, partition, OffsetSpec.forTimestamp(timestamp)).offset();
        return first < 0 ? end(topic, partition) : first;
    }

    @Override
    public long newest(Topic<?> topic, int partition) {
        return offsets(topic, partition, OffsetSpec.maxTimestamp()).timestamp();
    }

    @Override
    public long end(Topic<?> topic, int partition) {
        return offsets(topic, partition, OffsetSpec.latest()).offset();
    }

    @Override
    public long committed(Topic<?> topic, int partition) {
        TopicPartition of = new TopicPartition(settings.topic(topic), partition);
        // an instance that died may have left a transaction that is still to be committed or aborted
        var stable = new ListConsumerGroupOffsetsOptions().requireStable(true);
        Map<TopicPartition, OffsetAndMetadata> offsets = ask(
                of,
                admin.listConsumerGroupOffsets(settings.applicationId(), stable).partitionsToOffsetAndMetadata());
        OffsetAndMetadata committed = offsets.get(of);
        return committed == null ? 0 : committed.offset();
    }

    /** When nobody reads any more. */
    @Override
    public void close() {
        idle.forEach(KafkaConsumer::close);
        idle.clear();
        admin.close();
    }

    /** Whether there is anything to be read from there on. */
    private static boolean seek(KafkaConsumer<byte[], byte[]> consumer, TopicPartition read, From from) {
        if (from.timestamp() <= 0) {
            consumer.seekToBeginning(List.of(read));
            return true;
        }
        OffsetAndTimestamp first =
                consumer.offsetsForTimes(Map.of(read, from.timestamp())).get(read);
        long offset = Math.min(first == null ? Long.MAX_VALUE : first.offset(), from.offset());
        if (offset == Long.MAX_VALUE) {
            return false;
        }
        // an offset that is no longer kept means the beginning: so are the consumer's resets set
        consumer.seek(read, offset);
        return true;
    }

    private static <V extends SpecificRecord> void accept(
            ConsumerRecord<byte[], byte[]> record, Deserializer<Received<V>> values, Consumer<Entry<V>> reader) {
        V value = null;
        if (record.value() != null) {
            Received<V> received = values.deserialize(record.topic(), record.headers(), record.value());
            value = received.value();
            if (value == null) {
                LOG.warn(
                        "{}-{} offset {}: passed over, {}",
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        received.detail());
                return;
            }
        }
        String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        reader.accept(new Entry<>(key, value, record.offset(), record.timestamp()));
    }

    /** One that failed is not used again. */
    private long reading(TopicPartition read, ToLongFunction<KafkaConsumer<byte[], byte[]>> reader) {
        KafkaConsumer<byte[], byte[]> waiting = idle.poll();
        KafkaConsumer<byte[], byte[]> consumer = waiting == null ? consumer() : waiting;
        boolean done = false;
        try {
            consumer.assign(List.of(read));
            long next = reader.applyAsLong(consumer);
            consumer.unsubscribe();
            done = true;
            return next;
        } finally {
            if (done) {
                idle.add(consumer);
            } else {
                consumer.close();
            }
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        // the client settings of a store's restoration are those of a reader without a group
        Map<String, Object> client = config.getRestoreConsumerConfigs(settings.applicationId() + "-rebuild");
        client.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        client.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private ListOffsetsResultInfo offsets(Topic<?> topic, int partition, OffsetSpec which) {
        TopicPartition of = new TopicPartition(settings.topic(topic), partition);
        return ask(of, admin.listOffsets(Map.of(of, which)).partitionResult(of));
    }

    private static <T> T ask(TopicPartition of, KafkaFuture<T> answer) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new KafkaException(of + ": its offsets cannot be asked for: " + message(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while asking for offsets", e);
        }
    }

    private static @Nullable String message(@Nullable Throwable cause) {
        return cause == null ? null : cause.getMessage();
    }
}
