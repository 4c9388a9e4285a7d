package dev.turnpike.metering;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Tick;
import dev.turnpike.schemas.serde.JsonEvents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Cases as data: {@code scenarios/NAME.json} says what is read, when, and what is written then.
 *
 * <p>Times are minutes after {@link Given#NOON}. Each value is laid over the one of its topic in {@code scenarios/base}. What is
 * expected needs to state only the fields that matter; the ledger, the alerts and the dead letters must have exactly the
 * records that are stated, topics by key the stated ones at the end.
 */
class ScenarioTest {

    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonParser.Feature.ALLOW_COMMENTS).build();
    private static final Map<String, Topic<?>> INPUTS = Map.of(
            "dispatches", Topics.DISPATCHES,
            "rejections", Topics.REJECTIONS,
            "usage", Topics.USAGE,
            "usage-moved", Topics.USAGE_MOVED,
            "outcomes", Topics.OUTCOMES,
            "policies", Topics.POLICIES,
            "catalog", Topics.CATALOG);

    private static final List<String> INSTANTS = List.of("occurred_at", "admitted_at", "deadline", "hold_until");

    static Stream<String> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/scenarios"))) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void shouldWriteWhatTheScenarioSays(String name, @TempDir Path stateDir) throws IOException {
        JsonNode scenario = read(name);
        Map<String, String> settings = new HashMap<>();
        scenario.path("settings")
                .properties()
                .forEach(setting ->
                        settings.put(setting.getKey(), setting.getValue().asText()));
        try (MeterDriver meter =
                new MeterDriver(stateDir, scenario.path("partitions").asInt(1), settings)) {
            for (JsonNode step : scenario.path("given")) {
                pipe(meter, step);
            }
            for (JsonNode step : scenario.path("when")) {
                pipe(meter, step);
            }

            JsonNode then = scenario.path("then");
            matches(events(meter, Topics.LEDGER), then.path("ledger"));
            matches(events(meter, Topics.ALERTS), then.path("alerts"));
            matches(deadLetters(meter), then.path("dead-letters"));
            matchesByKey(byKey(meter, Topics.BUDGETS), then.path("budgets"));
            matchesByKey(byKey(meter, Topics.SPEND), then.path("spend"));
            matchesByKey(byKey(meter, Topics.MODEL_PERFORMANCE), then.path("model-performance"));
            then.path("stores")
                    .properties()
                    .forEach(store -> assertThat(meter.sizeOf(store.getKey()))
                            .as(store.getKey())
                            .isEqualTo(store.getValue().asLong()));
        }
    }

    private static void pipe(MeterDriver meter, JsonNode step) throws IOException {
        long at = Given.NOON + Math.round(step.path("at").asDouble() * Given.MINUTE);
        meter.commit();
        if (step.has("tick")) {
            meter.pipe(Topics.TICKS, "0", new Tick(0, null), at);
            return;
        }
        String name = step.path("topic").asText();
        Topic<?> topic = Objects.requireNonNull(INPUTS.get(name), name);
        if (step.has("bytes")) {
            meter.pipeBytes(topic, null, step.get("bytes").asText().getBytes(StandardCharsets.UTF_8), at);
            return;
        }
        pipe(meter, topic, name, step, at);
    }

    private static <V extends SpecificRecord> void pipe(
            MeterDriver meter, Topic<V> topic, String name, JsonNode step, long at) throws IOException {
        ObjectNode value = (ObjectNode) read("base/" + name + ".json");
        lay(step.path("value"), value);
        for (String field : INSTANTS) {
            if (value.has(field)) {
                value.put(field, at + Math.round(value.get(field).asDouble() * Given.MINUTE));
            }
        }
        String key = topic.equals(Topics.CATALOG)
                ? value.path("provider").asText() + "/" + value.path("model").asText()
                : value.path("team").asText();
        meter.pipe(topic, key, JsonEvents.read(Objects.requireNonNull(topic.value()), value.toString()), at);
    }

    private static void lay(JsonNode over, ObjectNode value) {
        over.properties().forEach(field -> {
            if (field.getValue().isObject() && value.path(field.getKey()).isObject()) {
                lay(field.getValue(), (ObjectNode) value.get(field.getKey()));
            } else {
                value.set(field.getKey(), field.getValue());
            }
        });
    }

    private static <V extends SpecificRecord> ArrayNode events(MeterDriver meter, Topic<V> topic) throws IOException {
        ArrayNode events = JSON.createArrayNode();
        for (TestRecord<String, V> record : meter.read(topic)) {
            events.add(JSON.readTree(JsonEvents.write(record.value())));
        }
        return events;
    }

    private static <V extends SpecificRecord> Map<String, JsonNode> byKey(MeterDriver meter, Topic<V> topic)
            throws IOException {
        Map<String, JsonNode> newest = new HashMap<>();
        for (TestRecord<String, V> record : meter.read(topic)) {
            newest.put(
                    record.key(),
                    record.value() == null ? JSON.nullNode() : JSON.readTree(JsonEvents.write(record.value())));
        }
        return newest;
    }

    private static ArrayNode deadLetters(MeterDriver meter) {
        ArrayNode letters = JSON.createArrayNode();
        for (TestRecord<byte[], byte[]> record : meter.readBytes(Topics.DEAD_LETTERS)) {
            DeadLetter letter = Objects.requireNonNull(DeadLetter.of(record.headers()));
            letters.addObject()
                    .put("topic", letter.topic())
                    .put("reason", letter.reason())
                    .put("detail", letter.detail())
                    .put("by", letter.by())
                    .put("bytes", record.value() == null ? null : new String(record.value(), StandardCharsets.UTF_8));
        }
        return letters;
    }

    private static void matches(JsonNode written, JsonNode expected) {
        assertThat(written.size()).as(written.toPrettyString()).isEqualTo(expected.size());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(without(written.get(i), expected.get(i))).isEqualTo(expected.get(i));
        }
    }

    private static void matchesByKey(Map<String, JsonNode> written, JsonNode expected) {
        expected.properties().forEach(entry -> {
            assertThat(written).containsKey(entry.getKey());
            assertThat(without(written.get(entry.getKey()), entry.getValue()))
                    .as(entry.getKey())
                    .isEqualTo(entry.getValue());
        });
    }

    /** What was written, without the fields that are not expected to be anything. */
    private static JsonNode without(JsonNode written, JsonNode expected) {
        if (!expected.isObject() || !written.isObject()) {
            return written;
        }
        ObjectNode stated = JSON.createObjectNode();
        expected.properties().forEach(field -> {
            if (written.has(field.getKey())) {
                stated.set(field.getKey(), without(written.get(field.getKey()), field.getValue()));
            }
        });
        return stated;
    }

    private static JsonNode read(String name) throws IOException {
        return JSON.readTree(Path.of("src/test/resources/scenarios", name).toFile());
    }
}
