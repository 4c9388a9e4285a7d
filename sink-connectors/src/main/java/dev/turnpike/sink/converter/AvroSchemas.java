package dev.turnpike.sink.converter;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.JsonProperties;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Type;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;

/**
 * Connect schemas as Avro ones, with the marks and names of Confluent's converter, so that either reads what the other
 * wrote: {@code connect.type} for the integers that Avro lacks, {@code ConnectDefault} for structs without a name, a list of
 * {@code MapEntry} for maps whose keys are no texts.
 */
final class AvroSchemas {

    static final String CONNECT_TYPE = "connect.type";

    private static final String NAMESPACE = "io.confluent.connect.avro";
    private static final int MOST_DIGITS = 64;

    private int unnamed;

    private AvroSchemas() {}

    static Schema of(org.apache.kafka.connect.data.Schema connect) {
        return new AvroSchemas().nullable(connect);
    }

    static boolean isEntries(org.apache.kafka.connect.data.Schema map) {
        return map.keySchema().type() != org.apache.kafka.connect.data.Schema.Type.STRING
                || map.keySchema().isOptional();
    }

    private Schema nullable(org.apache.kafka.connect.data.Schema connect) {
        Schema plain = plain(connect);
        return connect.isOptional() ? Schema.createUnion(Schema.create(Type.NULL), plain) : plain;
    }

    private Schema plain(org.apache.kafka.connect.data.Schema connect) {
        return switch (connect.type()) {
            case INT8, INT16 -> {
                Schema narrow = Schema.create(Type.INT);
                narrow.addProp(CONNECT_TYPE, connect.type().getName());
                yield narrow;
            }
            case INT32 -> integer(connect.name());
            case INT64 ->
                Timestamp.LOGICAL_NAME.equals(connect.name())
                        ? LogicalTypes.timestampMillis().addToSchema(Schema.create(Type.LONG))
                        : Schema.create(Type.LONG);
            case FLOAT32 -> Schema.create(Type.FLOAT);
            case FLOAT64 -> Schema.create(Type.DOUBLE);
            case BOOLEAN -> Schema.create(Type.BOOLEAN);
            case STRING -> Schema.create(Type.STRING);
            case BYTES -> bytes(connect);
            case ARRAY -> Schema.createArray(nullable(connect.valueSchema()));
            case MAP ->
                isEntries(connect)
                        ? Schema.createArray(entry(connect))
                        : Schema.createMap(nullable(connect.valueSchema()));
            case STRUCT -> record(connect);
        };
    }

    private static Schema integer(String name) {
        Schema integer = Schema.create(Type.INT);
        if (Date.LOGICAL_NAME.equals(name)) {
            return LogicalTypes.date().addToSchema(integer);
        }
        return Time.LOGICAL_NAME.equals(name) ? LogicalTypes.timeMillis().addToSchema(integer) : integer;
    }

    private static Schema bytes(org.apache.kafka.connect.data.Schema connect) {
        Schema bytes = Schema.create(Type.BYTES);
        if (Decimal.LOGICAL_NAME.equals(connect.name())) {
            int scale = Integer.parseInt(connect.parameters().get(Decimal.SCALE_FIELD));
            return LogicalTypes.decimal(MOST_DIGITS, scale).addToSchema(bytes);
        }
        return bytes;
    }

    private Schema record(org.apache.kafka.connect.data.Schema connect) {
        String name = connect.name();
        Schema record = name == null
                ? Schema.createRecord(next("ConnectDefault"), connect.doc(), NAMESPACE, false)
                : Schema.createRecord(
                        name.substring(name.lastIndexOf('.') + 1),
                        connect.doc(),
                        name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : null,
                        false);
        List<Schema.Field> fields = new ArrayList<>();
        for (Field field : connect.fields()) {
            Schema type = nullable(field.schema());
            Object absent = field.schema().isOptional() ? JsonProperties.NULL_VALUE : null;
            fields.add(new Schema.Field(field.name(), type, field.schema().doc(), absent));
        }
        record.setFields(fields);
        return record;
    }

    private Schema entry(org.apache.kafka.connect.data.Schema map) {
        Schema entry = Schema.createRecord(next("MapEntry"), null, NAMESPACE, false);
        entry.setFields(List.of(
                new Schema.Field("key", nullable(map.keySchema())),
                new Schema.Field("value", nullable(map.valueSchema()))));
        return entry;
    }

    /** No two records of a schema may share a name. */
    private String next(String name) {
        unnamed++;
        return unnamed == 1 ? name : name + unnamed;
    }
}
