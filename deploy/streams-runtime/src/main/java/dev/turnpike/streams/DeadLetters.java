package dev.turnpike.streams;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.serde.Received;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Sets records aside from inside a processor. */
public final class DeadLetters {

    /** Name of the sink node that every topology has for them. */
    public static final String SINK = "dead-letters-sink";

    private DeadLetters() {}

    /** Sets aside a record of a public topic that holds nothing, or what could not be read. */
    public static void sendUnread(
            ProcessorContext<Object, Object> stream, Record<byte[], ? extends Received<?>> record, String application) {
        Received<?> received = record.value();
        if (received == null) {
            send(stream, record, DeadLetter.UNREADABLE, "the record has no value", application);
            return;
        }
        String reason = received.reason();
        String detail = received.detail();
        send(
                stream,
                record,
                reason == null ? DeadLetter.UNREADABLE : reason,
                detail == null ? "the record could not be read" : detail,
                application);
    }

    /**
     * Sets aside a record of a public topic, as it came.
     *
     * @param application who does, for its headers
     */
    public static void send(
            ProcessorContext<Object, Object> stream,
            Record<byte[], ? extends Received<?>> record,
            String reason,
            String detail,
            String application) {
        RecordMetadata from = stream.recordMetadata().orElseThrow();
        Received<?> received = record.value();
        byte[] bytes = received == null ? null : received.bytes();
        var letter = new DeadLetter(from.topic(), from.partition(), from.offset(), reason, detail, application);
        stream.forward(of(record, record.key(), bytes, letter), SINK);
    }

    /**
     * The record to forward to {@link #SINK}: key, value and headers as they came, its own time, and why it is there.
     *
     * @param record the record that is set aside; gives time and headers
     * @param letter where it came from and why it is set aside
     */
    public static Record<Object, Object> of(
            Record<?, ?> record, byte @Nullable [] key, byte @Nullable [] bytes, DeadLetter letter) {
        var headers = new RecordHeaders(record.headers());
        letter.headers().forEach(headers::add);
        return new Record<>(key, bytes, record.timestamp(), headers);
    }
}
