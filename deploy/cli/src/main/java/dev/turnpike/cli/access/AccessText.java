package dev.turnpike.cli.access;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.SecurityUtils;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** Access lists as other tools take them. */
public enum AccessText {
    /** Commands for {@code kafka-acls.sh}, one a line. */
    COMMANDS {
        @Override
        public String of(Roles roles, Collection<String> names, String principalPrefix) {
            return names.stream()
                    .flatMap(role -> roles.rules(role).stream().map(rule -> command(rule, principalPrefix + role)))
                    .collect(Collectors.joining("\n", "", "\n"));
        }
    },
    /** {@code KafkaUser} resources of Strimzi: who it is and what it may do. */
    STRIMZI {
        @Override
        public String of(Roles roles, Collection<String> names, String principalPrefix) {
            DumperOptions options = new DumperOptions();
            options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
            options.setIndicatorIndent(2);
            options.setIndentWithIndicator(true);
            options.setSplitLines(false);
            Yaml yaml = new Yaml(options);
            return names.stream()
                    .map(role -> yaml.dump(user(principalPrefix + role, roles.rules(role))))
                    .collect(Collectors.joining("---\n"));
        }
    };

    /** @param principalPrefix before the role in the name of its principal */
    public abstract String of(Roles roles, Collection<String> names, String principalPrefix);

    private static String command(Rule rule, String user) {
        StringBuilder command = new StringBuilder(
                        "kafka-acls.sh --bootstrap-server \"$BROKERS\" --command-config admin.properties")
                .append(" --add --allow-principal User:")
                .append(user);
        rule.operations()
                .forEach(operation -> command.append(" --operation ").append(SecurityUtils.operationName(operation)));
        if (rule.pattern() == PatternType.PREFIXED) {
            command.append(" --resource-pattern-type prefixed");
        }
        rule.names()
                .forEach(name -> command.append(" --")
                        .append(word(rule.type(), '-'))
                        .append(' ')
                        .append(name));
        return command.toString();
    }

    private static Map<String, Object> user(String name, List<Rule> rules) {
        List<Map<String, Object>> acls = new ArrayList<>();
        for (Rule rule : rules) {
            for (String resource : rule.names()) {
                Map<String, Object> pattern = new LinkedHashMap<>();
                pattern.put(
                        "type",
                        rule.type() == ResourceType.TRANSACTIONAL_ID ? "transactionalId" : word(rule.type(), '-'));
                pattern.put("name", resource);
                pattern.put("patternType", rule.pattern() == PatternType.PREFIXED ? "prefix" : "literal");
                Map<String, Object> acl = new LinkedHashMap<>();
                acl.put("resource", pattern);
                acl.put(
                        "operations",
                        rule.operations().stream()
                                .map(SecurityUtils::operationName)
                                .toList());
                acls.add(acl);
            }
        }
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", name);
        metadata.put("labels", Map.of("strimzi.io/cluster", "turnpike"));
        Map<String, Object> user = new LinkedHashMap<>();
        user.put("apiVersion", "kafka.strimzi.io/v1");
        user.put("kind", "KafkaUser");
        user.put("metadata", metadata);
        Map<String, Object> authorization = new LinkedHashMap<>();
        authorization.put("type", "simple");
        authorization.put("acls", acls);
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("authentication", Map.of("type", "scram-sha-512"));
        spec.put("authorization", authorization);
        user.put("spec", spec);
        return user;
    }

    private static String word(ResourceType type, char separator) {
        return type.name().toLowerCase(Locale.ROOT).replace('_', separator);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
