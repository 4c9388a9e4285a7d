package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.pricing.Quote;
import dev.turnpike.metering.pricing.Quote.Contradictory;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.metering.state.SeenUsage;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.Received;
import java.time.Instant;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Books each usage report once. */
@SuppressWarnings("NullAway.Init") // Kafka calls init first
final class SettleUsageProcessor extends ContextualProcessor<String, Received<UsageReport>, Object, Object> {

    private final MeteringConfig config;
    private final MeterMetrics metrics;
    private Bookkeeper books;
    private SeenUsage seen;
    private SetAside setAside;

    SettleUsageProcessor(MeteringConfig config, MeterMetrics metrics) {
        this.config = config;
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        super.init(context);
        books = new Bookkeeper(context, config, metrics);
        seen = new SeenUsage(context.getStateStore(MeteringStores.SEEN_USAGE), config.horizon());
        setAside = new SetAside(context, metrics);
    }

    @Override
    public void process(Record<String, Received<UsageReport>> record) {
        UsageReport report = Objects.requireNonNull(record.value().value(), "the intake hands on what is readable");
        long at = record.timestamp();
        if (seen.contains(report, at)) {
            metrics.repeat();
            return;
        }
        try {
            refuseTooOld(report, at);
            books.book(report.getTeam(), report.getRequestId(), at, at, (account, terms) -> {
                Quote quote = account.quote(report, books.prices(), at);
                if (quote instanceof Contradictory contradictory) {
                    throw new Refused(DeadLetter.CONTRADICTORY_COUNTS, contradictory.detail(), null);
                }
                return account.settle(report, quote, at, terms);
            });
        } catch (Refused e) {
            setAside.send(record, record.value().bytes(), e);
            return;
        }
        seen.add(report, at);
        metrics.settled(context().currentSystemTimeMs() - at);
    }

    @Override
    public void close() {
        metrics.left(context().taskId().partition());
    }

    private void refuseTooOld(UsageReport report, long at) {
        if (report.getOccurredAt() < at - config.horizon().toMillis()) {
            throw new Refused(
                    DeadLetter.TOO_OLD,
                    "occurred_at " + Instant.ofEpochMilli(report.getOccurredAt()) + " is more than "
                            + config.horizon().toHours() + " hours before its arrival at " + Instant.ofEpochMilli(at)
                            + "; whether it is a repeat is no longer known",
                    null);
        }
    }
}
