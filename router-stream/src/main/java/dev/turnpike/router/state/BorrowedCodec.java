package dev.turnpike.router.state;

import dev.turnpike.router.decision.Borrowed;
import dev.turnpike.schemas.Amounts;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * A lease in 122 bytes: a format byte, version, granted, limit of the org, returned and wanted (nano-dollars, tokens, requests each),
 * whether a request was refused, since when it is wanted and the version of the newest word.
 */
final class BorrowedCodec {

    private static final byte FORMAT_1 = 1;
    private static final int BYTES_1 = 1 + 15 * Long.BYTES + 1;

    private BorrowedCodec() {}

    static Serde<Borrowed> serde() {
        return Serdes.serdeFrom(
                (topic, lease) -> lease == null ? null : write(lease),
                (topic, bytes) -> bytes == null ? null : read(bytes));
    }

    private static byte[] write(Borrowed lease) {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES_1).put(FORMAT_1).putLong(lease.version());
        put(bytes, lease.granted());
        put(bytes, lease.orgLimit());
        put(bytes, lease.returned());
        put(bytes, lease.wanted());
        bytes.put((byte) (lease.refused() ? 1 : 0));
        return bytes.putLong(lease.wantedAt()).putLong(lease.said()).array();
    }

    private static Borrowed read(byte[] value) {
        if (value.length != BYTES_1 || value[0] != FORMAT_1) {
            throw new SerializationException("a lease of " + value.length + " bytes cannot be read by this version");
        }
        ByteBuffer bytes = ByteBuffer.wrap(value, 1, value.length - 1);
        return new Borrowed(
                bytes.getLong(),
                amounts(bytes),
                amounts(bytes),
                amounts(bytes),
                amounts(bytes),
                bytes.get() == 1,
                bytes.getLong(),
                bytes.getLong());
    }

    private static void put(ByteBuffer bytes, Amounts amounts) {
        bytes.putLong(amounts.nanoUsd()).putLong(amounts.tokens()).putLong(amounts.requests());
    }

    private static Amounts amounts(ByteBuffer bytes) {
        return new Amounts(bytes.getLong(), bytes.getLong(), bytes.getLong());
    }
}
