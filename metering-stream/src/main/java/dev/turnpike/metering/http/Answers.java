package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.turnpike.metering.state.MeterView;
import dev.turnpike.schemas.serde.JsonEvents;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the API answers. */
final class Answers {

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String API = "/api/";

    private Answers() {}

    static void json(Context context, JsonNode answer) {
        context.contentType("application/json")
                .header("cache-control", "no-store")
                .result(answer.toString());
    }

    /** An event as the topics have it. */
    static JsonNode event(SpecificRecord event) {
        try {
            return JSON.readTree(JsonEvents.write(event));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Entries in the order of a field, one for each of its values. */
    static ArrayNode sortedOnce(ArrayNode entries, String by) {
        TreeMap<String, JsonNode> sorted = new TreeMap<>();
        entries.forEach(entry -> sorted.putIfAbsent(entry.path(by).asText(), entry));
        ArrayNode once = JsonNodeFactory.instance.arrayNode();
        sorted.values().forEach(once::add);
        return once;
    }

    /** Whatever goes wrong is told as a problem document. */
    static void problems(JavalinConfig config) {
        config.routes.exception(Problem.class, Problem::answer);
        config.routes.exception(
                MeterView.NotHere.class,
                (notHere, context) -> Problem.unavailable(String.valueOf(notHere.getMessage()))
                        .answer(context));
        config.routes.exception(HttpResponseException.class, (refused, context) -> {
            HttpStatus status = HttpStatus.forStatus(refused.getStatus());
            Problem.of(status, context.method() + " " + context.path() + ": " + status.getMessage())
                    .answer(context);
        });
        config.routes.exception(Exception.class, (failure, context) -> {
            LOG.error("{} {} failed", context.method(), context.path(), failure);
            Problem.of(HttpStatus.INTERNAL_SERVER_ERROR, "the meter failed on this; its log tells more")
                    .answer(context);
        });
        config.routes.error(404, context -> {
            if (context.path().startsWith(API) && !isProblem(context)) {
                Problem.notFound(context.path() + ": there is nothing; see " + API + "v1/openapi.json")
                        .answer(context);
            }
        });
    }

    private static boolean isProblem(Context context) {
        String type = context.res().getContentType();
        return type != null && type.startsWith("application/problem+json");
    }
}
