package dev.turnpike.metering.processor;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.streams.DeadLetters;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Sends records of one task to the dead letters. */
final class SetAside {

    private final ProcessorContext<Object, Object> context;
    private final MeterMetrics metrics;

    SetAside(ProcessorContext<Object, Object> context, MeterMetrics metrics) {
        this.context = context;
        this.metrics = metrics;
    }

    void send(Record<String, ?> record, byte @Nullable [] bytes, Refused refused) {
        RecordMetadata from = context.recordMetadata().orElseThrow();
        byte[] key = record.key() == null ? null : record.key().getBytes(StandardCharsets.UTF_8);
        DeadLetter letter = new DeadLetter(
                from.topic(),
                from.partition(),
                from.offset(),
                refused.reason(),
                refused.detail(),
                context.applicationId());
        context.forward(DeadLetters.of(record, key, bytes, letter), DeadLetters.SINK);
        metrics.deadLetter(refused.reason());
    }
}
