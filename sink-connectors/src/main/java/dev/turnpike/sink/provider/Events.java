package dev.turnpike.sink.provider;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Cancellation;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.schemas.serde.Received;
import java.nio.charset.StandardCharsets;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/** The events that the sink reads and writes, and their bytes. Safe for many threads. */
final class Events {

    /** What to do about records that do not fit. */
    static final String CURE = "raise the connector's kafka.max.request.size and the topics' max.message.bytes";

    private static final int OVERHEAD = 1_024;

    private final String prefix;
    private final String by;
    private final int mostBytes;
    private final Deserializer<Received<Dispatch>> dispatches;
    private final Deserializer<Received<UsageReport>> usageReports;
    private final Deserializer<Received<Redecision>> redecisions;
    private final Deserializer<Received<Cancellation>> cancellations;
    private final Serializer<UsageReport> usage;
    private final Serializer<Completion> completion;
    private final Serializer<Redecision> redecision;

    /**
     * @param by the name of the connector, for dead letters
     * @param mostBytes of a record that the producer takes
     */
    Events(EventSerdes serdes, String prefix, String by, int mostBytes) {
        this.prefix = prefix;
        this.by = by;
        this.mostBytes = mostBytes;
        this.dispatches = serdes.received(Topics.DISPATCHES).deserializer();
        this.usageReports = serdes.received(Topics.USAGE).deserializer();
        this.redecisions = serdes.received(Topics.REDECISIONS).deserializer();
        this.cancellations = serdes.received(Topics.CANCELLED).deserializer();
        this.usage = serdes.avro(Topics.USAGE).serializer();
        this.completion = serdes.avro(Topics.COMPLETIONS).serializer();
        this.redecision = serdes.avro(Topics.REDECISIONS).serializer();
    }

    /**
     * Asks the registry for the schemas of all that is written, so that nothing depends on it while calls are open.
     * One at a time: a registry may refuse the same schema to the second who brings it at the same moment.
     *
     * @throws dev.turnpike.schemas.registry.RegistryException if it cannot be asked
     */
    synchronized void register() {
        register(Topics.USAGE, usage, new UsageReport());
        register(Topics.COMPLETIONS, completion, new Completion());
        register(Topics.REDECISIONS, redecision, new Redecision());
    }

    private <V extends SpecificRecord> void register(Topic<V> topic, Serializer<V> serializer, V empty) {
        try {
            serializer.serialize(topic.name(prefix), empty);
        } catch (SerializationException e) {
            // an event without its required fields has no bytes, but by then its schema is known
        }
    }

    /**
     * What a record of the dispatches topic holds.
     *
     * @throws dev.turnpike.schemas.registry.RegistryException if the registry cannot be asked
     */
    Received<Dispatch> dispatch(SinkRecord record) {
        return dispatches.deserialize(record.topic(), bytes(record.value()));
    }

    @Nullable
    UsageReport usage(byte @Nullable [] bytes) {
        return usageReports.deserialize(Topics.USAGE.name(prefix), bytes).value();
    }

    @Nullable
    Redecision redecision(byte @Nullable [] bytes) {
        return redecisions.deserialize(Topics.REDECISIONS.name(prefix), bytes).value();
    }

    /**
     * What a record of the topic of cancelled requests holds; null where that is none.
     *
     * @throws dev.turnpike.schemas.registry.RegistryException if the registry cannot be asked
     */
    @Nullable
    Cancellation cancellation(byte @Nullable [] bytes) {
        return cancellations.deserialize(Topics.CANCELLED.name(prefix), bytes).value();
    }

    ProducerRecord<byte[], byte[]> record(UsageReport report, int partition) {
        return record(Topics.USAGE, usage, report, report.getTeam(), partition);
    }

    ProducerRecord<byte[], byte[]> record(Completion part, int partition) {
        return record(Topics.COMPLETIONS, completion, part, part.getTeam(), partition);
    }

    ProducerRecord<byte[], byte[]> record(Redecision asked, int partition) {
        return record(Topics.REDECISIONS, redecision, asked, asked.getTeam(), partition);
    }

    /** Whether a record is small enough for our producer, and for a topic with the settings that Kafka starts with. */
    boolean fits(ProducerRecord<byte[], byte[]> record) {
        return record.key().length + record.value().length + OVERHEAD <= mostBytes;
    }

    /** A record that is set aside. */
    ProducerRecord<byte[], byte[]> deadLetter(SinkRecord record, String reason, String detail) {
        DeadLetter letter =
                new DeadLetter(record.topic(), record.kafkaPartition(), record.kafkaOffset(), reason, detail, by);
        return letter.record(
                Topics.DEAD_LETTERS.name(prefix),
                record.timestamp() == null ? 0 : record.timestamp(),
                bytes(record.key()),
                bytes(record.value()),
                headers(record));
    }

    // the same partition number as the dispatch: there the next executor reads it back, and there no other may write
    private <V extends SpecificRecord> ProducerRecord<byte[], byte[]> record(
            Topic<V> topic, Serializer<V> serializer, V value, String team, int partition) {
        String name = topic.name(prefix);
        return new ProducerRecord<>(
                name, partition, team.getBytes(StandardCharsets.UTF_8), serializer.serialize(name, value));
    }

    /** The trace that a dispatch belongs to. */
    static Trace trace(SinkRecord record) {
        return Trace.of(text(record, Trace.PARENT), text(record, Trace.STATE));
    }

    private static @Nullable String text(SinkRecord record, String header) {
        Header found = record.headers().lastWithName(header);
        return found != null && found.value() instanceof byte[] value
                ? new String(value, StandardCharsets.UTF_8)
                : null;
    }

    private static byte @Nullable [] bytes(@Nullable Object value) {
        if (value == null || value instanceof byte[]) {
            return (byte[]) value;
        }
        throw new DataException("the sink was handed a " + value.getClass().getSimpleName()
                + "; set key.converter and value.converter to org.apache.kafka.connect.converters.ByteArrayConverter");
    }

    private static Headers headers(SinkRecord record) {
        Headers headers = new RecordHeaders();
        for (Header header : record.headers()) {
            Object value = header.value();
            headers.add(
                    header.key(),
                    value instanceof byte[] given
                            ? given
                            : String.valueOf(value).getBytes(StandardCharsets.UTF_8));
        }
        return headers;
    }
}
