package dev.turnpike.schemas.serde;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnpike.schemas.TrustedEvents;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.jspecify.annotations.Nullable;

/** How the records of one schema stand in JSON: an object with the fields of the schema and no others. */
final class RecordShape implements ValueShape {

    static {
        TrustedEvents.register();
    }

    private static final ClassValue<RecordShape> SHAPES = new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
            ClassLoader classes = type.getClassLoader();
            return of(new SpecificData(classes).getSchema(type), classes);
        }
    };

    private final Schema schema;
    private final Class<?> type;
    private final List<Field> fields;
    private final Map<String, Field> byName = new HashMap<>();

    /** @param byDefault what an absent field gets; null where it must be there */
    private record Field(
            int index,
            String name,
            ValueShape shape,
            @Nullable Supplier<@Nullable Object> byDefault) {}

    private RecordShape(Schema schema, SpecificData data) {
        this.schema = schema;
        this.type = data.getClass(schema);
        this.fields = schema.getFields().stream()
                .map(field -> new Field(
                        field.pos(),
                        field.name(),
                        ValueShape.of(
                                field.schema(),
                                Boolean.TRUE.equals(field.getObjectProp("json")),
                                data.getClassLoader()),
                        byDefault(field, data)))
                .toList();
        fields.forEach(field -> byName.put(field.name, field));
    }

    static RecordShape of(Class<?> type) {
        return SHAPES.get(type);
    }

    static RecordShape of(Schema schema, ClassLoader classes) {
        return new RecordShape(schema, new SpecificData(classes));
    }

    private static @Nullable Supplier<@Nullable Object> byDefault(Schema.Field field, SpecificData data) {
        if (!field.hasDefaultValue()) {
            return null;
        }
        Object value = data.getDefaultValue(field);
        if (value instanceof List || value instanceof Map || value instanceof IndexedRecord) {
            // mutable: each event gets its own
            return () -> data.deepCopy(field.schema(), value);
        }
        return () -> value;
    }

    @Override
    public Object read(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new Refusal("must be an object");
        }
        IndexedRecord event = (IndexedRecord) SpecificData.newInstance(type, schema);
        boolean[] present = new boolean[fields.size()];
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            Field field = byName.get(name);
            if (field == null) {
                throw new Refusal("is not a field of " + schema.getName() + "; it has "
                                + fields.stream().map(Field::name).collect(Collectors.joining(", ")))
                        .in(Shown.value(name));
            }
            parser.nextToken();
            try {
                event.put(field.index, field.shape.read(parser));
            } catch (Refusal e) {
                throw e.in(name);
            }
            present[field.index] = true;
        }
        for (Field field : fields) {
            if (!present[field.index]) {
                if (field.byDefault == null) {
                    throw new Refusal("is missing; a " + schema.getName() + " needs it").in(field.name);
                }
                event.put(field.index, field.byDefault.get());
            }
        }
        return event;
    }

    @Override
    public void write(@Nullable Object value, JsonGenerator generator) throws IOException {
        IndexedRecord event = record(value);
        generator.writeStartObject();
        for (Field field : fields) {
            generator.writeFieldName(field.name);
            try {
                field.shape.write(event.get(field.index), generator);
            } catch (Refusal e) {
                throw e.in(field.name);
            }
        }
        generator.writeEndObject();
    }

    @Override
    public void check(@Nullable Object value) throws IOException {
        IndexedRecord event = record(value);
        for (Field field : fields) {
            try {
                field.shape.check(event.get(field.index));
            } catch (Refusal e) {
                throw e.in(field.name);
            }
        }
    }

    private IndexedRecord record(@Nullable Object value) {
        if (value == null) {
            throw new Refusal("must not be null");
        }
        return (IndexedRecord) value;
    }
}
