package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Rejection;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.Record;

/** Closes the holds of requests that a later decision refused: a rejection then says what a final report would. */
final class CloseRefusedProcessor extends BookkeepingProcessor<Rejection> {

    private final Serializer<Rejection> serializer;

    /** @param serializer writes a rejection that fails, for the dead letters */
    CloseRefusedProcessor(MeteringConfig config, MeterMetrics metrics, Serializer<Rejection> serializer) {
        super(config, metrics);
        this.serializer = serializer;
    }

    @Override
    public void process(Record<String, Rejection> record) {
        Rejection rejection = record.value();
        // the first decision has opened nothing that could be closed
        if (rejection == null || rejection.getDecision() == 0) {
            return;
        }
        long at = record.timestamp();
        int attempts = rejection.getAttempts() == null ? 0 : rejection.getAttempts();
        try {
            books.book(
                    rejection.getTeam(),
                    rejection.getRequestId(),
                    at,
                    null,
                    Trace.of(record.headers()),
                    (account, terms) -> account.refuse(attempts, terms, at));
        } catch (Refused e) {
            String topic = context().recordMetadata().orElseThrow().topic();
            setAside.send(record, serializer.serialize(topic, rejection), e);
        }
    }
}
