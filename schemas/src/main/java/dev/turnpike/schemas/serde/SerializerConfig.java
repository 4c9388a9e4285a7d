package dev.turnpike.schemas.serde;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;

/** Which schema a serializer writes with, in Confluent's names and with its defaults. */
public record SerializerConfig(
        boolean autoRegister, boolean useLatest, boolean latestMustFit, SubjectNameStrategy subjects, boolean isKey) {

    // what each stands at by default: another value asks for what we do not do, and silence would be a wrong answer
    private static final Map<String, String> ONLY = Map.of(
            "use.schema.id", "-1",
            "use.latest.with.metadata", "",
            "latest.cache.ttl.sec", "-1",
            "context.name.strategy", "io.confluent.kafka.serializers.context.NullContextNameStrategy",
            "schema.reflection", "false",
            "avro.remove.java.properties", "false",
            "rule.executors", "",
            "rule.actions", "");

    public static SerializerConfig of(Map<String, ?> settings, boolean isKey) {
        ONLY.forEach((key, only) -> {
            String value = text(settings, key, only);
            if (!value.equals(only)) {
                throw new ConfigException(key + "=" + value + ": is not supported; leave it out");
            }
        });
        String side = isKey ? "key" : "value";
        for (String key : List.of(side + ".schema.id.serializer", side + ".schema.id.deserializer")) {
            String value = text(settings, key, "");
            if (value.contains("Header")) {
                throw new ConfigException(key + "=" + value + ": ids in headers are not supported; leave it out");
            }
        }
        return new SerializerConfig(
                flag(settings, "auto.register.schemas", true),
                flag(settings, "use.latest.version", false),
                flag(settings, "latest.compatibility.strict", true),
                SubjectNameStrategy.of(settings, side + ".subject.name.strategy"),
                isKey);
    }

    private static boolean flag(Map<String, ?> settings, String key, boolean otherwise) {
        return Boolean.parseBoolean(text(settings, key, Boolean.toString(otherwise)));
    }

    private static String text(Map<String, ?> settings, String key, String otherwise) {
        Object value = settings.get(key);
        return value == null ? otherwise : value instanceof Class<?> type ? type.getName() : value.toString();
    }
}
