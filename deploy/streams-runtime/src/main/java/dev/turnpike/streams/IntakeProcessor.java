package dev.turnpike.streams;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.serde.Received;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Lets into a stream what a public topic holds: sets aside what cannot be read or is not valid, moves what is not on its
 * team's partition, and hands on the rest with the team as key.
 *
 * <p>The key that a client chose plays no part: a team's owner is the partition of the team in the value, since
 * partitioners differ between clients (librdkafka's default is not Java's). A record is moved once; the record time, which
 * is the broker's, moves with it.
 */
public final class IntakeProcessor<V> implements Processor<byte[], Received<V>, Object, Object> {

    private final IntakeRoute<V> route;
    private @Nullable ProcessorContext<Object, Object> context;

    public IntakeProcessor(IntakeRoute<V> route) {
        this.route = route;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        this.context = context;
    }

    @Override
    public void process(Record<byte[], Received<V>> record) {
        ProcessorContext<Object, Object> stream = started(context);
        RecordMetadata from = stream.recordMetadata().orElseThrow();
        Received<V> received = record.value();
        if (received == null) {
            setAside(stream, record, from, DeadLetter.UNREADABLE, "the record has no value");
            return;
        }
        V value = received.value();
        if (value == null) {
            setAside(
                    stream,
                    record,
                    from,
                    orElse(received.reason(), DeadLetter.UNREADABLE),
                    orElse(received.detail(), "the record could not be read"));
            return;
        }
        String problem = route.problem().apply(value);
        if (problem != null) {
            setAside(stream, record, from, DeadLetter.INVALID, problem);
            return;
        }
        String team = route.team().apply(value);
        int owner = Ownership.partitionOf(team, route.partitions());
        if (owner == from.partition()) {
            stream.forward(new Record<>(team, received, record.timestamp(), record.headers()), route.next());
        } else if (route.movedSink() != null) {
            stream.forward(
                    new Record<>(team, received.bytes(), record.timestamp(), record.headers()), route.movedSink());
        } else {
            setAside(
                    stream,
                    record,
                    from,
                    DeadLetter.MISROUTED,
                    "team " + team + " belongs to partition " + owner + "; only Turnpike may write to " + from.topic());
        }
    }

    private void setAside(
            ProcessorContext<Object, Object> stream,
            Record<byte[], Received<V>> record,
            RecordMetadata from,
            String reason,
            String detail) {
        byte[] bytes = record.value() == null ? null : record.value().bytes();
        var letter = new DeadLetter(from.topic(), from.partition(), from.offset(), reason, detail, route.application());
        stream.forward(DeadLetters.of(record, record.key(), bytes, letter), DeadLetters.SINK);
    }

    private static ProcessorContext<Object, Object> started(@Nullable ProcessorContext<Object, Object> context) {
        if (context == null) {
            throw new IllegalStateException("process before init");
        }
        return context;
    }

    private static String orElse(@Nullable String text, String otherwise) {
        return text == null ? otherwise : text;
    }
}
