package dev.turnpike.schemas.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.schemas.registry.RegistryHttp.Answer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** A registry behind Confluent's REST protocol. */
final class HttpSchemaRegistry implements SchemaRegistry {

    private static final int SCHEMA_NOT_FOUND = 40403;

    private final RegistryHttp http;
    private final String normalize;
    private final Map<Key, Integer> registered = new ConcurrentHashMap<>();
    private final Map<Key, Integer> found = new ConcurrentHashMap<>();
    private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();

    private record Key(String subject, Schema schema) {}

    HttpSchemaRegistry(RegistryHttp http, boolean normalize) {
        this.http = http;
        this.normalize = normalize ? "?normalize=true" : "";
    }

    @Override
    public int register(String subject, Schema schema) {
        return idOf(registered, "/subjects/" + encode(subject) + "/versions" + normalize, subject, schema);
    }

    @Override
    public int idOf(String subject, Schema schema) {
        return idOf(found, lookUp(subject), subject, schema);
    }

    private String lookUp(String subject) {
        return "/subjects/" + encode(subject) + normalize;
    }

    private int idOf(Map<Key, Integer> known, String path, String subject, Schema schema) {
        Key key = new Key(subject, schema);
        Integer id = known.get(key);
        if (id == null) {
            Answer answer = http.exchange("POST", path, object("schema", schema.toString()));
            if (answer.status() == 409 && known == registered) {
                // Apicurio answers so to the second of two clients that register the same schema at the same moment
                Answer lookedUp = http.exchange("POST", lookUp(subject), object("schema", schema.toString()));
                answer = lookedUp.ok() ? lookedUp : answer;
            }
            if (answer.status() == 409) {
                throw new RegistryException(subject
                        + ": the registry refuses the schema as incompatible with an earlier one (" + answer.message()
                        + "); change it compatibly or set another compatibility");
            }
            id = idIn(ok(answer, subject));
            known.put(key, id);
        }
        return id;
    }

    @Override
    public Schema byId(int id) {
        Schema schema = schemas.get(id);
        if (schema == null) {
            Answer answer = http.exchange("GET", "/schemas/ids/" + id, null);
            if (answer.errorCode() == SCHEMA_NOT_FOUND) {
                throw new UnusableSchemaException("schema id " + id + " is not in the registry; register it first");
            }
            schema = schemaIn(ok(answer, "schema id " + id), "schema id " + id);
            schemas.put(id, schema);
        }
        return schema;
    }

    @Override
    public Registered latest(String subject) {
        JsonNode body = ok(http.exchange("GET", "/subjects/" + encode(subject) + "/versions/latest", null), subject);
        return new Registered(idIn(body), schemaIn(body, subject));
    }

    @Override
    public @Nullable String compatibility(@Nullable String subject) {
        Answer answer = http.exchange("GET", config(subject), null);
        if (subject != null && answer.status() == 404 && answer.errorCode() != 0) {
            return null;
        }
        return ok(answer, config(subject)).path("compatibilityLevel").asText();
    }

    @Override
    public void setCompatibility(@Nullable String subject, String level) {
        ok(http.exchange("PUT", config(subject), object("compatibility", level)), config(subject));
    }

    private static String config(@Nullable String subject) {
        return subject == null ? "/config" : "/config/" + encode(subject);
    }

    private static JsonNode ok(Answer answer, String about) {
        if (answer.ok()) {
            return answer.body();
        }
        String cure = switch (answer.status()) {
            case 401, 403 -> "; check the credentials of the schema registry";
            case 404 -> "; register it first, or check " + RegistryConfig.URL;
            default -> "";
        };
        throw new RegistryException(about + ": the schema registry answered " + answer.message() + cure);
    }

    private static int idIn(JsonNode body) {
        JsonNode id = body.path("id");
        if (!id.canConvertToInt()) {
            throw new RegistryException(
                    "the schema registry answered without an id; check that " + RegistryConfig.URL + " names one");
        }
        return id.intValue();
    }

    private static Schema schemaIn(JsonNode body, String about) {
        String type = body.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO")) {
            throw new UnusableSchemaException(about + " is " + type + "; only AVRO can be read");
        }
        if (!body.path("references").isEmpty()) {
            throw new UnusableSchemaException(about + " refers to other subjects; register it with its types inlined");
        }
        if (!body.path("ruleSet").isEmpty()) {
            throw new UnusableSchemaException(about + " has rules, which are not supported; register it without");
        }
        if (!body.path("schema").isTextual()) {
            throw new RegistryException(
                    "the schema registry answered without a schema; check that " + RegistryConfig.URL + " names one");
        }
        try {
            return new Schema.Parser().parse(body.path("schema").textValue());
        } catch (AvroRuntimeException e) {
            throw new UnusableSchemaException(about + " is not readable as Avro: " + e.getMessage(), e);
        }
    }

    private static ObjectNode object(String name, String value) {
        return JsonNodeFactory.instance.objectNode().put(name, value);
    }

    private static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
