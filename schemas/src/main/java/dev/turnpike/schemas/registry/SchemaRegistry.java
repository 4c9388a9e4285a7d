package dev.turnpike.schemas.registry;

import java.util.Map;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The schemas of a registry by subject and by id. Answers that can never change are remembered. Safe for many threads.
 *
 * <p>Every method throws {@link RegistryException} where the registry cannot be reached or refuses.
 */
public interface SchemaRegistry {

    /**
     * The registry that settings name: over HTTP, or shared by everyone in this process who names the same
     * {@code mock://scope}.
     *
     * @param settings Confluent's names, {@code schema.registry.url} first; others are ignored
     * @throws org.apache.kafka.common.config.ConfigException if a setting is refused
     */
    static SchemaRegistry connect(Map<String, ?> settings) {
        RegistryConfig config = RegistryConfig.of(settings);
        return config.mockScope() == null
                ? new HttpSchemaRegistry(new RegistryHttp(config), config.normalize())
                : MemorySchemaRegistry.ofScope(config.mockScope());
    }

    /** The id of a schema under a subject, which is registered if it is not yet there. */
    int register(String subject, Schema schema);

    /** The id of a schema that is registered under a subject. */
    int idOf(String subject, Schema schema);

    /**
     * The schema of an id.
     *
     * @throws UnusableSchemaException if no such schema exists or it is not plain Avro
     */
    Schema byId(int id);

    /** The newest schema of a subject, as of now. */
    Registered latest(String subject);

    /** The compatibility level of a subject, or of the registry for null; null where a subject has none of its own. */
    @Nullable
    String compatibility(@Nullable String subject);

    /** Sets the compatibility level of a subject, or of the registry for null. */
    void setCompatibility(@Nullable String subject, String level);

    /** A schema and its id. */
    record Registered(int id, Schema schema) {}
}
