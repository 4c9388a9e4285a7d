package dev.turnpike.router;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.turnpike.cluster.Damage;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.Routing;
import dev.turnpike.schemas.event.TeamPolicy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever comes on any topic that the router reads, with whatever headers: it is decided or set aside, and the stream goes on. */
class RouterFuzzTest {

    private static final Instant AT = Instant.parse("2026-08-05T10:30:00Z");
    private static final int EACH = 500;
    private static final List<Topic<?>> TABLES = List.of(
            Topics.POLICIES,
            Topics.CATALOG,
            Topics.ALIASES,
            Topics.ORGS,
            Topics.MODEL_PERFORMANCE,
            Topics.BUDGETS,
            Topics.LEASES);
    private static final List<String> REQUESTS = List.of(
            "{\"request_id\":\"r%d\",\"team\":\"search\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],"
                    + "\"max_output_tokens\":10,\"quality_floor\":0.5,\"difficulty\":0.5,\"user\":\"ann\",\"tags\":{\"a\":\"b\"}}",
            "{\"request_id\":\"r%d\",\"team\":\"search\",\"model\":\"acme/large\",\"stream\":true,\"messages\":[{\"role\":\"user\","
                    + "\"content\":[{\"type\":\"text\",\"text\":\"hi\"},{\"type\":\"image_url\",\"image_url\":{\"url\":"
                    + "\"data:image/png;base64,iVBORw0KGgo=\",\"detail\":\"high\"}}]}],"
                    + "\"params\":{\"n\":2,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}],"
                    + "\"response_format\":{\"type\":\"json_object\"}},\"requires\":{\"tools\":true,\"min_context\":10}}");

    @TempDir
    private Path stateDir;

    static IntStream seeds() {
        return Damage.seeds(EACH);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldDecideOrSetAsideWhateverComes(int seed) {
        // given
        Damage damage = new Damage(seed);
        try (Driven router = new Driven(stateDir, 1)) {
            restoreTables(router);

            for (int i = 0; i < EACH; i++) {
                // when
                byte[] value = request(damage, i);
                Topic<?> topic = damage.oneOf(
                        Topics.REQUESTS,
                        Topics.REQUESTS,
                        Topics.REQUESTS_MOVED,
                        Topics.REDECISIONS,
                        Topics.CANCELLATIONS);
                byte[] key = damage.oneOf("search".getBytes(UTF_8), damage.noise(8), null);
                Headers headers = headers(damage);
                String described = "seed %d, %s: %s"
                        .formatted(seed, topic.suffix(), HexFormat.of().formatHex(value));
                assertThatCode(() -> router.send(topic, key, value, headers, AT))
                        .as(described)
                        .doesNotThrowAnyException();

                // then: one of both, for each
                List<Decision> decisions = router.read(Topics.DECISIONS).stream()
                        .map(record -> record.value())
                        .toList();
                List<DeadLetter> letters = router.readDeadLetters();
                assertThat(decisions.size() + letters.size()).as(described).isLessThanOrEqualTo(1);
                assertThat(letters).as(described).allSatisfy(letter -> {
                    assertThat(letter.reason()).isIn("unreadable", "invalid", "misrouted", "too-old");
                    assertThat(letter.detail()).isNotBlank().doesNotContain("\n");
                });
            }

            // and it still decides
            router.send(
                    Topics.REQUESTS,
                    "search".getBytes(UTF_8),
                    REQUESTS.get(0).formatted(-1).getBytes(UTF_8),
                    AT);
            assertThat(router.read(Topics.DECISIONS)).hasSize(1);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldKeepItsTablesWhateverComes(int seed) {
        // given
        Damage damage = new Damage(seed);
        try (Driven router = new Driven(stateDir, 1)) {
            restoreTables(router);

            // when
            for (int i = 0; i < EACH; i++) {
                byte[] value = damage.oneOf(
                        damage.noise(60),
                        damage.of(new byte[] {
                            0, 0, 0, 0, (byte) (1 + damage.random().nextInt(12)), 2, 65, 2, 66, 0, 0
                        }),
                        damage.of("{\"team\":\"search\",\"timezone\":\"UTC\",\"budgets\":[]}")
                                .getBytes(UTF_8));
                byte[] key = damage.oneOf(damage.noise(12), "{}".getBytes(UTF_8), null);
                Topic<?> topic = TABLES.get(damage.random().nextInt(TABLES.size()));
                assertThatCode(() -> router.send(topic, key, value, headers(damage), AT))
                        .as(
                                "seed %d, %s: %s",
                                seed, topic.suffix(), HexFormat.of().formatHex(value))
                        .doesNotThrowAnyException();
            }

            // then
            router.send(
                    Topics.REQUESTS,
                    "search".getBytes(UTF_8),
                    REQUESTS.get(0).formatted(-1).getBytes(UTF_8),
                    AT);
            assertThat(router.read(Topics.DECISIONS)).hasSize(1);
        }
    }

    private static byte[] request(Damage damage, int number) {
        String whole = REQUESTS.get(damage.random().nextInt(REQUESTS.size())).formatted(number);
        return switch (damage.random().nextInt(4)) {
            case 0 -> damage.noise(80);
            case 1 ->
                damage.of(
                        new byte[] {0, 0, 0, 0, (byte) damage.random().nextInt(12), 4, 'r', '1', 4, 'a', 'b', 2, '['});
            default -> damage.of(whole).getBytes(UTF_8);
        };
    }

    private static Headers headers(Damage damage) {
        RecordHeaders headers = new RecordHeaders();
        for (int i = damage.random().nextInt(3); i > 0; i--) {
            headers.add(
                    damage.oneOf("traceparent", "turnpike-topic", "turnpike-offset", "x"),
                    damage.oneOf(damage.noise(20), null, new byte[0]));
        }
        return headers;
    }

    private static void restoreTables(Driven router) {
        router.send(
                Topics.CATALOG,
                "acme/large",
                ModelOffer.newBuilder()
                        .setProvider("acme")
                        .setModel("large")
                        .setQuality(new HashMap<>(Map.of("*", 0.9)))
                        .setPrices(new ArrayList<>(List.of(Price.newBuilder()
                                .setVersion("1")
                                .setEffectiveFrom(0)
                                .setInput(1_000_000_000L)
                                .setOutput(1_000_000_000L)
                                .build())))
                        .build(),
                AT);
        router.send(
                Topics.POLICIES,
                "search",
                TeamPolicy.newBuilder()
                        .setTeam("search")
                        .setTimezone("UTC")
                        .setBudgets(new ArrayList<>())
                        .setRouting(Routing.newBuilder().build())
                        .build(),
                AT);
    }
}
