package dev.turnpike.sink.provider.judge;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * Whether a value keeps to the part of JSON Schema that response formats and tools use: types, properties, required ones, no
 * others, items, enumerations. Any other keyword is taken to hold.
 */
final class JsonShape {

    private JsonShape() {}

    static boolean fits(JsonNode value, JsonNode schema) {
        return isOfType(value, schema.path("type"))
                && isListed(value, schema.path("enum"))
                && hasProperties(value, schema)
                && hasItems(value, schema.path("items"));
    }

    private static boolean isOfType(JsonNode value, JsonNode type) {
        if (type.isArray()) {
            for (JsonNode each : type) {
                if (isOfType(value, each)) {
                    return true;
                }
            }
            return false;
        }
        return switch (type.asText()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "number" -> value.isNumber();
            // JSON has one kind of number: 3.0 is an integer
            case "integer" -> value.isNumber() && value.asDouble() == Math.rint(value.asDouble());
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> true;
        };
    }

    private static boolean isListed(JsonNode value, JsonNode allowed) {
        if (!allowed.isArray()) {
            return true;
        }
        for (JsonNode each : allowed) {
            if (each.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasProperties(JsonNode value, JsonNode schema) {
        if (!value.isObject()) {
            return true;
        }
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asText())) {
                return false;
            }
        }
        JsonNode properties = schema.path("properties");
        JsonNode others = schema.path("additionalProperties");
        boolean closed = others.isBoolean() && !others.asBoolean();
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            JsonNode own = properties.path(field.getKey());
            if (own.isMissingNode() ? closed : !fits(field.getValue(), own)) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasItems(JsonNode value, JsonNode items) {
        if (!value.isArray() || !items.isObject()) {
            return true;
        }
        for (JsonNode item : value) {
            if (!fits(item, items)) {
                return false;
            }
        }
        return true;
    }
}
