package dev.turnpike.sink.converter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.registry.SchemaRegistry;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.schemas.serde.WireFormat;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AvroConverterTest {

    static {
        TrustedEvents.register();
    }

    private static final Map<String, String> REGISTRY = Map.of("schema.registry.url", "mock://converter");

    private final EventSerdes serdes = new EventSerdes(REGISTRY);

    @Test
    void shouldReadAnEventAsItIs() {
        SchemaAndValue read = converter(Map.of()).toConnectData("llm.ledger", written(entry("ann")));

        Struct struct = (Struct) read.value();
        assertThat(read.schema().name()).isEqualTo("dev.turnpike.schemas.event.LedgerEntry");
        assertThat(struct.getString("user")).isEqualTo("ann");
        assertThat(struct.get("task_id")).isNull();
        assertThat(struct.schema().field("task_id").schema().isOptional()).isTrue();
        assertThat(struct.get("admitted_at")).isEqualTo(1_700_000_000_000L);
        assertThat(struct.getStruct("amount").getInt64("nano_usd")).isEqualTo(125L);
        assertThat(struct.getMap("tags")).isEqualTo(Map.of("feature", "search"));
        assertThat(struct.getArray("windows"))
                .singleElement()
                .satisfies(window ->
                        assertThat(((Struct) window).getString("period")).isEqualTo("day"));
    }

    @Test
    void shouldReadAnEventAsARow() {
        SchemaAndValue read = converter(Map.of("flatten", "true")).toConnectData("llm.ledger", written(entry("ann")));

        Struct row = (Struct) read.value();
        assertThat(row.getInt64("amount_nano_usd")).isEqualTo(125L);
        assertThat(row.getInt64("amount_requests")).isEqualTo(1L);
        assertThat(row.getString("tags")).isEqualTo("{\"feature\":\"search\"}");
        assertThat(row.getString("windows"))
                .isEqualTo("[{\"scope\":\"team\",\"scope_value\":\"search\",\"period\":\"day\",\"window_start\":5,"
                        + "\"window_end\":9}]");
        assertThat(row.schema().field("windows").schema().name()).isEqualTo("io.debezium.data.Json");
        assertThat(row.schema().fields()).extracting(Field::name).doesNotContain("amount");
        assertThat(row.schema().fields())
                .extracting(field -> field.schema().type())
                .noneMatch(type -> List.of(Schema.Type.STRUCT, Schema.Type.ARRAY, Schema.Type.MAP)
                        .contains(type));
        row.validate();
    }

    @Test
    void shouldLeaveNoNulInTheTextsOfARow() {
        LedgerEntry entry = entry("a\0b");
        entry.setTags(Map.of("x\0", "y\0"));

        Struct row = (Struct) converter(Map.of("flatten", "true"))
                .toConnectData("llm.ledger", written(entry))
                .value();

        assertThat(row.getString("user")).isEqualTo("a\uFFFDb");
        assertThat(row.getString("tags")).isEqualTo("{\"x\uFFFD\":\"y\uFFFD\"}");
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void shouldKnowAPlaceForEveryFieldOfEveryEvent(org.apache.avro.Schema schema) {
        assertThat(Mirror.of(schema).schema().fields()).hasSameSizeAs(schema.getFields());
        assertThat(Row.of(schema).schema().fields())
                .hasSizeGreaterThanOrEqualTo(schema.getFields().size());
    }

    static List<org.apache.avro.Schema> schemas() {
        return Topics.ALL.stream()
                .filter(topic -> topic.value() != null)
                .map(topic -> org.apache.avro.specific.SpecificData.get().getSchema(topic.value()))
                .distinct()
                .toList();
    }

    @Test
    void shouldWriteWhatItReadSoThatTheEventIsTheSame() {
        AvroConverter converter = converter(Map.of());
        LedgerEntry entry = entry("ann");
        SchemaAndValue read = converter.toConnectData("llm.ledger", written(entry));

        byte[] bytes = converter.fromConnectData("copy", read.schema(), read.value());

        SpecificRecord again = serdes.avro(Topics.LEDGER).deserializer().deserialize("copy", bytes);
        assertThat(again).isEqualTo(entry);
    }

    @Test
    void shouldCarryEveryTypeOfConnect() {
        Schema inner = org.apache.kafka.connect.data.SchemaBuilder.struct()
                .field("x", Schema.INT32_SCHEMA)
                .build();
        Schema schema = org.apache.kafka.connect.data.SchemaBuilder.struct()
                .field("tiny", Schema.INT8_SCHEMA)
                .field("short", Schema.OPTIONAL_INT16_SCHEMA)
                .field("real", Schema.FLOAT64_SCHEMA)
                .field("flag", Schema.BOOLEAN_SCHEMA)
                .field("bytes", Schema.BYTES_SCHEMA)
                .field("at", Timestamp.SCHEMA)
                .field("day", org.apache.kafka.connect.data.Date.SCHEMA)
                .field("money", Decimal.schema(2))
                .field("first", inner)
                .field("absent", Schema.OPTIONAL_STRING_SCHEMA)
                .field(
                        "list",
                        org.apache.kafka.connect.data.SchemaBuilder.array(Schema.OPTIONAL_INT64_SCHEMA)
                                .build())
                .build();
        Struct value = new Struct(schema)
                .put("tiny", (byte) -3)
                .put("short", (short) 300)
                .put("real", 0.5)
                .put("flag", true)
                .put("bytes", ByteBuffer.wrap(new byte[] {1, 2}))
                .put("at", new Date(1_700_000_000_123L))
                .put("day", new Date(86_400_000L))
                .put("money", new BigDecimal("-12.34"))
                .put("first", new Struct(inner).put("x", 7))
                .put("list", java.util.Arrays.asList(1L, null));
        AvroConverter converter = converter(Map.of());

        Struct read = (Struct) converter
                .toConnectData("any", converter.fromConnectData("any", schema, value))
                .value();

        for (Field field : schema.fields()) {
            if (!field.name().equals("first")) {
                assertThat(read.get(field.name())).as(field.name()).isEqualTo(value.get(field));
            }
        }
        assertThat(read.getStruct("first").getInt32("x")).isEqualTo(7);
    }

    @Test
    void shouldWriteMapsWhoseKeysAreNoTextsAsListsOfEntries() {
        Schema schema = org.apache.kafka.connect.data.SchemaBuilder.map(Schema.INT32_SCHEMA, Schema.STRING_SCHEMA)
                .build();
        AvroConverter converter = converter(Map.of());

        Object read = converter
                .toConnectData("entries", converter.fromConnectData("entries", schema, Map.of(1, "one")))
                .value();

        assertThat((List<?>) read).singleElement().satisfies(entry -> {
            assertThat(((Struct) entry).getInt32("key")).isEqualTo(1);
            assertThat(((Struct) entry).getString("value")).isEqualTo("one");
        });
    }

    @Test
    void shouldKeepATombstoneATombstone() {
        AvroConverter converter = converter(Map.of("flatten", "true"));

        assertThat(converter.toConnectData("llm.spend", null)).isEqualTo(SchemaAndValue.NULL);
        assertThat(converter.fromConnectData("llm.spend", null, null)).isNull();
    }

    @Test
    void shouldRefuseWhatIsNotAvroInTheWireFormat() {
        AvroConverter converter = converter(Map.of());

        for (byte[] bytes :
                List.of(new byte[0], "{\"team\":\"x\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8))) {
            assertThatExceptionOfType(DataException.class)
                    .isThrownBy(() -> converter.toConnectData("llm.usage", bytes))
                    .withMessageContaining("llm.usage");
        }
    }

    @Test
    void shouldRefuseBytesThatAreNotWhatTheirSchemaSays() {
        byte[] cut = java.util.Arrays.copyOf(written(entry("ann")), WireFormat.HEADER_BYTES + 3);

        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> converter(Map.of()).toConnectData("llm.ledger", cut))
                .withMessageContaining("is not what its schema id");
    }

    @Test
    void shouldRefuseUnionsOfSeveralTypes() {
        org.apache.avro.Schema either = SchemaBuilder.record("Either")
                .fields()
                .name("x")
                .type()
                .unionOf()
                .intType()
                .and()
                .stringType()
                .endUnion()
                .noDefault()
                .endRecord();

        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> Mirror.of(either))
                .withMessageContaining("has several types");
    }

    @Test
    void shouldAskAgainWhereTheRegistryIsAway() {
        AvroConverter converter = new AvroConverter();
        converter.configure(
                Map.of(
                        "schema.registry.url", "http://127.0.0.1:1",
                        "max.retries", "0"),
                false);

        assertThatExceptionOfType(RetriableException.class)
                .isThrownBy(() -> converter.toConnectData("llm.ledger", written(entry("ann"))));
    }

    @Test
    void shouldRegisterUnderTheSubjectOfTheTopic() {
        converter(Map.of()).fromConnectData("subjects", Schema.STRING_SCHEMA, "x");

        assertThat(SchemaRegistry.connect(REGISTRY).latest("subjects-value").schema())
                .isEqualTo(org.apache.avro.Schema.create(org.apache.avro.Schema.Type.STRING));
    }

    private static AvroConverter converter(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(REGISTRY);
        settings.putAll(more);
        AvroConverter converter = new AvroConverter();
        converter.configure(settings, false);
        return converter;
    }

    private byte[] written(LedgerEntry entry) {
        return serdes.avro(Topics.LEDGER).serializer().serialize("llm.ledger", entry);
    }

    private static LedgerEntry entry(String user) {
        return LedgerEntry.newBuilder()
                .setEntryId("e1")
                .setKind("usage")
                .setTeam("search")
                .setSource("test")
                .setUsageId("u1")
                .setStatus("ok")
                .setUser(user)
                .setModel("small")
                .setTags(Map.of("feature", "search"))
                .setAdmittedAt(1_700_000_000_000L)
                .setOccurredAt(1_700_000_000_001L)
                .setInputTokens(10)
                .setCacheReadTokens(0)
                .setCacheWrite5mTokens(0)
                .setCacheWrite1hTokens(0)
                .setOutputTokens(5)
                .setReasoningTokens(0)
                .setAmount(new AmountVector(125L, 15L, 1L))
                .setWindows(List.of(new HoldWindow("team", "search", "day", 5L, 9L)))
                .build();
    }
}
