package dev.turnpike.schemas.serde;

import dev.turnpike.schemas.DeadLetter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** Reads what anybody wrote: JSON where the first byte is an opening brace, Avro where it is zero. */
final class ReceivedDeserializer<V extends SpecificRecord> implements Deserializer<Received<V>> {

    private static final byte[] NONE = {};

    private final Class<V> type;
    private final SpecificAvroDeserializer<V> avro;

    ReceivedDeserializer(Class<V> type, SpecificAvroDeserializer<V> avro) {
        this.type = type;
        this.avro = avro;
    }

    @Override
    public Received<V> deserialize(String topic, byte @Nullable [] bytes) {
        return deserialize(topic, null, bytes);
    }

    /** @throws dev.turnpike.schemas.registry.RegistryException if the registry cannot be asked; for nothing else */
    @Override
    public Received<V> deserialize(String topic, @Nullable Headers headers, byte @Nullable [] bytes) {
        if (bytes == null || bytes.length == 0) {
            return Received.unreadable(NONE, DeadLetter.UNREADABLE, "the record has no value");
        }
        try {
            if (bytes[0] == '{') {
                return Received.readable(JsonEvents.read(type, bytes), bytes);
            }
            if (bytes[0] == WireFormat.MAGIC) {
                V value = avro.read(headers, bytes);
                JsonEvents.check(value);
                return Received.readable(value, bytes);
            }
        } catch (InvalidEventException e) {
            return Received.unreadable(bytes, e.reason(), String.valueOf(e.getMessage()));
        }
        return Received.unreadable(
                bytes,
                DeadLetter.UNREADABLE,
                "the first byte is " + (bytes[0] & 0xff)
                        + "; begin with { for a JSON object or with 0 for Avro in the Confluent wire format");
    }
}
