package dev.turnpike.schemas.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** A registry in this process, for tests; it checks no compatibility. */
final class MemorySchemaRegistry implements SchemaRegistry {

    private static final Map<String, MemorySchemaRegistry> SCOPES = new ConcurrentHashMap<>();

    private final List<Schema> schemas = new ArrayList<>();
    private final Map<String, List<Registered>> subjects = new HashMap<>();
    private final Map<String, String> levels = new HashMap<>();

    static MemorySchemaRegistry ofScope(String scope) {
        return SCOPES.computeIfAbsent(scope, name -> new MemorySchemaRegistry());
    }

    @Override
    public synchronized int register(String subject, Schema schema) {
        int index = schemas.indexOf(schema);
        if (index < 0) {
            index = schemas.size();
            schemas.add(schema);
        }
        Registered version = new Registered(index + 1, schema);
        List<Registered> versions = subjects.computeIfAbsent(subject, name -> new ArrayList<>());
        if (!versions.contains(version)) {
            versions.add(version);
        }
        return version.id();
    }

    @Override
    public synchronized int idOf(String subject, Schema schema) {
        return versions(subject).stream()
                .filter(version -> version.schema().equals(schema))
                .findFirst()
                .orElseThrow(() -> new RegistryException(subject + ": has no such schema; register it first"))
                .id();
    }

    @Override
    public synchronized Schema byId(int id) {
        if (id < 1 || id > schemas.size()) {
            throw new UnusableSchemaException("schema id " + id + " is not in the registry; register it first");
        }
        return schemas.get(id - 1);
    }

    @Override
    public synchronized Registered latest(String subject) {
        List<Registered> versions = versions(subject);
        if (versions.isEmpty()) {
            throw new RegistryException(subject + ": has no schema; register one first");
        }
        return versions.get(versions.size() - 1);
    }

    @Override
    public synchronized @Nullable String compatibility(@Nullable String subject) {
        return subject == null ? levels.getOrDefault("", "BACKWARD") : levels.get(subject);
    }

    @Override
    public synchronized void setCompatibility(@Nullable String subject, String level) {
        levels.put(subject == null ? "" : subject, level);
    }

    private List<Registered> versions(String subject) {
        return subjects.getOrDefault(subject, List.of());
    }
}
