package dev.turnpike.router.state;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * Names the content of a table, in whatever order it was filled: the sum of a hash of each entry, so that an entry is replaced
 * by taking the old one away and adding the new one.
 */
final class Fingerprint {

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private long sum;

    void replace(String key, @Nullable SpecificRecordBase before, @Nullable SpecificRecordBase after) {
        sum += hash(key, after) - hash(key, before);
    }

    /** Sixteen digits. */
    String text() {
        return HexFormat.of().toHexDigits(sum);
    }

    private static long hash(String key, @Nullable SpecificRecordBase entry) {
        if (entry == null) {
            return 0;
        }
        long hash = FNV_OFFSET;
        for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        for (byte b : bytes(entry)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        return hash ^ (hash >>> 32);
    }

    private static byte[] bytes(SpecificRecordBase entry) {
        var bytes = new ByteArrayOutputStream(256);
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        try {
            new SpecificDatumWriter<SpecificRecordBase>(entry.getSchema()).write(entry, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
