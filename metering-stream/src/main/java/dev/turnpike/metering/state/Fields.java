package dev.turnpike.metering.state;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.TrustedEvents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.Encoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/** How parts of stored values are laid out. */
final class Fields {

    static {
        TrustedEvents.register();
    }

    private Fields() {}

    interface Part<T> {
        void write(T value, Encoder out) throws IOException;
    }

    interface Parser<T> {
        T read(Decoder in) throws IOException;
    }

    static <T> void writeList(List<T> values, Encoder out, Part<T> part) throws IOException {
        out.writeInt(values.size());
        for (T value : values) {
            part.write(value, out);
        }
    }

    static <T> List<T> readList(Decoder in, Parser<T> parser) throws IOException {
        int size = in.readInt();
        List<T> values = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            values.add(parser.read(in));
        }
        return List.copyOf(values);
    }

    static void writeAmounts(Amounts amounts, Encoder out) throws IOException {
        out.writeLong(amounts.nanoUsd());
        out.writeLong(amounts.tokens());
        out.writeLong(amounts.requests());
    }

    static Amounts readAmounts(Decoder in) throws IOException {
        return new Amounts(in.readLong(), in.readLong(), in.readLong());
    }

    /** How events of a class are laid out within a value: with its schema of this release, which is part of the format. */
    static final class Event<V extends SpecificRecord> implements StateSerde.Layout<V> {

        private final SpecificDatumWriter<V> writer;
        private final SpecificDatumReader<V> reader;

        Event(Class<V> type) {
            this.writer = new SpecificDatumWriter<>(type);
            this.reader = new SpecificDatumReader<>(SpecificData.get().getSchema(type));
        }

        @Override
        public void write(V value, Encoder out) throws IOException {
            writer.write(value, out);
        }

        @Override
        @SuppressWarnings("NullAway") // Avro's reader takes null for "make a new one"
        public V read(Decoder in) throws IOException {
            return reader.read(null, in);
        }
    }
}
