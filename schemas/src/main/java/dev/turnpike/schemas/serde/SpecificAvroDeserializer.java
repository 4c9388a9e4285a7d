package dev.turnpike.schemas.serde;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.registry.SchemaRegistry;
import dev.turnpike.schemas.registry.UnusableSchemaException;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.FastReaderBuilder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads generated Avro classes in the Confluent wire format, from the schema they were written with into the one they
 * are generated from. Safe for many threads.
 *
 * <p>Throws {@link InvalidEventException} for bytes that hold no such event and
 * {@link dev.turnpike.schemas.registry.RegistryException} where the registry cannot be asked.
 */
public final class SpecificAvroDeserializer<T extends SpecificRecord> implements Deserializer<T> {

    static {
        TrustedEvents.register();
    }

    // Confluent's other framing: the id travels in a header and the value is bare Avro
    private static final String ID_HEADER = "__value_schema_id";
    private static final ThreadLocal<@Nullable BinaryDecoder> DECODERS = new ThreadLocal<>();

    private @Nullable SchemaRegistry registry;
    private @Nullable Class<T> type;

    private final Map<Integer, Plan<T>> plans = new ConcurrentHashMap<>();
    // nearly every record of a topic has the same schema: found without boxing
    private volatile @Nullable Plan<T> last;

    /** For Kafka, which calls {@link #configure}. */
    public SpecificAvroDeserializer() {}

    SpecificAvroDeserializer(SchemaRegistry registry, Class<T> type) {
        this.registry = registry;
        this.type = type;
    }

    @Override
    public void configure(Map<String, ?> settings, boolean isKey) {
        configure(SchemaRegistry.connect(settings), settings, isKey);
    }

    void configure(SchemaRegistry shared, Map<String, ?> settings, boolean isKey) {
        this.registry = shared;
        SerializerConfig.of(settings, isKey);
        String key = "specific.avro." + (isKey ? "key" : "value") + ".type";
        Object named = settings.get(key);
        if (named != null) {
            String name = named instanceof Class<?> given ? given.getName() : named.toString();
            this.type = generated(name);
            if (type == null) {
                throw new ConfigException(key + "=" + name + ": is not a class generated from Avro");
            }
        }
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka's own signature: a record without a value stays without one
    public @Nullable T deserialize(String topic, byte @Nullable [] bytes) {
        return bytes == null ? null : read(null, bytes);
    }

    @Override
    @SuppressWarnings("NullAway") // as above
    public @Nullable T deserialize(String topic, @Nullable Headers headers, byte @Nullable [] bytes) {
        return bytes == null ? null : read(headers, bytes);
    }

    T read(@Nullable Headers headers, byte[] bytes) {
        if (headers != null && headers.lastHeader(ID_HEADER) != null) {
            throw new InvalidEventException(
                    DeadLetter.UNREADABLE,
                    "the schema id is in header " + ID_HEADER + ", which is not supported; write it before the value");
        }
        if (bytes.length < WireFormat.HEADER_BYTES || bytes[0] != WireFormat.MAGIC) {
            throw new InvalidEventException(
                    DeadLetter.UNREADABLE,
                    bytes.length < WireFormat.HEADER_BYTES
                            ? bytes.length + " bytes are too few for Avro in the Confluent wire format"
                            : "byte " + bytes[0] + " does not begin Avro in the Confluent wire format, 0 does");
        }
        Plan<T> plan = plan(WireFormat.schemaId(bytes));
        if (plan.reader == null) {
            throw Objects.requireNonNull(plan.refusal);
        }
        T value;
        boolean end;
        try {
            BinaryDecoder decoder = DecoderFactory.get()
                    .binaryDecoder(
                            bytes, WireFormat.HEADER_BYTES, bytes.length - WireFormat.HEADER_BYTES, DECODERS.get());
            DECODERS.set(decoder);
            value = plan.reader.read(null, decoder);
            end = decoder.isEnd();
        } catch (AvroTypeException e) {
            throw new InvalidEventException(
                    DeadLetter.INVALID, "schema id " + plan.id + " does not hold a " + plan.name + ": " + line(e), e);
        } catch (IOException | RuntimeException e) {
            // Avro meets hostile bytes with exceptions of many kinds
            throw new InvalidEventException(
                    DeadLetter.UNREADABLE,
                    "the bytes are not a " + plan.name + " written with schema id " + plan.id + ": " + line(e),
                    e);
        }
        if (!end) {
            throw new InvalidEventException(
                    DeadLetter.UNREADABLE, "bytes follow the end of a " + plan.name + " of schema id " + plan.id);
        }
        return value;
    }

    private static String line(Exception e) {
        return Shown.line(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
    }

    private Plan<T> plan(int id) {
        Plan<T> plan = last;
        if (plan != null && plan.id == id) {
            return plan;
        }
        plan = plans.get(id);
        if (plan == null) {
            plan = newPlan(id);
            plans.put(id, plan);
        }
        last = plan;
        return plan;
    }

    private Plan<T> newPlan(int id) {
        if (registry == null) {
            throw new IllegalStateException("the deserializer is not configured");
        }
        Schema writer;
        try {
            writer = registry.byId(id);
        } catch (UnusableSchemaException e) {
            throw new InvalidEventException(DeadLetter.UNREADABLE, Shown.line(String.valueOf(e.getMessage())), e);
        }
        Class<T> target = type == null ? generated(writer.getFullName()) : type;
        if (target == null) {
            return Plan.refusing(
                    id, "is a " + writer.getFullName() + ", no class generated here; set specific.avro.value.type");
        }
        SpecificData data = new SpecificData(target.getClassLoader());
        Schema reader = data.getSchema(target);
        var compatibility = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
        if (compatibility.getType() != SchemaCompatibilityType.COMPATIBLE) {
            return Plan.refusing(
                    id,
                    "(" + writer.getFullName() + ") cannot be read as " + reader.getFullName() + ": "
                            + compatibility.getResult().getIncompatibilities().stream()
                                    .map(problem -> problem.getType() + " at " + problem.getLocation() + " "
                                            + Shown.line(problem.getMessage()))
                                    .findFirst()
                                    .orElse("incompatible"));
        }
        try {
            return new Plan<>(
                    id, reader.getName(), new FastReaderBuilder(data).createDatumReader(writer, reader), null);
        } catch (IOException | AvroRuntimeException e) {
            return Plan.refusing(id, "cannot be read as " + reader.getFullName() + ": " + line(e));
        }
    }

    @SuppressWarnings("unchecked") // checked by hand
    private static <T> @Nullable Class<T> generated(String name) {
        try {
            Class<?> type = Class.forName(name, false, SpecificAvroDeserializer.class.getClassLoader());
            return SpecificRecord.class.isAssignableFrom(type) ? (Class<T>) type : null;
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    /**
     * How the records of one writer's schema are read.
     *
     * @param reader null where they cannot be read
     * @param refusal why, the same for every record: an id never changes its schema
     */
    private record Plan<T>(
            int id,
            String name,
            @Nullable DatumReader<T> reader,
            @Nullable InvalidEventException refusal) {

        static <T> Plan<T> refusing(int id, String problem) {
            return new Plan<>(
                    id, "", null, new InvalidEventException(DeadLetter.INVALID, "schema id " + id + " " + problem));
        }
    }
}
