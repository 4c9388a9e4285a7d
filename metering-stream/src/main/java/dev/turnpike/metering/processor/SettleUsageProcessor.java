package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.pricing.Quote;
import dev.turnpike.metering.pricing.Quote.Contradictory;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.metering.state.SeenUsage;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.Received;
import java.time.Instant;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Books each usage report once. */
@SuppressWarnings("NullAway.Init") // Kafka calls init first
final class SettleUsageProcessor extends BookkeepingProcessor<Received<UsageReport>> {

    private static final long MOST_AHEAD_MILLIS = 3_600_000;

    private SeenUsage seen;

    SettleUsageProcessor(MeteringConfig config, MeterMetrics metrics) {
        super(config, metrics);
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        super.init(context);
        seen = new SeenUsage(context.getStateStore(MeteringStores.SEEN_USAGE), config.horizon());
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
            refuseWrongTime(report, at);
            Trace trace = Trace.of(record.headers());
            books.book(report.getTeam(), report.getRequestId(), at, at, trace, (account, terms) -> {
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
        books.progress().readUsage(at);
        metrics.settled(context().currentSystemTimeMs() - at);
    }

    @Override
    public void close() {
        metrics.left(context().taskId().partition());
    }

    private void refuseWrongTime(UsageReport report, long at) {
        if (report.getOccurredAt() > at + MOST_AHEAD_MILLIS) {
            throw new Refused(
                    DeadLetter.INVALID,
                    "occurred_at: " + Instant.ofEpochMilli(report.getOccurredAt())
                            + " is more than an hour after its arrival at " + Instant.ofEpochMilli(at)
                            + "; set the reporter's clock",
                    null);
        }
        // what was moved keeps its time and may come late; ids are kept for the horizon behind the newest usage
        long newest = books.progress().newestUsage();
        if (at < newest - config.horizon().toMillis()) {
            throw new Refused(
                    DeadLetter.TOO_OLD,
                    "it arrived at " + Instant.ofEpochMilli(at) + ", more than "
                            + config.horizon().toHours() + " hours before the newest usage of its partition, at "
                            + Instant.ofEpochMilli(newest) + "; whether it is a repeat is no longer known",
                    null);
        }
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
