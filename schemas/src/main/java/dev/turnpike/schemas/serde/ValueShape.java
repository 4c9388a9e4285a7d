package dev.turnpike.schemas.serde;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** How the values of one Avro type stand in JSON. Only what is not allowed throws {@link Refusal}. */
interface ValueShape {

    /** The value that begins at the parser's token; ends at its last token. */
    @Nullable
    Object read(JsonParser parser) throws IOException;

    void write(@Nullable Object value, JsonGenerator generator) throws IOException;

    /** Refuses a value that could not be written. */
    default void check(@Nullable Object value) throws IOException {}

    /**
     * The shape of an Avro type.
     *
     * @throws IllegalArgumentException for a type that no event of the contract has
     */
    static ValueShape of(Schema schema, boolean json, ClassLoader classes) {
        return switch (schema.getType()) {
            case STRING -> json ? new JsonText() : new Text();
            case BOOLEAN -> new Flag();
            case INT -> new Whole(Integer.MIN_VALUE, Integer.MAX_VALUE);
            case LONG -> new Whole(Long.MIN_VALUE, Long.MAX_VALUE);
            case DOUBLE -> new Real();
            case ARRAY -> new Items(of(schema.getElementType(), false, classes));
            case MAP -> new Entries(of(schema.getValueType(), false, classes));
            case RECORD -> RecordShape.of(schema, classes);
            case UNION -> {
                List<Schema> types = schema.getTypes();
                if (types.size() != 2 || types.get(0).getType() != Schema.Type.NULL) {
                    throw new IllegalArgumentException(schema + ": has no JSON form; only [null, type] unions have");
                }
                yield new Maybe(of(types.get(1), json, classes));
            }
            default -> throw new IllegalArgumentException(schema + ": has no JSON form");
        };
    }

    private static Refusal mustBe(String what, JsonParser parser) throws IOException {
        String given = switch (parser.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> '"' + Shown.value(parser.getText()) + '"';
            default -> Shown.value(parser.getText());
        };
        return new Refusal("must be " + what + ", not " + given);
    }

    /** Any text that UTF-8 can carry. */
    record Text() implements ValueShape {

        @Override
        public Object read(JsonParser parser) throws IOException {
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                throw mustBe("text", parser);
            }
            return JsonTexts.wellFormed(parser.getText());
        }

        @Override
        public void write(@Nullable Object value, JsonGenerator generator) throws IOException {
            generator.writeString(String.valueOf(value));
        }
    }

    /** Any JSON value, kept as its compact text. */
    record JsonText() implements ValueShape {

        @Override
        public Object read(JsonParser parser) throws IOException {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                throw new Refusal("must not be null");
            }
            return JsonTexts.read(parser);
        }

        @Override
        public void write(@Nullable Object value, JsonGenerator generator) throws IOException {
            JsonTexts.write(String.valueOf(value), generator);
        }

        @Override
        public void check(@Nullable Object value) throws IOException {
            JsonTexts.check(String.valueOf(value));
        }
    }

    record Flag() implements ValueShape {

        @Override
        public Object read(JsonParser parser) throws IOException {
            if (!parser.currentToken().isBoolean()) {
                throw mustBe("true or false", parser);
            }
            return parser.getBooleanValue();
        }

        @Override
        public void write(@Nullable Object value, JsonGenerator generator) throws IOException {
            generator.writeBoolean(Boolean.TRUE.equals(value));
        }
    }

    /** A whole number from {@code least} to {@code most}. */
    record Whole(long least, long most) implements ValueShape {

        @Override
        public Object read(JsonParser parser) throws IOException {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                throw mustBe("a whole number", parser);
            }
            try {
                long number = parser.getLongValue();
                if (number >= least && number <= most) {
                    return most == Integer.MAX_VALUE ? (Object) (int) number : (Object) number;
                }
            } catch (InputCoercionException e) {
                // beyond a long: refused like any other number out of range
            }
            throw mustBe("from " + least + " to " + most, parser);
        }

        @Override
        public void write(@Nullable Object value, JsonGenerator generator) throws IOException {
            generator.writeNumber(value == null ? 0 : ((Number) value).longValue());
        }
    }

    /** A finite number. */
    record Real() implements ValueShape {

        @Override
        public Object read(JsonParser parser) throws IOException {
            if (!parser.currentToken().isNumeric()) {
                throw mustBe("a number", parser);
            }
            double number = parser.getDoubleValue();
            if (!Double.isFinite(number)) {
                throw mustBe("within the range of a double", parser);
            }
            return number;
        }

        @Override
        public void write(@Nullable Object value, JsonGenerator generator) throws IOException {
            check(value);
            generator.writeNumber(value == null ? 0 : ((Number) value).doubleValue());
        }

        @Override
        public void check(@Nullable Object value) {
            if (value != null && !Double.isFinite(((Number) value).doubleValue())) {
                throw new Refusal("must be a finite number, not " + value);
            }
        }
    }

    /** A value or null. */
    record Maybe(ValueShape shape) implements ValueShape {

        @Override
        public @Nullable Object read(JsonParser parser) throws IOException {
            return parser.currentToken() == JsonToken.VALUE_NULL ? null : shape.read(parser);
        }

        @Override
        public void write(@Nullable Object value, JsonGenerator generator) throws IOException {
            if (value == null) {
                generator.writeNull();
            } else {
                shape.write(value, generator);
            }
        }

        @Override
        public void check(@Nullable Object value) throws IOException {
            if (value != null) {
                shape.check(value);
            }
        }
    }

    record Items(ValueShape shape) implements ValueShape {

        @Override
        public Object read(JsonParser parser) throws IOException {
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw mustBe("an array", parser);
            }
            List<@Nullable Object> items = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                try {
                    items.add(shape.read(parser));
                } catch (Refusal e) {
                    throw e.in(Integer.toString(items.size()));
                }
            }
            return items;
        }

        @Override
        public void write(@Nullable Object value, JsonGenerator generator) throws IOException {
            generator.writeStartArray();
            for (Object item : items(value)) {
                shape.write(item, generator);
            }
            generator.writeEndArray();
        }

        @Override
        public void check(@Nullable Object value) throws IOException {
            for (Object item : items(value)) {
                shape.check(item);
            }
        }

        private static List<?> items(@Nullable Object value) {
            return value instanceof List<?> list ? list : List.of();
        }
    }

    record Entries(ValueShape shape) implements ValueShape {

        @Override
        public Object read(JsonParser parser) throws IOException {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw mustBe("an object", parser);
            }
            Map<String, @Nullable Object> entries = new HashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = JsonTexts.wellFormed(parser.currentName());
                parser.nextToken();
                try {
                    entries.put(name, shape.read(parser));
                } catch (Refusal e) {
                    throw e.in(Shown.value(name));
                }
            }
            return entries;
        }

        @Override
        public void write(@Nullable Object value, JsonGenerator generator) throws IOException {
            generator.writeStartObject();
            for (Map.Entry<?, ?> entry : entries(value).entrySet()) {
                generator.writeFieldName(String.valueOf(entry.getKey()));
                shape.write(entry.getValue(), generator);
            }
            generator.writeEndObject();
        }

        @Override
        public void check(@Nullable Object value) throws IOException {
            for (Object item : entries(value).values()) {
                shape.check(item);
            }
        }

        private static Map<?, ?> entries(@Nullable Object value) {
            return value instanceof Map<?, ?> map ? map : Map.of();
        }
    }
}
