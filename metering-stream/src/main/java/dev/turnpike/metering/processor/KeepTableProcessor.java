package dev.turnpike.metering.processor;

import java.util.function.Consumer;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the newest value of each key of a table's topic. */
@SuppressWarnings("NullAway.Init") // Kafka calls init first
final class KeepTableProcessor<V> extends ContextualProcessor<String, V, Void, Void> {

    private static final Logger LOG = LoggerFactory.getLogger(KeepTableProcessor.class);

    private final String name;
    private final Consumer<V> check;
    private KeyValueStore<String, V> store;

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
        if (record.key() == null) {
            LOG.warn("{}: a record without a key is left out", name);
            return;
        }
        if (record.value() != null) {
            try {
                check.accept(record.value());
            } catch (RuntimeException e) {
                LOG.warn("{}: {} is left out, what was in force stays: {}", name, record.key(), e.getMessage());
                return;
            }
        }
        // a record without a value deletes
        store.put(record.key(), record.value());
    }
}
