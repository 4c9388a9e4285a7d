package dev.turnpike.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.serde.JsonEvents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Cases as data: {@code scenarios/*.json}.
 *
 * <p>{@code given} fills the tables. Each step of {@code when} is a record: a {@code request} as JSON, its {@code text} as it is, a
 * {@code budget} state, what is known of a model's {@code performance}, or a {@code redecision} that follows the last dispatch of its request. {@code then} lists, per topic, what comes
 * out in order: each expected record has at least these fields. A topic that is not listed must stay empty, decisions
 * apart.
 */
class ScenariosTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path FOLDER = Path.of("src/test/resources/scenarios");
    private static final List<Topic<?>> CHECKED = List.of(Topics.DISPATCHES, Topics.REJECTIONS, Topics.DECISIONS);

    @TempDir
    private Path stateDir;

    static Stream<String> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scenarios")
    void shouldComeOutAsExpected(String file) throws IOException {
        JsonNode scenario = JSON.readTree(FOLDER.resolve(file).toFile());
        try (var router = new Driven(stateDir, scenario.path("partitions").asInt(1))) {
            given(router, scenario.path("given"));
            Map<String, List<JsonNode>> out = when(router, scenario.path("when"));
            then(scenario.path("then"), out);
        }
    }

    private static void given(Driven router, JsonNode given) {
        Instant before = Instant.parse("2026-08-01T00:00:00Z");
        for (JsonNode node : given.path("catalog")) {
            ModelOffer offer = read(ModelOffer.class, node);
            router.send(Topics.CATALOG, BudgetScopes.offerId(offer.getProvider(), offer.getModel()), offer, before);
        }
        for (JsonNode node : given.path("aliases")) {
            Alias alias = read(Alias.class, node);
            router.send(Topics.ALIASES, alias.getAlias(), alias, before);
        }
        for (JsonNode node : given.path("policies")) {
            TeamPolicy policy = read(TeamPolicy.class, node);
            router.send(Topics.POLICIES, policy.getTeam(), policy, before);
        }
        for (JsonNode node : given.path("performance")) {
            performance(router, node, before);
        }
    }

    private static void performance(Driven router, JsonNode node, Instant at) {
        ModelPerformance known = read(ModelPerformance.class, node);
        router.send(Topics.MODEL_PERFORMANCE, known.getModel() + ' ' + known.getTaskType(), known, at);
    }

    private static Map<String, List<JsonNode>> when(Driven router, JsonNode steps) throws IOException {
        Map<String, List<JsonNode>> out = new HashMap<>();
        Map<String, Dispatch> dispatched = new HashMap<>();
        assertThat(steps).as("steps").isNotEmpty();
        for (JsonNode step : steps) {
            Instant at = Instant.parse(step.path("at").asText());
            if (step.has("request")) {
                sendBytes(router, step.path("request").toString(), at);
            } else if (step.has("text")) {
                sendBytes(router, step.path("text").asText(), at);
            } else if (step.has("performance")) {
                performance(router, step.path("performance"), at);
            } else if (step.has("budget")) {
                BudgetState state = read(BudgetState.class, step.path("budget"));
                router.send(Topics.BUDGETS, PositionKey.of(state).encode(), state, at);
            } else {
                Redecision redecision = redecision(step.path("redecision"), dispatched);
                router.send(Topics.REDECISIONS, redecision.getTeam(), redecision, at);
            }
            for (Topic<?> topic : CHECKED) {
                collect(router, topic, out, dispatched);
            }
        }
        router.readBytes(Topics.REQUESTS_MOVED)
                .forEach(moved ->
                        add(out, Topics.REQUESTS_MOVED, parse(new String(moved.value(), StandardCharsets.UTF_8))));
        router.readDeadLetters().forEach(letter -> add(out, Topics.DEAD_LETTERS, JSON.valueToTree(letter)));
        return out;
    }

    private static void sendBytes(Driven router, String value, Instant at) {
        router.send(
                Topics.REQUESTS, "any".getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8), at);
    }

    private static <V extends SpecificRecord> void collect(
            Driven router, Topic<V> topic, Map<String, List<JsonNode>> out, Map<String, Dispatch> dispatched) {
        for (var record : router.read(topic)) {
            ObjectNode node = (ObjectNode) parse(JsonEvents.write(record.value()));
            node.put("record_key", record.key());
            node.put("record_time", record.getRecordTime().toString());
            add(out, topic, node);
            if (record.value() instanceof Dispatch dispatch) {
                dispatched.put(dispatch.getRequestId(), dispatch);
            }
        }
    }

    private static Redecision redecision(JsonNode step, Map<String, Dispatch> dispatched) {
        Dispatch dispatch = dispatched.get(step.path("of").asText());
        List<String> failed = new ArrayList<>();
        step.path("failed").forEach(offer -> failed.add(offer.asText()));
        return new Redecision(
                dispatch.getTeam(),
                dispatch.getRequestId(),
                step.path("decision").asInt(),
                dispatch,
                step.path("attempts").asInt(1),
                failed,
                "the hold does not pay for another attempt");
    }

    private static void then(JsonNode then, Map<String, List<JsonNode>> out) {
        out.forEach((topic, records) -> {
            if (!then.has(topic) && !topic.equals(Topics.DECISIONS.suffix())) {
                assertThat(records).as("%s", topic).isEmpty();
            }
        });
        then.properties().forEach(expected -> {
            List<JsonNode> records = out.getOrDefault(expected.getKey(), List.of());
            assertThat(records)
                    .as("%s", expected.getKey())
                    .hasSize(expected.getValue().size());
            for (int i = 0; i < records.size(); i++) {
                assertHas(expected.getValue().get(i), records.get(i), expected.getKey() + "[" + i + "]");
            }
        });
    }

    private static void assertHas(JsonNode expected, JsonNode actual, String where) {
        if (expected.isObject()) {
            expected.properties().forEach(field -> {
                if (!field.getKey().equals("comment")) {
                    assertHas(field.getValue(), actual.path(field.getKey()), where + "." + field.getKey());
                }
            });
        } else if (expected.isArray()) {
            assertThat(actual).as(where).hasSize(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                assertHas(expected.get(i), actual.get(i), where + "[" + i + "]");
            }
        } else if (expected.isNumber()) {
            assertThat(actual.decimalValue()).as(where).isEqualByComparingTo(expected.decimalValue());
        } else {
            assertThat(actual).as(where).isEqualTo(expected);
        }
    }

    private static <V extends SpecificRecord> V read(Class<V> type, JsonNode node) {
        return JsonEvents.read(type, node.toString());
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new AssertionError(json, e);
        }
    }

    private static void add(Map<String, List<JsonNode>> out, Topic<?> topic, JsonNode record) {
        out.computeIfAbsent(topic.suffix(), name -> new ArrayList<>()).add(record);
    }
}
