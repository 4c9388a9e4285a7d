package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.schemas.event.Rejection;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Closes the holds of requests that a later decision refused: a rejection then says what a final report would. */
@SuppressWarnings("NullAway.Init") // Kafka calls init first
final class CloseRefusedProcessor extends ContextualProcessor<String, Rejection, Object, Object> {

    private final MeteringConfig config;
    private final MeterMetrics metrics;
    private final Serializer<Rejection> serializer;
    private Bookkeeper books;
    private SetAside setAside;

    /** @param serializer writes a rejection that fails, for the dead letters */
    CloseRefusedProcessor(MeteringConfig config, MeterMetrics metrics, Serializer<Rejection> serializer) {
        this.config = config;
        this.metrics = metrics;
        this.serializer = serializer;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        super.init(context);
        books = new Bookkeeper(context, config, metrics);
        setAside = new SetAside(context, metrics);
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
                    (account, terms) -> account.refuse(attempts, terms, at));
        } catch (Refused e) {
            String topic = context().recordMetadata().orElseThrow().topic();
            setAside.send(record, serializer.serialize(topic, rejection), e);
        }
    }
}
