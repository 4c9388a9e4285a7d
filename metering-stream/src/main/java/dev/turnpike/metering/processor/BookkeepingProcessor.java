package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/** A processor that changes the books of its task, and sets aside what cannot be booked. */
@SuppressWarnings("NullAway.Init") // Kafka calls init first
abstract class BookkeepingProcessor<V> extends ContextualProcessor<String, V, Object, Object> {

    final MeteringConfig config;
    final MeterMetrics metrics;
    Bookkeeper books;
    SetAside setAside;

    BookkeepingProcessor(MeteringConfig config, MeterMetrics metrics) {
        this.config = config;
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        super.init(context);
        books = new Bookkeeper(context, config, metrics);
        setAside = new SetAside(context, metrics);
    }
}
