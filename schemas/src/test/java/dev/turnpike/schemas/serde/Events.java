package dev.turnpike.schemas.serde;

import dev.turnpike.schemas.Seeds;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Random events of every kind, valid by their schema. */
final class Events {

    private static final List<String> JSON = List.of(
            "[]",
            "{}",
            "0.10",
            "123456789012345678901234567890",
            "\"😀\\\"\\n\"",
            "[{\"role\":\"user\",\"content\":\"hi\"}]",
            "{\"a\":{\"b\":[1,-2.50e3,true,false,null]}}");

    private Events() {}

    /** Every topic that carries events. */
    static List<Topic<?>> topics() {
        return Topics.ALL.stream().filter(topic -> topic.value() != null).toList();
    }

    @SuppressWarnings("unchecked") // the schema is the one of the topic's class
    static <V extends SpecificRecord> V random(Topic<V> topic, RandomGenerator random) {
        Schema schema = SpecificData.get().getSchema(topic.value());
        return (V) of(schema, false, random);
    }

    private static Object of(Schema schema, boolean json, RandomGenerator random) {
        return switch (schema.getType()) {
            case STRING -> json ? JSON.get(random.nextInt(JSON.size())) : Seeds.text(random, 20);
            case BOOLEAN -> random.nextBoolean();
            case INT -> (int) Seeds.anyLong(random);
            case LONG -> Seeds.anyLong(random);
            case DOUBLE -> random.nextDouble(-1e9, 1e9);
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    items.add(of(schema.getElementType(), false, random));
                }
                yield items;
            }
            case MAP -> {
                Map<String, Object> entries = new HashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    entries.put(Seeds.text(random, 5), of(schema.getValueType(), false, random));
                }
                yield entries;
            }
            case RECORD -> {
                IndexedRecord event = (IndexedRecord) SpecificData.get().newRecord(null, schema);
                for (Schema.Field field : schema.getFields()) {
                    boolean isJson = Boolean.TRUE.equals(field.getObjectProp("json"));
                    event.put(field.pos(), maybe(field.schema(), isJson, random));
                }
                yield event;
            }
            default -> throw new IllegalArgumentException(schema.toString());
        };
    }

    private static @Nullable Object maybe(Schema schema, boolean json, RandomGenerator random) {
        if (schema.getType() != Schema.Type.UNION) {
            return of(schema, json, random);
        }
        return random.nextBoolean() ? null : of(schema.getTypes().get(1), json, random);
    }
}
