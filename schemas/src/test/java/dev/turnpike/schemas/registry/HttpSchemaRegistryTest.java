package dev.turnpike.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.event.Tick;
import dev.turnpike.schemas.registry.FaultyServer.Asked;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpSchemaRegistryTest {

    private static final Schema TICK = Tick.getClassSchema();
    private static final String SUBJECT = "llm.ticks-value";

    private final FaultyServer server = new FaultyServer();
    private final FaultyServer other = new FaultyServer();

    @AfterEach
    void close() {
        server.close();
        other.close();
    }

    @Test
    void shouldRegisterOnce() {
        server.answers(200, "{\"id\":7}");
        SchemaRegistry registry = registry(server.url());

        assertThat(registry.register(SUBJECT, TICK)).isEqualTo(7);
        assertThat(registry.register(SUBJECT, TICK)).isEqualTo(7);

        assertThat(server.asked).hasSize(1);
        Asked asked = server.asked.get(0);
        assertThat(asked.line()).isEqualTo("POST /subjects/llm.ticks-value/versions");
        assertThat(asked.body()).startsWith("{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"Tick\\\"");
    }

    @Test
    void shouldLookUpOnceWithoutRegistering() {
        server.answers(200, "{\"subject\":\"llm.ticks-value\",\"version\":1,\"id\":7,\"schema\":\"...\"}");
        SchemaRegistry registry = registry(server.url());

        assertThat(registry.idOf(SUBJECT, TICK)).isEqualTo(7);
        assertThat(registry.idOf(SUBJECT, TICK)).isEqualTo(7);

        assertThat(server.asked).extracting(Asked::line).containsExactly("POST /subjects/llm.ticks-value");
    }

    @Test
    void shouldNormalizeWhereAskedTo() {
        server.answers(200, "{\"id\":7}");

        registry(server.url(), "normalize.schemas", "true").register(SUBJECT, TICK);

        assertThat(server.asked.get(0).line()).isEqualTo("POST /subjects/llm.ticks-value/versions?normalize=true");
    }

    @Test
    void shouldReadASchemaByItsIdOnce() {
        server.answers(200, schema("\"int\""));
        SchemaRegistry registry = registry(server.url());

        assertThat(registry.byId(7)).isEqualTo(Schema.create(Schema.Type.INT));
        assertThat(registry.byId(7)).isEqualTo(Schema.create(Schema.Type.INT));

        assertThat(server.asked).extracting(Asked::line).containsExactly("GET /schemas/ids/7");
    }

    @Test
    void shouldAskForTheLatestEachTime() {
        server.answers(200, "{\"id\":1,\"version\":1,\"schema\":\"\\\"int\\\"\"}")
                .answers(200, "{\"id\":2,\"version\":2,\"schema\":\"\\\"long\\\"\"}");
        SchemaRegistry registry = registry(server.url());

        assertThat(registry.latest("a/b c"))
                .isEqualTo(new SchemaRegistry.Registered(1, Schema.create(Schema.Type.INT)));
        assertThat(registry.latest("a/b c").id()).isEqualTo(2);

        assertThat(server.asked.get(0).line()).isEqualTo("GET /subjects/a%2Fb%20c/versions/latest");
    }

    @Test
    void shouldGetAndSetCompatibility() {
        server.answers(200, "{\"compatibilityLevel\":\"NONE\"}")
                .answers(200, "{\"compatibility\":\"BACKWARD\"}")
                .answers(404, "{\"error_code\":40408,\"message\":\"not configured\"}")
                .answers(200, "{\"compatibility\":\"FULL\"}");
        SchemaRegistry registry = registry(server.url());

        assertThat(registry.compatibility(null)).isEqualTo("NONE");
        registry.setCompatibility(null, "BACKWARD");
        assertThat(registry.compatibility(SUBJECT)).isNull();
        registry.setCompatibility(SUBJECT, "FULL");

        assertThat(server.asked)
                .containsExactly(
                        new Asked("GET /config", "", null),
                        new Asked("PUT /config", "{\"compatibility\":\"BACKWARD\"}", null),
                        new Asked("GET /config/llm.ticks-value", "", null),
                        new Asked("PUT /config/llm.ticks-value", "{\"compatibility\":\"FULL\"}", null));
    }

    @Test
    void shouldTellAnUnknownIdFromAWrongAddress() {
        server.answers(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}")
                .answers(404, "<html>Not Found</html>");
        SchemaRegistry registry = registry(server.url());

        assertThatThrownBy(() -> registry.byId(9))
                .isInstanceOf(UnusableSchemaException.class)
                .hasMessage("schema id 9 is not in the registry; register it first");
        assertThatThrownBy(() -> registry.byId(9))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("schema.registry.url");
    }

    @Test
    void shouldRefuseASchemaThatIsIncompatibleWithAnEarlierOne() {
        server.answers(409, "{\"error_code\":409,\"message\":\"a field\\n is gone\"}")
                .answers(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");

        assertThatThrownBy(() -> registry(server.url()).register(SUBJECT, TICK))
                .isInstanceOf(RegistryException.class)
                .hasMessageStartingWith(
                        "llm.ticks-value: the registry refuses the schema as incompatible with an earlier"
                                + " one (409 a field is gone)");
    }

    @Test
    void shouldTakeTheIdThatAnotherClientWasGivenAtTheSameMoment() {
        server.answers(409, "{\"error_code\":409,\"message\":\"already exists\"}")
                .answers(200, "{\"id\":7}");

        assertThat(registry(server.url()).register(SUBJECT, TICK)).isEqualTo(7);

        assertThat(server.asked)
                .extracting(Asked::line)
                .containsExactly("POST /subjects/llm.ticks-value/versions", "POST /subjects/llm.ticks-value");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            {"schema":"x","schemaType":"PROTOBUF"}                         | schema id 9 is PROTOBUF; only AVRO can be read
            {"schema":"\\"int\\"","references":[{"name":"a"}]}             | schema id 9 refers to other subjects
            {"schema":"\\"int\\"","ruleSet":{"domainRules":[{}]}}          | schema id 9 has rules
            {"schema":"{"}                                                 | schema id 9 is not readable as Avro
            """)
    void shouldSayWhyASchemaIsOfNoUse(String body, String message) {
        server.answers(200, body);

        assertThatThrownBy(() -> registry(server.url()).byId(9))
                .isInstanceOf(UnusableSchemaException.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "hello", "{}", "{\"id\":\"seven\"}"})
    void shouldNotTakeAnotherServerForARegistry(String body) {
        server.answers(200, body);

        assertThatThrownBy(() -> registry(server.url()).register(SUBJECT, TICK))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("without an id; check that schema.registry.url names one");
        assertThatThrownBy(() -> registry(server.url()).byId(9))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("without a schema");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            401 | {"error_code":401,"message":"who?"}               | llm.ticks-value: the schema registry answered 401 who?; check the credentials of the schema registry
            403 |                                                   | llm.ticks-value: the schema registry answered 403 ; check the credentials
            422 | {"error_code":42201,"message":"Invalid schema"}   | llm.ticks-value: the schema registry answered 422 Invalid schema
            404 | {"error_code":40401,"message":"no such subject"}  | llm.ticks-value: the schema registry answered 404 no such subject; register it first
            """)
    void shouldNotRepeatWhatIsRefused(int status, String body, String message) {
        server.answers(status, body == null ? "" : body);

        assertThatThrownBy(() -> registry(server.url()).register(SUBJECT, TICK))
                .isInstanceOf(RegistryException.class)
                .hasMessageStartingWith(message);
        assertThat(server.asked).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void shouldTryAgainWhatMayPass(int status) {
        server.answers(status, "").answers(status, "later").answers(200, "{\"id\":7}");

        assertThat(registry(server.url()).register(SUBJECT, TICK)).isEqualTo(7);

        assertThat(server.asked).hasSize(3);
    }

    @Test
    void shouldGiveUpAfterTheLastRetry() {
        server.answers(503, "down");

        assertThatThrownBy(() -> registry(server.url(), "max.retries", "2").register(SUBJECT, TICK))
                .isInstanceOf(RegistryException.class)
                .hasMessage("the schema registry does not answer (" + server.url()
                        + " answered 503); check schema.registry.url");
        assertThat(server.asked).hasSize(3);
    }

    @Test
    void shouldGoOnWithTheNextAddressAndStayThere() throws IOException {
        String closed = "http://127.0.0.1:" + freePort();
        server.answers(500, "");
        other.answers(200, "{\"id\":7}").answers(200, schema("\"int\""));
        SchemaRegistry registry = registry(closed + ", " + server.url() + "/," + other.url(), "max.retries", "0");

        assertThat(registry.register(SUBJECT, TICK)).isEqualTo(7);
        assertThat(registry.byId(7)).isEqualTo(Schema.create(Schema.Type.INT));

        assertThat(server.asked).as("passed over once").hasSize(1);
        assertThat(other.asked).hasSize(2);
    }

    @Test
    void shouldGoOnWhereAServerIsSilent() {
        server.neverAnswers();
        other.answers(200, "{\"id\":7}");

        assertThat(impatient(server.url() + "," + other.url()).register(SUBJECT, TICK))
                .isEqualTo(7);
    }

    @Test
    void shouldGoOnWhereAServerFallsSilentWithinItsAnswer() {
        server.neverEnds();
        other.answers(200, "{\"id\":7}");

        assertThat(impatient(server.url() + "," + other.url()).register(SUBJECT, TICK))
                .isEqualTo(7);
    }

    @Test
    void shouldGoOnWhereAServerHangsUp() {
        server.hangsUp();
        other.answers(200, "{\"id\":7}");

        assertThat(registry(server.url() + "," + other.url(), "max.retries", "0")
                        .register(SUBJECT, TICK))
                .isEqualTo(7);
    }

    @Test
    void shouldSayInOneLineThatNobodyAnswers() throws IOException {
        String closed = "http://127.0.0.1:" + freePort();

        assertThatThrownBy(() -> registry(closed, "max.retries", "0").byId(1))
                .isInstanceOf(RegistryException.class)
                .hasMessage("the schema registry does not answer (" + closed
                        + ": java.net.ConnectException); check schema.registry.url");
    }

    @Test
    void shouldStopWaitingWhenInterrupted() {
        server.neverAnswers();
        SchemaRegistry registry = registry(server.url());
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> registry.byId(1))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
    }

    @Test
    void shouldNameItselfAsAsked() {
        server.answers(200, "{\"id\":7}");
        String withUser = server.url().replace("//", "//ann:s%20cret@");

        registry(withUser).register(SUBJECT, TICK);
        registry(server.url(), "basic.auth.credentials.source", "USER_INFO", "basic.auth.user.info", "ann:s cret")
                .register(SUBJECT, TICK);
        registry(
                        server.url(),
                        "schema.registry.basic.auth.credentials.source",
                        "USER_INFO",
                        "schema.registry.basic.auth.user.info",
                        "ann:s cret")
                .register(SUBJECT, TICK);
        registry(server.url(), "bearer.auth.token", "t0ken").register(SUBJECT, TICK);
        registry(server.url()).register(SUBJECT, TICK);

        assertThat(server.asked)
                .extracting(Asked::authorization)
                .containsExactly(
                        "Basic YW5uOnMgY3JldA==",
                        "Basic YW5uOnMgY3JldA==",
                        "Basic YW5uOnMgY3JldA==",
                        "Bearer t0ken",
                        null);
    }

    @Test
    void shouldNotShowThePasswordOfAnAddress() throws IOException {
        String closed = "http://ann:secret@127.0.0.1:" + freePort();

        assertThatThrownBy(() -> registry(closed, "max.retries", "0").byId(1))
                .message()
                .doesNotContain("secret");
    }

    private static SchemaRegistry registry(String url, String... more) {
        Map<String, Object> settings = new HashMap<>(Map.of("schema.registry.url", url, "retries.wait.ms", 1));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return SchemaRegistry.connect(settings);
    }

    private static SchemaRegistry impatient(String url) {
        return registry(url, "max.retries", "0", "http.connect.timeout.ms", "500", "http.read.timeout.ms", "1");
    }

    private static String schema(String avro) {
        return "{\"schema\":\"" + avro.replace("\"", "\\\"") + "\"}";
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
