package dev.turnpike.sink.converter;

import dev.turnpike.schemas.registry.RegistryException;
import dev.turnpike.schemas.registry.SchemaRegistry;
import dev.turnpike.schemas.registry.UnusableSchemaException;
import dev.turnpike.schemas.serde.SerializerConfig;
import dev.turnpike.schemas.serde.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.storage.Converter;
import org.jspecify.annotations.Nullable;

/**
 * Lets any connector read and write Avro in the Confluent wire format. The registry is named and reached by the settings
 * of Confluent's converter, {@code schema.registry.url} first.
 *
 * <p>{@code flatten=true} makes every event a row: the fields of a nested record become columns of their own
 * ({@code amount_nano_usd}), and lists and maps become JSON text, which Debezium's JDBC sink writes to a JSON column. What is
 * written is never flattened.
 *
 * <p>Throws {@link DataException} for bytes and values that cannot be converted, {@link RetriableException} where the registry
 * cannot be asked. Safe for many threads.
 */
public final class AvroConverter implements Converter {

    private static final String REGISTRY_URL = "schema.registry.url";
    private static final String FLATTEN = "flatten";
    private static final ConfigDef SETTINGS = new ConfigDef()
            .define(
                    REGISTRY_URL,
                    Type.LIST,
                    ConfigDef.NO_DEFAULT_VALUE,
                    Importance.HIGH,
                    "The schema registry; its client's other settings by Confluent's names are understood too.")
            .define(
                    FLATTEN,
                    Type.BOOLEAN,
                    false,
                    Importance.MEDIUM,
                    "Whether events are read as rows: nested records as columns, lists and maps as JSON text.");

    private final Map<Integer, Reading> readings = new ConcurrentHashMap<>();
    private final Map<Route, Writing> writings = new ConcurrentHashMap<>();
    private @Nullable SchemaRegistry registry;
    private @Nullable SerializerConfig serializer;
    private boolean flatten;

    /** The records of one schema id: how they are decoded, and what becomes of them. */
    private record Reading(GenericDatumReader<Object> reader, Mapping mapping) {}

    private record Route(String topic, Schema schema) {}

    /** The records of one topic and Connect schema. */
    private record Writing(int id, org.apache.avro.Schema schema) {}

    @Override
    public ConfigDef config() {
        return SETTINGS;
    }

    @Override
    public void configure(Map<String, ?> settings, boolean isKey) {
        registry = SchemaRegistry.connect(settings);
        serializer = SerializerConfig.of(settings, isKey);
        flatten = Boolean.parseBoolean(String.valueOf(settings.get(FLATTEN)));
    }

    @Override
    public SchemaAndValue toConnectData(String topic, byte @Nullable [] bytes) {
        if (bytes == null) {
            return SchemaAndValue.NULL;
        }
        if (bytes.length < WireFormat.HEADER_BYTES || bytes[0] != WireFormat.MAGIC) {
            throw new DataException(topic + ": a record is not Avro in the Confluent wire format");
        }
        int id = WireFormat.schemaId(bytes);
        Reading reading = readings.get(id);
        if (reading == null) {
            reading = reading(topic, id);
            readings.put(id, reading);
        }
        try {
            BinaryDecoder decoder = DecoderFactory.get()
                    .binaryDecoder(bytes, WireFormat.HEADER_BYTES, bytes.length - WireFormat.HEADER_BYTES, null);
            Object datum = reading.reader.read(null, decoder);
            return new SchemaAndValue(reading.mapping.schema(), reading.mapping.value(datum));
        } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
            throw new DataException(topic + ": a record is not what its schema id " + id + " says", e);
        }
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka's own signature: a record without a value stays without one
    public byte @Nullable [] fromConnectData(String topic, @Nullable Schema schema, @Nullable Object value) {
        if (value == null && (schema == null || schema.isOptional())) {
            return null;
        }
        if (schema == null) {
            throw new DataException(topic + ": a value without a schema cannot be written as Avro");
        }
        Route route = new Route(topic, schema);
        Writing writing = writings.get(route);
        if (writing == null) {
            writing = writing(route);
            writings.put(route, writing);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(WireFormat.MAGIC);
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(writing.id).array());
        try {
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
            new GenericDatumWriter<>(writing.schema).write(AvroValues.of(schema, writing.schema, value), encoder);
        } catch (IOException | AvroRuntimeException | ClassCastException | NullPointerException e) {
            throw new DataException(topic + ": a value cannot be written as Avro: " + e.getMessage(), e);
        }
        return bytes.toByteArray();
    }

    private Reading reading(String topic, int id) {
        org.apache.avro.Schema schema;
        try {
            schema = registry().byId(id);
        } catch (UnusableSchemaException e) {
            throw new DataException(topic + ": " + e.getMessage(), e);
        } catch (RegistryException e) {
            throw new RetriableException(topic + ": " + e.getMessage(), e);
        }
        return new Reading(new GenericDatumReader<>(schema), flatten ? Row.of(schema) : Mirror.of(schema));
    }

    private Writing writing(Route route) {
        SerializerConfig config = serializer;
        if (config == null) {
            throw new IllegalStateException("the converter is not configured");
        }
        org.apache.avro.Schema schema = AvroSchemas.of(route.schema);
        String subject = config.subjects().subject(route.topic, config.isKey(), schema);
        try {
            if (config.autoRegister()) {
                return new Writing(registry().register(subject, schema), schema);
            }
            if (!config.useLatest()) {
                return new Writing(registry().idOf(subject, schema), schema);
            }
            SchemaRegistry.Registered latest = registry().latest(subject);
            if (!SchemaCompatibility.checkReaderWriterCompatibility(latest.schema(), schema)
                    .getType()
                    .equals(SchemaCompatibilityType.COMPATIBLE)) {
                throw new DataException(subject + ": its latest schema cannot read what would be written");
            }
            return new Writing(latest.id(), latest.schema());
        } catch (RegistryException e) {
            throw new RetriableException(subject + ": " + e.getMessage(), e);
        }
    }

    private SchemaRegistry registry() {
        if (registry == null) {
            throw new IllegalStateException("the converter is not configured");
        }
        return registry;
    }
}
