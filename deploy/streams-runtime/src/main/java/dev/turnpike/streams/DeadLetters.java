package dev.turnpike.streams;

import dev.turnpike.schemas.DeadLetter;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Sets records aside from inside a processor. */
public final class DeadLetters {

    /** Name of the sink node that every topology has for them. */
    public static final String SINK = "dead-letters-sink";

    private DeadLetters() {}

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
