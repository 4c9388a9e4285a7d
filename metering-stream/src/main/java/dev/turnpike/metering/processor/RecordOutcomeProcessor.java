package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.performance.Judgement;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Outcome;
import dev.turnpike.schemas.serde.Received;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.Record;

/** Puts outcomes down to the answers they judge. */
final class RecordOutcomeProcessor extends BookkeepingProcessor<Received<Outcome>> {

    RecordOutcomeProcessor(MeteringConfig config, MeterMetrics metrics) {
        super(config, metrics);
    }

    @Override
    public void process(Record<String, Received<Outcome>> record) {
        Outcome outcome = Objects.requireNonNull(record.value().value(), "the intake hands on what is readable");
        String requestId = outcome.getRequestId();
        if (requestId == null) {
            // about a whole task: which of its requests made the difference is not known
            return;
        }
        long at = record.timestamp();
        try {
            books.book(
                    outcome.getTeam(),
                    requestId,
                    at,
                    null,
                    Trace.of(record.headers()),
                    (account, terms) -> account.judge(Judgement.of(outcome), terms, at));
        } catch (Refused e) {
            setAside.send(record, record.value().bytes(), e);
        }
    }
}
