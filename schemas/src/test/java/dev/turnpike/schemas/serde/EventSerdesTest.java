package dev.turnpike.schemas.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Outcome;
import dev.turnpike.schemas.registry.RegistryException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventSerdesTest {

    private static final String TOPIC = "llm.outcomes";

    private final EventSerdes serdes = new EventSerdes(Map.of("schema.registry.url", "mock://" + UUID.randomUUID()));

    @Test
    void shouldReceiveAvro() {
        var outcome = Outcome.newBuilder().setTeam("search").setPassed(true).build();
        byte[] bytes = serdes.avro(Topics.OUTCOMES).serializer().serialize(TOPIC, outcome);

        assertThat(received(bytes)).isEqualTo(new Received<>(outcome, bytes, null, null));
    }

    @Test
    void shouldReceiveJson() {
        byte[] bytes = "{\"team\":\"search\",\"passed\":true}".getBytes(UTF_8);

        var received = received(bytes);

        assertThat(received.value())
                .isEqualTo(
                        Outcome.newBuilder().setTeam("search").setPassed(true).build());
        assertThat(received.bytes()).isSameAs(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "team=search, unreadable, the first byte is 116; begin with { for a JSON object or with 0 for Avro in the Confluent wire format",
        "' {}', unreadable, the first byte is 32; begin with { for a JSON object or with 0 for Avro in the Confluent wire format",
        "'', unreadable, the record has no value",
        "{, unreadable, not readable as JSON",
        "{}, invalid, team: is missing",
        "'\0\0\0\0\u0009x', unreadable, schema id 9 is not in the registry"
    })
    void shouldKeepWhatItCannotReadAndSayWhy(String text, String reason, String detail) {
        byte[] bytes = text.getBytes(UTF_8);

        var received = received(bytes);

        assertThat(received.value()).isNull();
        assertThat(received.bytes()).isEqualTo(bytes);
        assertThat(received.reason()).isEqualTo(reason);
        assertThat(received.detail()).startsWith(detail);
        assertThat(serdes.received(Topics.OUTCOMES).serializer().serialize(TOPIC, received))
                .as("written again as it came")
                .isEqualTo(bytes);
    }

    @Test
    void shouldSayThatARecordHasNoValue() {
        var received = serdes.received(Topics.OUTCOMES).deserializer().deserialize(TOPIC, null);

        assertThat(received.reason()).isEqualTo(DeadLetter.UNREADABLE);
        assertThat(received.bytes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "", "null", "[{\"content\":\"a\",\"content\":\"b\"}]", "[] []"})
    void shouldNotLetAvroCarryAPromptThatJsonCouldNot(String messages) {
        var request = LlmRequest.newBuilder()
                .setRequestId("r1")
                .setTeam("search")
                .setMessages(messages)
                .build();
        byte[] bytes = serdes.avro(Topics.REQUESTS).serializer().serialize("llm.requests", request);

        var received = serdes.received(Topics.REQUESTS).deserializer().deserialize("llm.requests", bytes);

        assertThat(received.value()).isNull();
        assertThat(received.reason()).isEqualTo(DeadLetter.INVALID);
        assertThat(received.detail()).startsWith("messages: must ");
    }

    @Test
    void shouldNotLetAvroCarryANumberThatIsNone() {
        var outcome =
                Outcome.newBuilder().setTeam("search").setScore(Double.NaN).build();

        var received = received(serdes.avro(Topics.OUTCOMES).serializer().serialize(TOPIC, outcome));

        assertThat(received.detail()).isEqualTo("score: must be a finite number, not NaN");
    }

    @Test
    void shouldStopRatherThanSetAsideWhileTheRegistryIsAway() throws IOException {
        var away = new EventSerdes(Map.of("schema.registry.url", "http://127.0.0.1:" + freePort(), "max.retries", 0));
        var deserializer = away.received(Topics.OUTCOMES).deserializer();

        assertThatThrownBy(() -> deserializer.deserialize(TOPIC, new byte[] {0, 0, 0, 0, 1, 2}))
                .isInstanceOf(RegistryException.class);
        assertThat(deserializer
                        .deserialize(TOPIC, "{\"team\":\"a\"}".getBytes(UTF_8))
                        .value())
                .as("JSON needs no registry")
                .isNotNull();
    }

    @Test
    void shouldUseTheNamedClassForAvro() {
        var named = new EventSerdes(
                Map.of("schema.registry.url", "mock://named", EventSerdes.AVRO_SERDE, NamedSerde.class.getName()));

        Serde<Alias> serde = named.avro(Topics.ALIASES);

        assertThat(serde)
                .isInstanceOfSatisfying(
                        NamedSerde.class,
                        given -> assertThat(given.settings)
                                .containsEntry("specific.avro.reader", true)
                                .containsEntry("schema.registry.url", "mock://named"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"com.acme.Missing", "java.lang.String"})
    void shouldRefuseAClassThatIsNoSerde(String name) {
        var named = new EventSerdes(Map.of("schema.registry.url", "mock://named", EventSerdes.AVRO_SERDE, name));

        assertThatThrownBy(() -> named.avro(Topics.ALIASES))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("turnpike.avro.serde=" + name + ": is not a Serde that can be loaded");
    }

    @Test
    void shouldHaveNoEventsWhereThereAreBytes() {
        assertThatThrownBy(() -> serdes.avro(Topics.DEAD_LETTERS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("dead-letters: carries bytes, not events");
    }

    @Test
    void shouldNotShowPromptsInLogs() {
        assertThat(received("{\"team\":\"secret\"}".getBytes(UTF_8))).hasToString("Received[17 bytes, readable]");
    }

    private Received<Outcome> received(byte[] bytes) {
        return serdes.received(Topics.OUTCOMES).deserializer().deserialize(TOPIC, bytes);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Stands for Confluent's class. */
    public static final class NamedSerde implements Serde<String> {

        private final Map<String, Object> settings = new HashMap<>();

        @Override
        public void configure(Map<String, ?> given, boolean isKey) {
            settings.putAll(given);
        }

        @Override
        public Serializer<String> serializer() {
            return Serdes.String().serializer();
        }

        @Override
        public Deserializer<String> deserializer() {
            return Serdes.String().deserializer();
        }
    }
}
