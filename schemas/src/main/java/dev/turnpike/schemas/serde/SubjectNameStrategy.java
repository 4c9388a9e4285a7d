package dev.turnpike.schemas.serde;

import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.ConfigException;

/** Under which subject a schema is registered; Confluent's three strategies, by the names of its classes. */
public enum SubjectNameStrategy {
    TopicNameStrategy,
    RecordNameStrategy,
    TopicRecordNameStrategy;

    private static final String PACKAGE = "io.confluent.kafka.serializers.subject.";

    static SubjectNameStrategy of(Map<String, ?> settings, String key) {
        Object given = settings.get(key);
        String name = given instanceof Class<?> type
                ? type.getName()
                : String.valueOf(given == null ? PACKAGE + TopicNameStrategy : given);
        for (SubjectNameStrategy strategy : values()) {
            if (name.equals(PACKAGE + strategy)) {
                return strategy;
            }
        }
        throw new ConfigException(key + "=" + name + ": is not supported; use " + PACKAGE
                + "TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy");
    }

    public String subject(String topic, boolean isKey, Schema schema) {
        return switch (this) {
            case TopicNameStrategy -> topic + (isKey ? "-key" : "-value");
            case RecordNameStrategy -> schema.getFullName();
            case TopicRecordNameStrategy -> topic + "-" + schema.getFullName();
        };
    }
}
