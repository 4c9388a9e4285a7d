package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.schemas.event.Tick;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Makes budgets count that policies and orgs have got since the tick before, and tells the router when they do. */
@SuppressWarnings("NullAway.Init") // Kafka calls init first
final class BeginBudgetsProcessor extends ContextualProcessor<String, Tick, Object, Object> {

    // about a second's work; a team is always done whole
    private static final int CELLS_PER_TICK = 100_000;

    private final MeteringConfig config;
    private final MeterMetrics metrics;
    private Bookkeeper books;

    BeginBudgetsProcessor(MeteringConfig config, MeterMetrics metrics) {
        this.config = config;
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        super.init(context);
        books = new Bookkeeper(context, config, metrics);
    }

    @Override
    public void process(Record<String, Tick> tick) {
        long policies = books.policies().next();
        long orgs = books.orgs().next();
        if (books.progress().hasCounted(policies, orgs)) {
            return;
        }
        int cells = 0;
        for (String team : books.teamsWithOtherTerms()) {
            if (cells >= CELLS_PER_TICK) {
                // the rest at the next tick
                return;
            }
            cells += books.begin(team, tick.timestamp());
        }
        books.counted(policies, orgs, tick.timestamp());
    }
}
