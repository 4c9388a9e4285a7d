package dev.turnpike.metering.state;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** The bytes of a stored value: one byte that names the format, then its fields in Avro's binary encoding. */
final class StateSerde<T> implements Serde<T> {

    private final byte format;
    private final Layout<T> layout;

    StateSerde(int format, Layout<T> layout) {
        this.format = (byte) format;
        this.layout = layout;
    }

    /** The order of the fields of one format; another order or other fields are another format. */
    interface Layout<T> {

        void write(T value, Encoder out) throws IOException;

        T read(Decoder in) throws IOException;
    }

    @Override
    public Serializer<T> serializer() {
        return (topic, value) -> value == null ? null : write(value);
    }

    @Override
    public Deserializer<T> deserializer() {
        return (topic, bytes) -> bytes == null ? null : read(topic, bytes);
    }

    private byte[] write(T value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        bytes.write(format);
        BinaryEncoder out = EncoderFactory.get().binaryEncoder(bytes, null);
        try {
            layout.write(value, out);
            out.flush();
        } catch (IOException e) {
            throw new SerializationException("state cannot be written: " + e.getMessage(), e);
        }
        return bytes.toByteArray();
    }

    private T read(@Nullable String topic, byte[] bytes) {
        if (bytes[0] != format) {
            throw new SerializationException(topic + ": state is of format " + bytes[0] + ", this release reads "
                    + format + "; run the release that wrote it, or reset the application");
        }
        BinaryDecoder in = DecoderFactory.get().binaryDecoder(bytes, 1, bytes.length - 1, null);
        try {
            return layout.read(in);
        } catch (IOException e) {
            throw new SerializationException(topic + ": state cannot be read: " + e.getMessage(), e);
        }
    }
}
