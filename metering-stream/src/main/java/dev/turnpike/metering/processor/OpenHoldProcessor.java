package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.event.Dispatch;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** Opens the hold of each dispatch. */
@SuppressWarnings("NullAway.Init") // Kafka calls init first
final class OpenHoldProcessor extends ContextualProcessor<String, Dispatch, Object, Object> {

    private final MeteringConfig config;
    private final MeterMetrics metrics;
    private final Serializer<Dispatch> serializer;
    private Bookkeeper books;
    private SetAside setAside;

    /** @param serializer writes a dispatch that fails, for the dead letters */
    OpenHoldProcessor(MeteringConfig config, MeterMetrics metrics, Serializer<Dispatch> serializer) {
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
    public void process(Record<String, Dispatch> record) {
        Dispatch dispatch = record.value();
        RecordMetadata from = context().recordMetadata().orElseThrow();
        long at = record.timestamp();
        books.progress().readDispatch(from.offset());
        if (dispatch == null) {
            setAside.send(record, null, new Refused(DeadLetter.UNREADABLE, "the record has no value", null));
            return;
        }
        try {
            books.book(
                    dispatch.getTeam(),
                    dispatch.getRequestId(),
                    at,
                    null,
                    (account, terms) -> account.open(dispatch, books.prices(), terms, at));
        } catch (Refused e) {
            setAside.send(record, serializer.serialize(from.topic(), dispatch), e);
        }
    }
}
