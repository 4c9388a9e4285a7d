package dev.turnpike.cli.access;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * What a role may do with some resources.
 *
 * @param names whole names, or beginnings of names where the pattern is {@code PREFIXED}
 */
record Rule(ResourceType type, PatternType pattern, List<String> names, List<AclOperation> operations) {

    private static final String FROM_ANYWHERE = "*";

    Rule {
        names = List.copyOf(names);
        operations = List.copyOf(operations);
    }

    List<AclBinding> bindings(String principal) {
        List<AclBinding> bindings = new ArrayList<>();
        for (String name : names) {
            for (AclOperation operation : operations) {
                bindings.add(new AclBinding(
                        new ResourcePattern(type, name, pattern),
                        new AccessControlEntry(principal, FROM_ANYWHERE, operation, AclPermissionType.ALLOW)));
            }
        }
        return bindings;
    }
}
