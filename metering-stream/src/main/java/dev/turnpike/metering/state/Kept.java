package dev.turnpike.metering.state;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.jspecify.annotations.Nullable;

/**
 * What a table holds under a name.
 *
 * @param value null where it was deleted
 * @param offset of the record that said so, in the table's topic
 */
public record Kept<V>(@Nullable V value, long offset) {

    static <V> Serde<Kept<V>> serde(Serde<V> values) {
        return Serdes.serdeFrom(
                (topic, kept) ->
                        kept == null ? null : write(kept, values.serializer().serialize(topic, kept.value)),
                (topic, bytes) -> bytes == null ? null : read(topic, bytes, values));
    }

    private static byte[] write(Kept<?> kept, byte @Nullable [] value) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + (value == null ? 0 : value.length));
        bytes.putLong(kept.offset);
        if (value != null) {
            bytes.put(value);
        }
        return bytes.array();
    }

    private static <V> Kept<V> read(String topic, byte[] bytes, Serde<V> values) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long offset = buffer.getLong();
        if (!buffer.hasRemaining()) {
            return new Kept<>(null, offset);
        }
        byte[] value = new byte[buffer.remaining()];
        buffer.get(value);
        return new Kept<>(values.deserializer().deserialize(topic, value), offset);
    }
}
