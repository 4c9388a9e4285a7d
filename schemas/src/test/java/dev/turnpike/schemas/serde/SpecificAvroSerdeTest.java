package dev.turnpike.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.Requires;
import dev.turnpike.schemas.event.Tick;
import dev.turnpike.schemas.registry.RegistryException;
import dev.turnpike.schemas.registry.SchemaRegistry;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecificAvroSerdeTest {

    private static final String TOPIC = "llm.aliases";
    private static final Alias FAST = new Alias("fast", "openai/gpt-5");

    private final String url = "mock://" + UUID.randomUUID();
    private final SchemaRegistry registry = SchemaRegistry.connect(Map.of("schema.registry.url", url));

    @Test
    void shouldWriteTheWireFormatByteForByte() {
        byte[] bytes = serde(Map.of()).serializer().serialize(TOPIC, FAST);

        // by hand: zero, schema id 1, then each text behind twice its length
        assertThat(bytes).isEqualTo(hex("00 00000001 08 66617374 18 6f70656e61692f6770742d35"));
    }

    @Test
    void shouldReadTheWireFormatByteForByte() {
        for (int i = 1; i < 0x0102; i++) {
            registry.register("filler-" + i, fixed(i));
        }
        assertThat(registry.register("llm.ticks-value", Tick.getClassSchema())).isEqualTo(0x0102);

        // by hand: zero, the id with its most significant byte first, 150 as the variable-length number 300, no prices
        SpecificRecord tick = serde(Map.of()).deserializer().deserialize("llm.ticks", hex("00 00000102 ac02 00"));

        assertThat(tick).isEqualTo(new Tick(150, null));
    }

    @Test
    void shouldKeepARecordWithoutAValueAsItIs() {
        var serde = serde(Map.of());

        assertThat(serde.serializer().serialize(TOPIC, null)).isNull();
        assertThat(serde.deserializer().deserialize(TOPIC, null)).isNull();
        assertThat(serde.deserializer().deserialize(TOPIC, new RecordHeaders(), (byte[]) null))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "TopicNameStrategy, llm.aliases-value",
        "RecordNameStrategy, dev.turnpike.schemas.event.Alias",
        "TopicRecordNameStrategy, llm.aliases-dev.turnpike.schemas.event.Alias"
    })
    void shouldRegisterUnderTheSubjectOfTheStrategy(String strategy, String subject) {
        serde(Map.of("value.subject.name.strategy", "io.confluent.kafka.serializers.subject." + strategy))
                .serializer()
                .serialize(TOPIC, FAST);

        assertThat(registry.latest(subject).schema()).isEqualTo(Alias.getClassSchema());
    }

    @Test
    void shouldRegisterKeysUnderASubjectOfTheirOwn() {
        var serde = new SpecificAvroSerde<Alias>();
        serde.configure(Map.of("schema.registry.url", url), true);

        serde.serializer().serialize(TOPIC, FAST);

        assertThat(registry.latest("llm.aliases-key").schema()).isEqualTo(Alias.getClassSchema());
    }

    @Test
    void shouldNotRegisterWhereThatIsForbidden() {
        var serde = serde(Map.of("auto.register.schemas", false));

        assertThatThrownBy(() -> serde.serializer().serialize(TOPIC, FAST))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("llm.aliases-value");
        int id = registry.register("llm.aliases-value", Alias.getClassSchema());
        assertThat(WireFormat.schemaId(serde.serializer().serialize(TOPIC, FAST)))
                .isEqualTo(id);
    }

    @Test
    void shouldWriteWithTheLatestSchemaWhereAskedTo() {
        // the subject has moved on: the fields have changed places, and there is another one
        int id = registry.register(
                "llm.aliases-value",
                alias("{\"name\":\"note\",\"type\":\"string\",\"default\":\"\"},"
                        + "{\"name\":\"target\",\"type\":\"string\"},{\"name\":\"alias\",\"type\":\"string\"}"));
        var serde = serde(Map.of("auto.register.schemas", false, "use.latest.version", true));

        byte[] bytes = serde.serializer().serialize(TOPIC, FAST);

        assertThat(bytes).isEqualTo(hex("00 0000000" + id + " 00 18 6f70656e61692f6770742d35 08 66617374"));
        assertThat(serde.deserializer().deserialize(TOPIC, bytes)).isEqualTo(FAST);
    }

    @Test
    void shouldRefuseALatestSchemaThatCannotCarryTheEvent() {
        registry.register("llm.aliases-value", alias("{\"name\":\"other\",\"type\":\"string\"}"));
        var serde = serde(Map.of("auto.register.schemas", false, "use.latest.version", true));

        assertThatThrownBy(() -> serde.serializer().serialize(TOPIC, FAST))
                .isInstanceOf(RegistryException.class)
                .hasMessage("llm.aliases-value: its latest schema (id 1) cannot read a dev.turnpike.schemas.event.Alias"
                        + " of this release; register a compatible one");
    }

    @Test
    void shouldReadWhatAnOlderReleaseWrote() {
        // Requires once had no regions
        int id = registry.register(
                "t-value",
                new Schema.Parser()
                        .parse(
                                "{\"type\":\"record\",\"namespace\":\"dev.turnpike.schemas.event\",\"name\":\"Requires\","
                                        + "\"fields\":[{\"name\":\"tools\",\"type\":\"boolean\"}]}"));

        SpecificRecord read = serde(Map.of()).deserializer().deserialize("t", hex("00 0000000" + id + " 01"));

        assertThat(read).isEqualTo(Requires.newBuilder().setTools(true).build());
    }

    @Test
    void shouldReadWhatANewerReleaseWrote() {
        int id = registry.register(
                "llm.aliases-value",
                alias("{\"name\":\"note\",\"type\":\"string\",\"default\":\"\"},"
                        + "{\"name\":\"alias\",\"type\":\"string\"},{\"name\":\"target\",\"type\":\"string\"}"));

        SpecificRecord read = serde(Map.of())
                .deserializer()
                .deserialize(TOPIC, hex("00 0000000" + id + " 02 78 08 66617374 18 6f70656e61692f6770742d35"));

        assertThat(read).isEqualTo(FAST);
    }

    @Test
    void shouldReadIntoTheNamedClassWhateverTheWriterCalledIt() {
        int id = registry.register(
                "t-value",
                new Schema.Parser()
                        .parse(
                                "{\"type\":\"record\",\"namespace\":\"elsewhere\",\"name\":\"Alias\",\"fields\":["
                                        + "{\"name\":\"alias\",\"type\":\"string\"},{\"name\":\"target\",\"type\":\"string\"}]}"));
        byte[] bytes = hex("00 0000000" + id + " 02 61 02 62");

        assertThat(serde(Map.of("specific.avro.value.type", Alias.class.getName()))
                        .deserializer()
                        .deserialize("t", bytes))
                .isEqualTo(new Alias("a", "b"));
        assertThatThrownBy(() -> serde(Map.of()).deserializer().deserialize("t", bytes))
                .isInstanceOf(InvalidEventException.class)
                .hasMessage("schema id 1 is a elsewhere.Alias, no class generated here; set specific.avro.value.type");
        assertThatThrownBy(() -> serde(Map.of("specific.avro.value.type", "java.lang.String")))
                .isInstanceOf(ConfigException.class)
                .hasMessage("specific.avro.value.type=java.lang.String: is not a class generated from Avro");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                            | unreadable | 0 bytes are too few
            00 00000001                   | unreadable | the bytes are not a Alias written with schema id 1
            01 00000001 02 61 02 62       | unreadable | byte 1 does not begin Avro
            00 00000007 02 61 02 62       | unreadable | schema id 7 is not in the registry; register it first
            00 00000001 02 61 02 62 00    | unreadable | bytes follow the end of a Alias of schema id 1
            00 00000001 02 61 04 62       | unreadable | the bytes are not a Alias written with schema id 1
            00 00000001 01 61 02 62       | unreadable | the bytes are not a Alias written with schema id 1
            # a text of two billion bytes, says a record of ten
            00 00000001 feffffff0f        | unreadable | the bytes are not a Alias written with schema id 1
            00 00000002 02                | invalid    | schema id 2 (dev.turnpike.schemas.event.Alias) cannot be read as
            00 00000003 02                | invalid    | schema id 3 (int) cannot be read
            """)
    void shouldSayWhyBytesHoldNoEvent(String bytes, String reason, String message) {
        registry.register(TOPIC + "-value", Alias.getClassSchema());
        registry.register(TOPIC + "-value", alias("{\"name\":\"alias\",\"type\":\"string\"}"));
        registry.register(TOPIC + "-value", Schema.create(Schema.Type.INT));
        var deserializer = new SpecificAvroDeserializer<>(registry, Alias.class);

        assertThatThrownBy(() -> deserializer.deserialize(TOPIC, hex(bytes)))
                .isInstanceOfSatisfying(
                        InvalidEventException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .message()
                .startsWith(message)
                .doesNotContain("\n");
    }

    @Test
    void shouldRefuseAnIdInAHeader() {
        var headers = new RecordHeaders().add("__value_schema_id", new byte[17]);

        assertThatThrownBy(
                        () -> serde(Map.of()).deserializer().deserialize(TOPIC, headers, new byte[] {2, 'a', 2, 'b'}))
                .isInstanceOfSatisfying(
                        InvalidEventException.class, e -> assertThat(e.reason()).isEqualTo(DeadLetter.UNREADABLE))
                .hasMessageContaining("__value_schema_id");
    }

    @Test
    void shouldNameTheFieldThatCannotBeWritten() {
        var broken = new Alias("fast", null);
        var serde = serde(Map.of());

        assertThatThrownBy(() -> serde.serializer().serialize(TOPIC, broken))
                .isInstanceOf(SerializationException.class)
                .hasMessageStartingWith("llm.aliases: a Alias cannot be written: ")
                .hasMessageContaining("target");
        // what was written before the failure is not part of the next record
        assertThat(serde.deserializer().deserialize(TOPIC, serde.serializer().serialize(TOPIC, FAST)))
                .isEqualTo(FAST);
    }

    @Test
    void shouldServeManyThreads() throws Exception {
        var serde = serde(Map.of());
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Boolean>> results = IntStream.range(0, 8)
                    .mapToObj(thread ->
                            threads.submit(() -> IntStream.range(0, 2_000).allMatch(i -> {
                                // two classes and lengths from short to beyond a thread's first buffer
                                SpecificRecord event = i % 2 == 0
                                        ? new Alias("a" + thread, "x".repeat(i * 3))
                                        : new AmountVector((long) thread, (long) i, 1L);
                                byte[] bytes = serde.serializer().serialize("t" + i % 3, event);
                                return event.equals(serde.deserializer().deserialize("t" + i % 3, bytes));
                            })))
                    .toList();

            for (Future<Boolean> result : results) {
                assertThat(result.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "value.subject.name.strategy, com.acme.Mine",
        "value.schema.id.serializer, io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer",
        "use.schema.id, 7",
        "use.latest.with.metadata, a=b",
        "rule.executors, encrypt",
        "latest.cache.ttl.sec, 60",
        "avro.remove.java.properties, true",
        "basic.auth.credentials.source, SASL_INHERIT",
        "bearer.auth.credentials.source, OAUTHBEARER",
        "schema.registry.ssl.truststore.location, trust.jks",
        "proxy.host, proxy"
    })
    void shouldRefuseASettingThatItDoesNotKeep(String key, String value) {
        assertThatThrownBy(() -> serde(Map.of(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(key)
                .hasMessageContaining("supported")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void shouldSayWhenItWasNotConfigured() {
        assertThatThrownBy(() -> new SpecificAvroSerializer<Alias>().serialize(TOPIC, FAST))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new SpecificAvroDeserializer<Alias>().deserialize(TOPIC, new byte[5]))
                .isInstanceOf(IllegalStateException.class);
    }

    private SpecificAvroSerde<SpecificRecord> serde(Map<String, ?> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put("schema.registry.url", url);
        var serde = new SpecificAvroSerde<SpecificRecord>();
        serde.configure(settings, false);
        return serde;
    }

    private static Schema alias(String fields) {
        return new Schema.Parser()
                .parse(
                        "{\"type\":\"record\",\"namespace\":\"dev.turnpike.schemas.event\",\"name\":\"Alias\",\"fields\":["
                                + fields + "]}");
    }

    private static Schema fixed(int size) {
        return Schema.createFixed("f" + size, null, null, size);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }
}
