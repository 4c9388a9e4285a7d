package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.state.Due;
import dev.turnpike.schemas.event.Tick;
import org.apache.kafka.streams.processor.api.Record;

/** Ends holds, windows and whatever else has had its time. Time is what the ticks of the partition say. */
final class ExpireHoldsProcessor extends BookkeepingProcessor<Tick> {

    ExpireHoldsProcessor(MeteringConfig config, MeterMetrics metrics) {
        super(config, metrics);
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
        // by now what is behind the state that was rebuilt has been read: time comes last
        if (books.progress().isEpochUntold()) {
            books.tellAll(tick.timestamp());
        }
    }
}
