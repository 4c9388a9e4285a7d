package dev.turnpike.sink.converter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * A record as a row of columns without structure, which is what databases take. A field of a nested record is named by its
 * way there, with underscores; a list or a map is JSON text, marked in the way of Debezium's connectors. The character NUL,
 * which PostgreSQL takes in no text, becomes the replacement character: one record must not stop a table.
 */
final class Row implements Mapping {

    private static final String JSON = "io.debezium.data.Json";

    private final List<Column> columns;
    private final Schema schema;

    /** A field that may lie within nested records, by its positions from the outermost one inwards. */
    private record Column(List<Integer> path, org.apache.avro.Schema avro, boolean isJson) {}

    private Row(List<Column> columns, Schema schema) {
        this.columns = columns;
        this.schema = schema;
    }

    /** @throws DataException if it is the schema of no record, or two columns would have the same name */
    static Row of(org.apache.avro.Schema avro) {
        if (avro.getType() != org.apache.avro.Schema.Type.RECORD) {
            throw new DataException("a " + avro.getType() + " cannot be flattened; only records can");
        }
        List<Column> columns = new ArrayList<>();
        SchemaBuilder row = SchemaBuilder.struct().name(avro.getFullName());
        add(columns, row, avro, "", List.of(), false);
        return new Row(List.copyOf(columns), row.build());
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public @Nullable Object value(@Nullable Object datum) {
        Struct row = new Struct(schema);
        for (Field field : schema.fields()) {
            Column column = columns.get(field.index());
            Object value = datum;
            for (int position : column.path) {
                value = value == null ? null : ((IndexedRecord) value).get(position);
            }
            Object shown = column.isJson ? text(value) : Mirror.value(field.schema(), column.avro, value);
            row.put(field, shown instanceof String text ? withoutNul(text) : shown);
        }
        return row;
    }

    private static void add(
            List<Column> columns,
            SchemaBuilder row,
            org.apache.avro.Schema record,
            String prefix,
            List<Integer> path,
            boolean isOptional) {
        for (org.apache.avro.Schema.Field field : record.getFields()) {
            org.apache.avro.Schema type = Mirror.withoutNull(field.schema());
            boolean mayBeNull = isOptional || field.schema().isNullable();
            List<Integer> here = new ArrayList<>(path);
            here.add(field.pos());
            if (type.getType() == org.apache.avro.Schema.Type.RECORD) {
                add(columns, row, type, prefix + field.name() + "_", here, mayBeNull);
                continue;
            }
            boolean isJson = type.getType() == org.apache.avro.Schema.Type.ARRAY
                    || type.getType() == org.apache.avro.Schema.Type.MAP;
            SchemaBuilder column = isJson ? SchemaBuilder.string().name(JSON).version(1) : Mirror.builder(type);
            columns.add(new Column(List.copyOf(here), field.schema(), isJson));
            row.field(prefix + field.name(), mayBeNull ? column.optional().build() : column.build());
        }
    }

    private static String withoutNul(String text) {
        return text.replace('\0', '\uFFFD');
    }

    private static @Nullable String text(@Nullable Object datum) {
        return datum == null ? null : json(datum).toString();
    }

    private static JsonNode json(@Nullable Object datum) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (datum == null) {
            return nodes.nullNode();
        }
        if (datum instanceof IndexedRecord record) {
            ObjectNode object = nodes.objectNode();
            record.getSchema().getFields().forEach(field -> object.set(field.name(), json(record.get(field.pos()))));
            return object;
        }
        if (datum instanceof Map<?, ?> map) {
            ObjectNode object = nodes.objectNode();
            map.forEach((key, value) -> object.set(withoutNul(key.toString()), json(value)));
            return object;
        }
        if (datum instanceof Iterable<?> list) {
            ArrayNode array = nodes.arrayNode();
            list.forEach(element -> array.add(json(element)));
            return array;
        }
        if (datum instanceof Boolean value) {
            return nodes.booleanNode(value);
        }
        if (datum instanceof Integer || datum instanceof Long) {
            return nodes.numberNode(((Number) datum).longValue());
        }
        if (datum instanceof Number value) {
            return nodes.numberNode(value.doubleValue());
        }
        if (datum instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return nodes.binaryNode(bytes);
        }
        return datum instanceof GenericFixed fixed
                ? nodes.binaryNode(fixed.bytes())
                : nodes.textNode(withoutNul(datum.toString()));
    }
}
