package dev.turnpike.router.processor;

import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.schemas.serde.Received;
import dev.turnpike.schemas.serde.Shown;
import java.nio.charset.StandardCharsets;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a global table. A record that is not understood is logged, counted and passed over, and what was known before stays:
 * the dead-letter settings of Kafka Streams do not cover global tables, and one bad record must not stop every team.
 */
public final class UpdateTableProcessor<V extends SpecificRecord>
        implements Processor<byte[], byte @Nullable [], Void, Void> {

    private static final Logger LOG = LoggerFactory.getLogger(UpdateTableProcessor.class);

    private final Topic<V> topic;
    private final Deserializer<Received<V>> values;
    private final Table<V> table;
    private final RouterMetrics metrics;
    private @Nullable ProcessorContext<Void, Void> context;

    /** What follows from a topic. */
    public interface Table<V> {

        /** Takes over the newest value of a key; null: a tombstone. */
        void put(String key, @Nullable V value, long offset);
    }

    private UpdateTableProcessor(
            Topic<V> topic, Deserializer<Received<V>> values, Table<V> table, RouterMetrics metrics) {
        this.topic = topic;
        this.values = values;
        this.table = table;
        this.metrics = metrics;
    }

    /**
     * Follows a topic.
     *
     * @param table is told of each record
     */
    public static <V extends SpecificRecord> ProcessorSupplier<byte[], byte @Nullable [], Void, Void> supplier(
            Topic<V> topic, EventSerdes serdes, Table<V> table, RouterMetrics metrics) {
        return () -> new UpdateTableProcessor<>(topic, serdes.received(topic).deserializer(), table, metrics);
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        this.context = context;
    }

    @Override
    public void process(Record<byte[], byte @Nullable []> record) {
        if (record.key() == null) {
            refuse("a record without a key");
            return;
        }
        String key = new String(record.key(), StandardCharsets.UTF_8);
        byte[] bytes = record.value();
        if (bytes == null) {
            table.put(key, null, offset());
            return;
        }
        // an unreachable registry throws: that is no fault of the record
        Received<V> received = values.deserialize(topic.suffix(), record.headers(), bytes);
        V value = received.value();
        if (value == null) {
            refuse(key + ": " + received.detail());
            return;
        }
        try {
            table.put(key, value, offset());
        } catch (RuntimeException e) {
            refuse(key + ": " + e.getMessage());
        }
    }

    private long offset() {
        return Started.of(context).recordMetadata().orElseThrow().offset();
    }

    private void refuse(String what) {
        LOG.warn("{}: passed over, what was known before stays: {}", topic.suffix(), Shown.line(what));
        metrics.tableRefused(topic.suffix());
    }
}
