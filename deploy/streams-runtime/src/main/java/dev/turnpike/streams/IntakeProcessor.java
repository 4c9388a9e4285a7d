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
        Received<V> received = record.value();
        V value = received == null ? null : received.value();
        if (received == null || value == null) {
            DeadLetters.sendUnread(stream, record, route.application());
            return;
        }
        String problem = route.problem().apply(value);
        if (problem != null) {
            setAside(stream, record, DeadLetter.INVALID, problem);
            return;
        }
        String team = route.team().apply(value);
        RecordMetadata from = stream.recordMetadata().orElseThrow();
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
                    DeadLetter.MISROUTED,
                    "team " + team + " belongs to partition " + owner + "; only Turnpike may write to " + from.topic());
        }
    }

    private void setAside(
            ProcessorContext<Object, Object> stream, Record<byte[], Received<V>> record, String reason, String detail) {
        DeadLetters.send(stream, record, reason, detail, route.application());
    }

    private static ProcessorContext<Object, Object> started(@Nullable ProcessorContext<Object, Object> context) {
        if (context == null) {
            throw new IllegalStateException("process before init");
        }
        return context;
    }
}
