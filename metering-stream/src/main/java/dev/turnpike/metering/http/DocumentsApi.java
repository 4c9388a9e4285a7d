package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.document.DocumentText;
import dev.turnpike.document.Kind;
import dev.turnpike.metering.recent.Applied;
import dev.turnpike.metering.recent.Recent;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * {@code GET} and {@code PUT} of {@code /api/v1/policies/{team}}, {@code catalog/{model}} and {@code aliases/{alias}}: the
 * documents of {@code turnpike apply}, as JSON or YAML in, as JSON out. An answer's {@code ETag}, sent back as
 * {@code If-Match}, makes sure that nothing is replaced that was not read.
 */
final class DocumentsApi {

    private static final Map<String, Kind> PATHS =
            Map.of("policies", Kind.TEAM_POLICY, "catalog", Kind.MODEL_OFFER, "aliases", Kind.ALIAS, "orgs", Kind.ORG);

    private final Recent recent;
    private final Edits edits;
    private final ApiTokens tokens;

    DocumentsApi(Recent recent, Edits edits, ApiTokens tokens) {
        this.recent = recent;
        this.edits = edits;
        this.tokens = tokens;
    }

    void addTo(JavalinConfig config) {
        PATHS.forEach((path, kind) -> {
            config.routes.get("/api/v1/" + path, context -> list(context, path, kind));
            // ids of models have a slash
            config.routes.get("/api/v1/" + path + "/<key>", context -> get(context, kind));
            config.routes.put("/api/v1/" + path + "/<key>", context -> put(context, kind));
        });
    }

    private void list(Context context, String path, Kind kind) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode list = answer.putArray(path);
        recent.documents(kind).forEach(applied -> list.add(shown(applied)));
        Answers.json(context, Pages.cut(context, answer, path));
    }

    private void get(Context context, Kind kind) {
        String key = context.pathParam("key");
        Applied applied = recent.document(kind, key);
        if (applied == null) {
            throw Problem.notFound(kind.wireName() + ' ' + key + ": there is none");
        }
        String tag = Edits.tagOf(applied);
        context.header("etag", tag);
        if (tag.equals(context.header("if-none-match"))) {
            context.status(304);
            return;
        }
        Answers.json(context, shown(applied));
    }

    private void put(Context context, Kind kind) {
        String by = tokens.writerOf(context);
        String key = context.pathParam("key");
        boolean onlyNew = "*".equals(context.header("if-none-match"));
        Edits.Outcome outcome = edits.apply(kind, key, context.body(), context.header("if-match"), onlyNew, by);
        context.status(outcome.change().sign() == '+' ? 201 : 200).header("etag", Edits.tagOf(outcome.applied()));
        ObjectNode answer = shown(outcome.applied());
        ArrayNode changes = answer.putArray("changes");
        outcome.change().details().forEach(changes::add);
        Answers.json(context, answer);
    }

    private static ObjectNode shown(Applied applied) {
        ObjectNode shown = JsonNodeFactory.instance
                .objectNode()
                .put("key", applied.document().key())
                .put("etag", Edits.tagOf(applied))
                .put("applied_at", applied.at())
                .put("applied_by", applied.by());
        shown.set("document", json(DocumentText.fields(applied.document())));
        return shown;
    }

    private static ObjectNode json(Map<?, ?> fields) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        fields.forEach((key, value) -> node.set(String.valueOf(key), json(value)));
        return node;
    }

    private static JsonNode json(Object value) {
        if (value instanceof Map<?, ?> map) {
            return json(map);
        }
        if (value instanceof List<?> list) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            list.forEach(each -> array.add(json(each)));
            return array;
        }
        // exact: a reader whose numbers are floating-point ones would change it
        return value instanceof BigDecimal decimal
                ? JsonNodeFactory.instance.textNode(decimal.toPlainString())
                : JsonNodeFactory.instance.pojoNode(value);
    }
}
