package dev.turnpike.schemas.serde;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;

/** Which schema a serializer writes with, in Confluent's names and with its defaults. */
record SerializerConfig(
        boolean autoRegister, boolean useLatest, boolean latestMustFit, SubjectNameStrategy subjects, boolean isKey) {

    // asked for by nobody who is content with the default; a silent default would write or read something else
    private static final List<String> UNSUPPORTED = List.of(
            "use.schema.id", "use.latest.with.metadata", "rule.executors", "rule.actions", "context.name.strategy");

    static SerializerConfig of(Map<String, ?> settings, boolean isKey) {
        String side = isKey ? "key" : "value";
        for (String key : UNSUPPORTED) {
            Object value = settings.get(key);
            if (value != null
                    && !value.toString().isEmpty()
                    && !value.toString().equals("-1")) {
                throw new ConfigException(key + "=" + value + ": is not supported; leave it out");
            }
        }
        refuse(settings, side + ".schema.id.serializer", "Prefix");
        refuse(settings, side + ".schema.id.deserializer", "Dual");
        return new SerializerConfig(
                flag(settings, "auto.register.schemas", true),
                flag(settings, "use.latest.version", false),
                flag(settings, "latest.compatibility.strict", true),
                SubjectNameStrategy.of(settings, side + ".subject.name.strategy"),
                isKey);
    }

    private static void refuse(Map<String, ?> settings, String key, String supported) {
        Object value = settings.get(key);
        if (value != null && !value.toString().contains(supported)) {
            throw new ConfigException(key + "=" + value + ": ids in headers are not supported; leave it out");
        }
    }

    private static boolean flag(Map<String, ?> settings, String key, boolean otherwise) {
        Object value = settings.get(key);
        return value == null ? otherwise : Boolean.parseBoolean(value.toString());
    }
}
