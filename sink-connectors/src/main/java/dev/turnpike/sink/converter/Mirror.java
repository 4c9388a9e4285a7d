package dev.turnpike.sink.converter;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * Avro values as they are: records as structs, lists and maps as such, enums as texts, {@code [null, X]} as optional X.
 *
 * <p>Avro's {@code date}, {@code time-millis}, {@code timestamp-millis} and {@code decimal} become Connect's own; a long
 * without such a mark stays a long, as all instants of Turnpike's events do. A union of several types has no place in a
 * Connect schema and is refused, and so is a record within itself.
 */
final class Mirror implements Mapping {

    private final org.apache.avro.Schema avro;
    private final Schema schema;

    private Mirror(org.apache.avro.Schema avro, Schema schema) {
        this.avro = avro;
        this.schema = schema;
    }

    /** @throws DataException if the schema cannot be said in Connect */
    static Mirror of(org.apache.avro.Schema avro) {
        return new Mirror(avro, schema(avro, new HashSet<>()));
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public @Nullable Object value(@Nullable Object datum) {
        return value(schema, avro, datum);
    }

    /** The only type of a union besides null; any other schema itself. */
    static org.apache.avro.Schema withoutNull(org.apache.avro.Schema avro) {
        if (!avro.isUnion()) {
            return avro;
        }
        List<org.apache.avro.Schema> types = avro.getTypes().stream()
                .filter(type -> type.getType() != org.apache.avro.Schema.Type.NULL)
                .toList();
        if (types.size() != 1) {
            throw new DataException("the union " + avro + " has several types, which Connect knows no schema for");
        }
        return types.get(0);
    }

    /** Of a type that is no union. */
    static SchemaBuilder builder(org.apache.avro.Schema avro) {
        return builder(avro, new HashSet<>());
    }

    private static Schema schema(org.apache.avro.Schema avro, Set<String> within) {
        SchemaBuilder builder = builder(withoutNull(avro), within);
        return avro.isNullable() ? builder.optional().build() : builder.build();
    }

    private static SchemaBuilder builder(org.apache.avro.Schema avro, Set<String> within) {
        String logical = avro.getProp("logicalType");
        return switch (avro.getType()) {
            case BOOLEAN -> SchemaBuilder.bool();
            case INT -> integer(avro, logical);
            case LONG -> "timestamp-millis".equals(logical) ? Timestamp.builder() : SchemaBuilder.int64();
            case FLOAT -> SchemaBuilder.float32();
            case DOUBLE -> SchemaBuilder.float64();
            case STRING, ENUM -> SchemaBuilder.string();
            case BYTES, FIXED ->
                "decimal".equals(logical)
                        ? Decimal.builder(((Number) avro.getObjectProp("scale")).intValue())
                        : SchemaBuilder.bytes();
            case ARRAY -> SchemaBuilder.array(schema(avro.getElementType(), within));
            case MAP -> SchemaBuilder.map(Schema.STRING_SCHEMA, schema(avro.getValueType(), within));
            case RECORD -> struct(avro, within);
            case NULL, UNION -> throw new DataException("the type " + avro + " has no place in a Connect schema");
        };
    }

    private static SchemaBuilder integer(org.apache.avro.Schema avro, @Nullable String logical) {
        // as Confluent's converter marks the types that Avro lacks
        String narrow = String.valueOf(avro.getProp(AvroSchemas.CONNECT_TYPE));
        return switch (logical == null ? narrow : logical) {
            case "date" -> Date.builder();
            case "time-millis" -> Time.builder();
            case "int8" -> SchemaBuilder.int8();
            case "int16" -> SchemaBuilder.int16();
            default -> SchemaBuilder.int32();
        };
    }

    private static SchemaBuilder struct(org.apache.avro.Schema avro, Set<String> within) {
        if (!within.add(avro.getFullName())) {
            throw new DataException("a " + avro.getFullName() + " contains another, which Connect knows no schema for");
        }
        SchemaBuilder struct = SchemaBuilder.struct().name(avro.getFullName());
        for (org.apache.avro.Schema.Field field : avro.getFields()) {
            struct.field(field.name(), schema(field.schema(), within));
        }
        within.remove(avro.getFullName());
        return struct;
    }

    static @Nullable Object value(Schema schema, org.apache.avro.Schema nullable, @Nullable Object datum) {
        if (datum == null) {
            return null;
        }
        org.apache.avro.Schema avro = withoutNull(nullable);
        return switch (avro.getType()) {
            case STRING, ENUM -> datum.toString();
            case BYTES, FIXED -> bytes(schema, datum);
            case INT -> integer(schema, (Integer) datum);
            case LONG ->
                Timestamp.LOGICAL_NAME.equals(schema.name()) ? Timestamp.toLogical(schema, (Long) datum) : datum;
            case ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (Object element : (Iterable<?>) datum) {
                    list.add(value(schema.valueSchema(), avro.getElementType(), element));
                }
                yield list;
            }
            case MAP -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                ((Map<?, ?>) datum)
                        .forEach((key, value) ->
                                map.put(key.toString(), value(schema.valueSchema(), avro.getValueType(), value)));
                yield map;
            }
            case RECORD -> {
                Struct struct = new Struct(schema);
                for (Field field : schema.fields()) {
                    org.apache.avro.Schema of =
                            avro.getFields().get(field.index()).schema();
                    struct.put(field, value(field.schema(), of, ((IndexedRecord) datum).get(field.index())));
                }
                yield struct;
            }
            default -> datum;
        };
    }

    private static Object integer(Schema schema, int value) {
        if (Date.LOGICAL_NAME.equals(schema.name())) {
            return Date.toLogical(schema, value);
        }
        if (Time.LOGICAL_NAME.equals(schema.name())) {
            return Time.toLogical(schema, value);
        }
        return switch (schema.type()) {
            case INT8 -> (byte) value;
            case INT16 -> (short) value;
            default -> value;
        };
    }

    private static Object bytes(Schema schema, Object datum) {
        ByteBuffer buffer = datum instanceof GenericFixed fixed ? ByteBuffer.wrap(fixed.bytes()) : (ByteBuffer) datum;
        if (Decimal.LOGICAL_NAME.equals(schema.name())) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return Decimal.toLogical(schema, bytes);
        }
        return buffer;
    }
}
