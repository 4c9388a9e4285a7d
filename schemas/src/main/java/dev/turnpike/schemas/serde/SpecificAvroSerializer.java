package dev.turnpike.schemas.serde;

import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.registry.RegistryException;
import dev.turnpike.schemas.registry.SchemaRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes generated Avro classes in the Confluent wire format. Safe for many threads.
 *
 * <p>{@code auto.register.schemas} (default true) registers the class's schema; otherwise {@code use.latest.version}
 * writes with the subject's newest schema; otherwise the class's schema must be registered already.
 */
public final class SpecificAvroSerializer<T extends SpecificRecord> implements Serializer<T> {

    static {
        TrustedEvents.register();
    }

    private static final ThreadLocal<Buffer> BUFFERS = ThreadLocal.withInitial(Buffer::new);

    private @Nullable SchemaRegistry registry;
    private @Nullable SerializerConfig config;

    private final Map<Route, Plan> plans = new ConcurrentHashMap<>();
    // nearly every serializer has one topic and one schema: found without hashing
    private volatile @Nullable Plan last;

    /** For Kafka, which calls {@link #configure}. */
    public SpecificAvroSerializer() {}

    SpecificAvroSerializer(SchemaRegistry registry, Map<String, ?> settings, boolean isKey) {
        configure(registry, settings, isKey);
    }

    @Override
    public void configure(Map<String, ?> settings, boolean isKey) {
        configure(SchemaRegistry.connect(settings), settings, isKey);
    }

    void configure(SchemaRegistry shared, Map<String, ?> settings, boolean isKey) {
        this.registry = shared;
        this.config = SerializerConfig.of(settings, isKey);
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka's own signature: a record without a value stays without one
    public byte @Nullable [] serialize(String topic, @Nullable T value) {
        if (value == null) {
            return null;
        }
        Plan plan = plan(topic, value.getSchema());
        Buffer buffer = BUFFERS.get();
        try {
            return buffer.write(plan, value);
        } catch (IOException | AvroRuntimeException | NullPointerException | ClassCastException e) {
            // the encoder may hold bytes of what failed
            BUFFERS.remove();
            throw new SerializationException(
                    topic + ": a " + value.getSchema().getName() + " cannot be written: " + plan.explain(value, e), e);
        }
    }

    private Plan plan(String topic, Schema schema) {
        Plan plan = last;
        if (plan != null && plan.route.schema.equals(schema) && plan.route.topic.equals(topic)) {
            return plan;
        }
        Route route = new Route(topic, schema);
        plan = plans.get(route);
        if (plan == null) {
            plan = newPlan(route);
            plans.put(route, plan);
        }
        last = plan;
        return plan;
    }

    private Plan newPlan(Route route) {
        if (registry == null || config == null) {
            throw new IllegalStateException("the serializer is not configured");
        }
        String subject = config.subjects().subject(route.topic, config.isKey(), route.schema);
        if (config.autoRegister()) {
            return new Plan(route, registry.register(subject, route.schema), route.schema);
        }
        if (!config.useLatest()) {
            return new Plan(route, registry.idOf(subject, route.schema), route.schema);
        }
        SchemaRegistry.Registered latest = registry.latest(subject);
        boolean fits = SchemaCompatibility.checkReaderWriterCompatibility(latest.schema(), route.schema)
                        .getType()
                == SchemaCompatibilityType.COMPATIBLE;
        if (config.latestMustFit() && !fits) {
            throw new RegistryException(subject + ": its latest schema (id " + latest.id() + ") cannot read a "
                    + route.schema.getFullName() + " of this release; register a compatible one");
        }
        return new Plan(route, latest.id(), latest.schema());
    }

    private record Route(String topic, Schema schema) {}

    /** How the records of one topic and class are written. */
    private static final class Plan {

        // twice as fast as walking the schema
        private static final SpecificData GENERATED_CODE = new SpecificData();

        static {
            GENERATED_CODE.setCustomCoders(true);
        }

        private final Route route;
        private final int id;
        private final DatumWriter<Object> writer;
        private final @Nullable Schema target;

        Plan(Route route, int id, Schema target) {
            this.route = route;
            this.id = id;
            this.writer = new SpecificDatumWriter<>(route.schema, GENERATED_CODE);
            this.target = target.equals(route.schema) ? null : target;
        }

        /** Walks the schema after all, since generated code does not say which field it failed on. */
        @Nullable
        String explain(Object value, Exception failure) {
            try {
                new SpecificDatumWriter<>(route.schema)
                        .write(value, EncoderFactory.get().directBinaryEncoder(OutputStream.nullOutputStream(), null));
            } catch (IOException | RuntimeException e) {
                return e.getMessage();
            }
            return failure.getMessage();
        }
    }

    /** The buffers of one thread. */
    private static final class Buffer {

        private static final int RETAINED_BYTES = 1 << 20;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream(1_024);
        private @Nullable BinaryEncoder encoder;

        byte[] write(Plan plan, Object value) throws IOException {
            out.reset();
            out.write(WireFormat.MAGIC);
            out.write(plan.id >>> 24);
            out.write(plan.id >>> 16);
            out.write(plan.id >>> 8);
            out.write(plan.id);
            encoder = EncoderFactory.get().binaryEncoder(out, encoder);
            plan.writer.write(value, encoder);
            encoder.flush();
            byte[] bytes = out.toByteArray();
            if (bytes.length > RETAINED_BYTES) {
                BUFFERS.remove();
            }
            return plan.target == null ? bytes : convert(bytes, plan, plan.target);
        }

        /** Writes what was written with the class's schema again with the registry's latest. */
        private static byte[] convert(byte[] bytes, Plan plan, Schema target) throws IOException {
            Object value = new GenericDatumReader<>(plan.route.schema, target)
                    .read(
                            null,
                            DecoderFactory.get()
                                    .binaryDecoder(
                                            bytes,
                                            WireFormat.HEADER_BYTES,
                                            bytes.length - WireFormat.HEADER_BYTES,
                                            null));
            ByteArrayOutputStream converted = new ByteArrayOutputStream(bytes.length);
            converted.write(bytes, 0, WireFormat.HEADER_BYTES);
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(converted, null);
            new GenericDatumWriter<>(target).write(value, encoder);
            encoder.flush();
            return converted.toByteArray();
        }
    }
}
