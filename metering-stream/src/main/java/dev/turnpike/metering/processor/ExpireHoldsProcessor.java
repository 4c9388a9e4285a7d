package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.state.Due;
import dev.turnpike.schemas.event.Tick;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Ends holds, windows and whatever else has had its time. Time is what the ticks of the partition say. */
@SuppressWarnings("NullAway.Init") // Kafka calls init first
final class ExpireHoldsProcessor extends ContextualProcessor<String, Tick, Object, Object> {

    private final MeteringConfig config;
    private final MeterMetrics metrics;
    private Bookkeeper books;
    private SetAside setAside;

    ExpireHoldsProcessor(MeteringConfig config, MeterMetrics metrics) {
        this.config = config;
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        super.init(context);
        books = new Bookkeeper(context, config, metrics);
        setAside = new SetAside(context, metrics);
    }

    @Override
    public void process(Record<String, Tick> tick) {
        for (Due due : books.expiry().take(tick.timestamp(), config.expiryBudget())) {
            try {
                books.end(due, tick.timestamp());
            } catch (Refused e) {
                setAside.send(tick, null, new Refused(e.reason(), due + " cannot be ended: " + e.detail(), e));
            }
        }
    }
}
