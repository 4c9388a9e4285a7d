package dev.turnpike.metering;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.turnpike.cluster.Damage;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever comes on any topic that the meter reads: it is booked or set aside, and the stream goes on. */
class MeterFuzzTest {

    private static final int EACH = 500;
    private static final List<Topic<?>> PUBLIC =
            List.of(Topics.USAGE, Topics.USAGE, Topics.USAGE_MOVED, Topics.OUTCOMES, Topics.OUTCOMES_MOVED);
    private static final List<Topic<?>> OWN = List.of(
            Topics.DISPATCHES,
            Topics.REJECTIONS,
            Topics.TICKS,
            Topics.LEASE_REQUESTS,
            Topics.PERFORMANCE_SAMPLES,
            Topics.POLICIES,
            Topics.ORGS,
            Topics.CATALOG);
    private static final String USAGE =
            "{\"usage_id\":\"u%d\",\"source\":\"other\",\"team\":\"search\",\"provider\":\"acme\",\"model\":\"large\","
                    + "\"occurred_at\":" + Given.NOON
                    + ",\"request_id\":\"r1\",\"attempt\":1,\"final\":true,\"attempts\":1,"
                    + "\"input_tokens\":100,\"cache_read_input_tokens\":10,\"cache_creation_input_tokens\":20,"
                    + "\"cache_creation_1h_input_tokens\":5,\"output_tokens\":50,\"reasoning_output_tokens\":10,"
                    + "\"user\":\"ann\",\"task_id\":\"t\",\"tags\":{\"a\":\"b\"},\"reported_cost_usd\":0.1}";
    private static final String OUTCOME =
            "{\"request_id\":\"r%d\",\"team\":\"search\",\"score\":0.5,\"passed\":true,\"task_completed\":true}";

    @TempDir
    private Path stateDir;

    static IntStream seeds() {
        return Damage.seeds(EACH);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldBookOrSetAsideWhateverComes(int seed) {
        // given
        Damage damage = new Damage(seed);
        try (MeterDriver meter = new MeterDriver(stateDir, 1, Map.of())) {
            meter.pipe(Topics.CATALOG, "acme/large", Given.offer("acme", "large", Given.price("1", 7)), Given.NOON);
            meter.pipe(
                    Topics.POLICIES,
                    "search",
                    Given.policy("UTC", Given.usd("team", "day", 1_000), Given.usd("user", "total", 1_000)),
                    Given.NOON);

            for (int i = 0; i < EACH; i++) {
                // when
                boolean open = damage.random().nextInt(3) > 0;
                List<Topic<?>> topics = open ? PUBLIC : OWN;
                Topic<?> topic = topics.get(damage.random().nextInt(topics.size()));
                String whole = (topic.suffix().startsWith("usage") ? USAGE : OUTCOME).formatted(i);
                byte[] value = damage.random().nextInt(3) == 0
                        ? damage.of(
                                new byte[] {0, 0, 0, 0, (byte) damage.random().nextInt(12), 2, 65, 2, 66, 0, 2})
                        : damage.of(whole).getBytes(UTF_8);
                byte[] key = damage.oneOf("search".getBytes(UTF_8), damage.noise(8), null);
                String described = "seed %d, %s: %s"
                        .formatted(seed, topic.suffix(), HexFormat.of().formatHex(value));
                assertThatCode(() -> meter.pipeBytes(topic, key, value, Given.NOON))
                        .as(described)
                        .doesNotThrowAnyException();

                // then
                for (TestRecord<byte[], byte[]> record : meter.readBytes(Topics.DEAD_LETTERS)) {
                    DeadLetter letter = DeadLetter.of(record.headers());
                    assertThat(letter).as(described).isNotNull();
                    assertThat(letter.reason())
                            .as(described)
                            .isNotBlank()
                            // that would be an exception of ours
                            .isNotEqualTo(DeadLetter.FAILED);
                    assertThat(letter.detail()).as(described).isNotBlank().doesNotContain("\n");
                }
            }

            // and it still books
            meter.read(Topics.LEDGER);
            meter.pipeBytes(Topics.USAGE, null, USAGE.formatted(-1).getBytes(UTF_8), Given.NOON);
            assertThat(meter.read(Topics.LEDGER)).isNotEmpty();
        }
    }
}
