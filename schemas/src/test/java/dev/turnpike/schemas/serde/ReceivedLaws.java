package dev.turnpike.schemas.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnpike.schemas.Seeds;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever bytes arrive, reading them does not throw and gives a whole event or a reason. */
class ReceivedLaws {

    private static final List<Topic<?>> PUBLIC = List.of(Topics.REQUESTS, Topics.USAGE, Topics.OUTCOMES);

    private final EventSerdes serdes = new EventSerdes(Map.of("schema.registry.url", "mock://fuzz"));

    private final Map<Topic<?>, Serde<?>> avro = new HashMap<>();
    private final Map<Topic<?>, Serde<?>> received = new HashMap<>();
    private int whole;
    private int refused;

    @BeforeEach
    void registerSchemas() {
        for (Topic<?> topic : PUBLIC) {
            avro.put(topic, serdes.avro(topic));
            received.put(topic, serdes.received(topic));
            avro(topic, Events.random(topic, Seeds.random(0)));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.turnpike.schemas.Seeds#fuzz")
    void shouldSurviveRandomBytes(long seed) {
        RandomGenerator random = Seeds.random(seed);
        for (int i = 0; i < 500; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            // most of them would be refused for their first byte
            if (bytes.length > 5 && random.nextInt(4) > 0) {
                byte[] start = random.nextBoolean()
                        ? new byte[] {'{', '"'}
                        : new byte[] {0, 0, 0, 0, (byte) (1 + random.nextInt(4))};
                System.arraycopy(start, 0, bytes, 0, start.length);
            }
            shouldBeWholeOrRefused(seed, bytes);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.turnpike.schemas.Seeds#fuzz")
    void shouldSurviveMutatedAvro(long seed) {
        RandomGenerator random = Seeds.random(seed);
        for (int i = 0; i < 500; i++) {
            Topic<?> topic = PUBLIC.get(random.nextInt(PUBLIC.size()));
            byte[] bytes = avro(topic, Events.random(topic, random));
            shouldBeWholeOrRefused(seed, mutate(bytes, WireFormat.HEADER_BYTES, random));
        }
        assertThat(List.of(whole, refused)).as("seed %d: both happen", seed).doesNotContain(0);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.turnpike.schemas.Seeds#fuzz")
    void shouldSurviveMutatedJson(long seed) {
        RandomGenerator random = Seeds.random(seed);
        for (int i = 0; i < 500; i++) {
            Topic<?> topic = PUBLIC.get(random.nextInt(PUBLIC.size()));
            byte[] bytes = JsonEvents.write(Events.random(topic, random)).getBytes(UTF_8);
            shouldBeWholeOrRefused(seed, mutate(bytes, 1, random));
        }
        assertThat(List.of(whole, refused)).as("seed %d: both happen", seed).doesNotContain(0);
    }

    private void shouldBeWholeOrRefused(long seed, byte[] bytes) {
        for (Topic<?> topic : PUBLIC) {
            shouldBeWholeOrRefused(seed, topic, bytes);
        }
    }

    private void shouldBeWholeOrRefused(long seed, Topic<?> topic, byte[] bytes) {
        byte[] before = bytes.clone();
        String described = "seed %d: %s of %s"
                .formatted(seed, topic.suffix(), HexFormat.of().formatHex(bytes));

        Received<?> read = (Received<?>) received.get(topic).deserializer().deserialize(topic.name("llm."), bytes);

        assertThat(read.bytes()).as(described).isEqualTo(before);
        if (!(read.value() instanceof SpecificRecord value)) {
            refused++;
            assertThat(read.reason()).as(described).isIn("unreadable", "invalid");
            assertThat(read.detail()).as(described).isNotBlank().doesNotContain("\n");
        } else {
            whole++;
            // whole: every field can be written, as Avro and as JSON, and is read back as it is
            byte[] again = avro(topic, value);
            assertThat(avro.get(topic).deserializer().deserialize(topic.name("llm."), again))
                    .as(described)
                    .isEqualTo(value);
            String json = JsonEvents.write(value);
            // as a tree: maps have no order, and JSON texts within Avro may have spaces
            assertThat(tree(JsonEvents.write(JsonEvents.read(value.getClass(), json))))
                    .as(described)
                    .isEqualTo(tree(json));
        }
    }

    private static JsonNode tree(String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    @SuppressWarnings("unchecked")
    private byte[] avro(Topic<?> topic, SpecificRecord event) {
        return ((Serde<SpecificRecord>) avro.get(topic)).serializer().serialize(topic.name("llm."), event);
    }

    /** Changes, drops, repeats or inserts a few bytes from an index on. */
    private static byte[] mutate(byte[] bytes, int from, RandomGenerator random) {
        byte[] mutated = bytes;
        for (int i = random.nextInt(4); i > 0 && mutated.length > from; i--) {
            int at = random.nextInt(from, mutated.length);
            switch (random.nextInt(5)) {
                case 0 -> mutated = Arrays.copyOf(mutated, at);
                case 1 -> mutated[at] = (byte) random.nextInt(256);
                case 2 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
                case 3 -> mutated = splice(mutated, at, at, new byte[] {(byte) random.nextInt(256)});
                default -> {
                    int end = Math.min(mutated.length, at + random.nextInt(20));
                    mutated =
                            splice(mutated, at, random.nextBoolean() ? at : end, Arrays.copyOfRange(mutated, at, end));
                }
            }
        }
        return mutated;
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] inserted) {
        byte[] spliced = new byte[from + inserted.length + bytes.length - to];
        System.arraycopy(bytes, 0, spliced, 0, from);
        System.arraycopy(inserted, 0, spliced, from, inserted.length);
        System.arraycopy(bytes, to, spliced, from + inserted.length, bytes.length - to);
        return spliced;
    }
}
