package dev.turnpike.sink.converter;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericData;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.jspecify.annotations.Nullable;

/** Connect values as Avro ones of the schema that {@link AvroSchemas} makes of theirs. */
final class AvroValues {

    private AvroValues() {}

    static @Nullable Object of(Schema schema, org.apache.avro.Schema nullable, @Nullable Object given) {
        Object value = given == null ? schema.defaultValue() : given;
        if (value == null) {
            return null;
        }
        org.apache.avro.Schema avro = Mirror.withoutNull(nullable);
        return switch (schema.type()) {
            case INT8, INT16 -> ((Number) value).intValue();
            case INT32 -> value instanceof Date date ? day(schema, date) : value;
            case INT64 -> value instanceof Date date ? (Object) Timestamp.fromLogical(schema, date) : value;
            case BYTES -> bytes(schema, value);
            case ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                ((List<?>) value)
                        .forEach(element -> list.add(of(schema.valueSchema(), avro.getElementType(), element)));
                yield list;
            }
            case MAP -> AvroSchemas.isEntries(schema) ? entries(schema, avro, value) : map(schema, avro, value);
            case STRUCT -> record((Struct) value, avro);
            default -> value;
        };
    }

    private static Object day(Schema schema, Date value) {
        return Time.LOGICAL_NAME.equals(schema.name())
                ? Time.fromLogical(schema, value)
                : org.apache.kafka.connect.data.Date.fromLogical(schema, value);
    }

    private static ByteBuffer bytes(Schema schema, Object value) {
        if (value instanceof BigDecimal number) {
            return ByteBuffer.wrap(Decimal.fromLogical(schema, number));
        }
        return value instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : (ByteBuffer) value;
    }

    private static Object map(Schema schema, org.apache.avro.Schema avro, Object value) {
        Map<Object, @Nullable Object> map = new LinkedHashMap<>();
        ((Map<?, ?>) value)
                .forEach((key, element) -> map.put(key, of(schema.valueSchema(), avro.getValueType(), element)));
        return map;
    }

    private static Object entries(Schema schema, org.apache.avro.Schema avro, Object value) {
        org.apache.avro.Schema type = avro.getElementType();
        List<Object> entries = new ArrayList<>();
        ((Map<?, ?>) value).forEach((key, element) -> {
            GenericData.Record entry = new GenericData.Record(type);
            entry.put("key", of(schema.keySchema(), type.getField("key").schema(), key));
            entry.put("value", of(schema.valueSchema(), type.getField("value").schema(), element));
            entries.add(entry);
        });
        return entries;
    }

    // by name, since the registry's newest schema may have its fields in another order
    private static Object record(Struct struct, org.apache.avro.Schema avro) {
        GenericData.Record record = new GenericData.Record(avro);
        for (org.apache.avro.Schema.Field target : avro.getFields()) {
            if (struct.schema().field(target.name()) == null) {
                record.put(target.pos(), GenericData.get().getDefaultValue(target));
            }
        }
        for (Field field : struct.schema().fields()) {
            org.apache.avro.Schema.Field target = avro.getField(field.name());
            if (target != null) {
                record.put(target.pos(), of(field.schema(), target.schema(), struct.get(field)));
            }
        }
        return record;
    }
}
