package dev.turnpike.metering.processor;

import dev.turnpike.metering.state.Kept;
import dev.turnpike.metering.state.Table;
import dev.turnpike.schemas.serde.Shown;
import java.util.function.Consumer;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the newest value of each key of a table's topic, and how far the topic has been read. */
@SuppressWarnings("NullAway.Init") // Kafka calls init first
final class KeepTableProcessor<V> extends ContextualProcessor<String, V, Void, Void> {

    private static final Logger LOG = LoggerFactory.getLogger(KeepTableProcessor.class);

    private final String name;
    private final Consumer<V> check;
    private KeyValueStore<String, Kept<V>> store;

    /** @param check throws where a value cannot be worked with; it is left out then, since it would fail every record */
    KeepTableProcessor(String name, Consumer<V> check) {
        this.name = name;
        this.check = check;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        super.init(context);
        store = context.getStateStore(name);
    }

    @Override
    public void process(Record<String, V> record) {
        long offset = context().recordMetadata().orElseThrow().offset();
        keep(record, offset);
        // last: whoever sees it sees the value, too
        store.put(Table.NEWEST, new Kept<>(null, offset));
    }

    private void keep(Record<String, V> record, long offset) {
        if (record.key() == null || record.key().equals(Table.NEWEST)) {
            LOG.warn("{}: a record without a key is left out", name);
            return;
        }
        if (record.value() != null) {
            try {
                check.accept(record.value());
            } catch (RuntimeException e) {
                LOG.warn(
                        "{}: {} is left out, what was in force stays: {}",
                        name,
                        Shown.value(record.key()),
                        e.getMessage());
                return;
            }
        }
        // a record without a value deletes, and that is told by a record, too
        store.put(record.key(), new Kept<>(record.value(), offset));
    }
}
