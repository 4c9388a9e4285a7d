package dev.turnpike.cli.access;

import dev.turnpike.streams.StreamsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.SecurityUtils;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The roles of {@code deploy/security/access.yaml} and what each may do on the brokers. */
public final class Roles {

    private static final String FILE = "/security/access.yaml";

    private final Map<String, List<Rule>> rules = new LinkedHashMap<>();

    private Roles() {}

    /** @param topicsPrefix first part of every topic name of the contract */
    public static Roles read(String topicsPrefix) {
        Roles roles = new Roles();
        try (InputStream file = Roles.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException(FILE + ": is not in this build");
            }
            Map<String, List<Map<String, List<String>>>> all =
                    new Yaml(new SafeConstructor(new LoaderOptions())).load(file);
            all.forEach((role, lines) -> roles.rules.put(
                    role, lines.stream().map(line -> rule(line, topicsPrefix)).toList()));
        } catch (IOException e) {
            throw new UncheckedIOException(FILE + ": cannot be read", e);
        }
        return roles;
    }

    public List<String> names() {
        return List.copyOf(rules.keySet());
    }

    /** What must be created on a cluster so that a principal, for example {@code User:turnpike-router}, can act in a role. */
    public List<AclBinding> bindings(String role, String principal) {
        List<AclBinding> bindings = new ArrayList<>();
        rules(role).forEach(rule -> bindings.addAll(rule.bindings(principal)));
        return bindings;
    }

    /** @throws IllegalArgumentException if there is no such role */
    List<Rule> rules(String role) {
        List<Rule> found = rules.get(role);
        if (found == null) {
            throw new IllegalArgumentException(role + ": is no role; known: " + String.join(", ", rules.keySet()));
        }
        return found;
    }

    private static Rule rule(Map<String, List<String>> line, String topicsPrefix) {
        List<AclOperation> allow =
                values(line, "allow").stream().map(SecurityUtils::operation).toList();
        List<String> topics = values(line, "topics");
        if (!topics.isEmpty()) {
            return new Rule(
                    ResourceType.TOPIC,
                    PatternType.LITERAL,
                    topics.stream().map(topicsPrefix::concat).toList(),
                    allow);
        }
        List<String> others = values(line, "others");
        if (!others.isEmpty()) {
            return new Rule(ResourceType.TOPIC, PatternType.PREFIXED, others, allow);
        }
        List<String> manyGroups = values(line, "groups_beginning");
        if (!manyGroups.isEmpty()) {
            return new Rule(ResourceType.GROUP, PatternType.PREFIXED, manyGroups, allow);
        }
        List<String> groups = values(line, "groups");
        return groups.isEmpty()
                ? new Rule(
                        ResourceType.TRANSACTIONAL_ID, PatternType.PREFIXED, values(line, "transactional_ids"), allow)
                : new Rule(
                        ResourceType.GROUP,
                        PatternType.LITERAL,
                        groups.stream().map(group -> group(group, topicsPrefix)).toList(),
                        allow);
    }

    /** The applications' groups are named after their topics, those of connectors after the connector. */
    private static String group(String name, String topicsPrefix) {
        return name.equals(StreamsSettings.ROUTER) || name.equals(StreamsSettings.METER)
                ? StreamsSettings.applicationId(name, topicsPrefix)
                : name;
    }

    private static List<String> values(Map<String, List<String>> line, String key) {
        @Nullable List<String> values = line.get(key);
        return values == null ? List.of() : values;
    }
}
