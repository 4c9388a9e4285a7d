package dev.turnpike.metering.processor;

import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Keeps the newest value of each key of a table's topic. */
@SuppressWarnings("NullAway.Init") // Kafka calls init first
final class KeepTableProcessor<V> extends ContextualProcessor<String, V, Void, Void> {

    private final String name;
    private KeyValueStore<String, V> store;

    KeepTableProcessor(String name) {
        this.name = name;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        super.init(context);
        store = context.getStateStore(name);
    }

    @Override
    public void process(Record<String, V> record) {
        // a record without a value deletes
        store.put(record.key(), record.value());
    }
}
