package dev.turnpike.document;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What publishing a document would change.
 *
 * @param sign {@code +} new, {@code ~} changed, {@code -} withdrawn, {@code =} published already
 * @param details for a change, one line per key with what it was and what it will be
 */
public record Change(char sign, Document document, List<String> details) {

    /** The change from what is published, if anything, to what a file says. */
    public static Change between(@Nullable Document published, Document wanted) {
        if (published == null) {
            return new Change('+', wanted, List.of());
        }
        List<String> details = new ArrayList<>();
        Map<String, String> before = flat(published);
        Map<String, String> after = flat(wanted);
        TreeSet<String> keys = new TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        for (String key : keys) {
            String was = before.get(key);
            String will = after.get(key);
            if (was == null) {
                details.add("+ " + key + ": " + will);
            } else if (will == null) {
                details.add("- " + key + ": " + was);
            } else if (!was.equals(will)) {
                details.add("~ " + key + ": " + was + " -> " + will);
            }
        }
        return new Change(details.isEmpty() ? '=' : '~', wanted, details);
    }

    /** The change that takes a published document away. */
    public static Change withdrawn(Document published) {
        return new Change('-', published, List.of());
    }

    private static Map<String, String> flat(Document document) {
        Map<String, String> flat = new LinkedHashMap<>();
        flatten("", DocumentText.fields(document), flat);
        return flat;
    }

    private static void flatten(String path, Object value, Map<String, String> flat) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, below) -> flatten(path.isEmpty() ? "" + key : path + '.' + key, below, flat));
        } else if (value instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof Map) {
            for (int i = 0; i < list.size(); i++) {
                flatten(path + '[' + name((Map<?, ?>) list.get(i), i) + ']', list.get(i), flat);
            }
        } else {
            flat.put(path, value.toString());
        }
    }

    /** What people call an entry of a list, so that one more in front does not look like a change of all. */
    private static Object name(Map<?, ?> entry, int index) {
        for (String key : List.of("name", "effective_from", "above_input_tokens")) {
            Object name = entry.get(key);
            if (name != null) {
                return name;
            }
        }
        return index;
    }
}
