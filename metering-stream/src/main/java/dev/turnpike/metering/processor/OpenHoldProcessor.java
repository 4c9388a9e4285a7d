package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Dispatch;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** Opens the hold of each dispatch. */
final class OpenHoldProcessor extends BookkeepingProcessor<Dispatch> {

    private final Serializer<Dispatch> serializer;

    /** @param serializer writes a dispatch that fails, for the dead letters */
    OpenHoldProcessor(MeteringConfig config, MeterMetrics metrics, Serializer<Dispatch> serializer) {
        super(config, metrics);
        this.serializer = serializer;
    }

    @Override
    public void process(Record<String, Dispatch> record) {
        Dispatch dispatch = record.value();
        RecordMetadata from = context().recordMetadata().orElseThrow();
        long at = record.timestamp();
        books.progress().readDispatch(from.offset(), dispatch == null ? -1 : dispatch.getNumber());
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
                    Trace.of(record.headers()),
                    (account, terms) -> account.open(dispatch, books.prices(), terms, at));
        } catch (Refused e) {
            setAside.send(record, serializer.serialize(from.topic(), dispatch), e);
        }
    }
}
