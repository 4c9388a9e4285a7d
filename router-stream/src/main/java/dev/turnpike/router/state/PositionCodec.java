package dev.turnpike.router.state;

import dev.turnpike.router.decision.Position;
import dev.turnpike.schemas.Amounts;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * A position in 89 bytes: a format byte, then held, closed and spent (nano-dollars, tokens, requests each), epoch and version as
 * big-endian longs. A format to come gets another first byte; this one stays readable.
 */
final class PositionCodec {

    private static final byte FORMAT_1 = 1;
    private static final int BYTES_1 = 1 + 11 * Long.BYTES;

    private PositionCodec() {}

    static byte[] write(Position position) {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES_1).put(FORMAT_1);
        put(bytes, position.held());
        put(bytes, position.closed());
        put(bytes, position.spent());
        return bytes.putLong(position.epoch()).putLong(position.version()).array();
    }

    static Position read(byte[] value) {
        if (value.length != BYTES_1 || value[0] != FORMAT_1) {
            throw new SerializationException("a position of " + value.length + " bytes, format "
                    + (value.length == 0 ? "none" : value[0]) + ", cannot be read by this version");
        }
        ByteBuffer bytes = ByteBuffer.wrap(value, 1, value.length - 1);
        return new Position(amounts(bytes), amounts(bytes), amounts(bytes), bytes.getLong(), bytes.getLong());
    }

    private static void put(ByteBuffer bytes, Amounts amounts) {
        bytes.putLong(amounts.nanoUsd()).putLong(amounts.tokens()).putLong(amounts.requests());
    }

    private static Amounts amounts(ByteBuffer bytes) {
        return new Amounts(bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    static final class Writer implements Serializer<Position> {

        @Override
        @SuppressWarnings("NullAway") // Kafka's own signature: null stays null, which deletes
        public byte @Nullable [] serialize(String topic, @Nullable Position position) {
            return position == null ? null : write(position);
        }
    }

    static final class Reader implements Deserializer<Position> {

        @Override
        @SuppressWarnings("NullAway") // as above
        public @Nullable Position deserialize(String topic, byte @Nullable [] bytes) {
            return bytes == null ? null : read(bytes);
        }
    }
}
