package dev.turnpike.document;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * The keys of one YAML mapping, taken one by one; what was not asked for by {@link #end()} is refused.
 *
 * <p>Scalars are read as the text in the file: a decimal never passes through a floating-point number.
 */
final class Section {

    private final Place place;
    private final String path;
    private final int line;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Set<String> asked = new LinkedHashSet<>();

    /** A document in a file, as people find it again. */
    record Place(String file, int document) {

        IllegalArgumentException refuse(int line, String what) {
            // a value of several lines is shown on one
            String shown = what.replaceAll("\\R", " ");
            return new IllegalArgumentException(file + ":" + line + ": document " + document + ": " + shown);
        }
    }

    private Section(Place place, String path, int line) {
        this.place = place;
        this.path = path;
        this.line = line;
    }

    Section(Place place, String path, Node node) {
        this(place, path, lineOf(node));
        if (!(node instanceof MappingNode mapping)) {
            throw place.refuse(line, (path.isEmpty() ? "" : path + ": ") + "must be a mapping of keys to values");
        }
        for (NodeTuple tuple : mapping.getValue()) {
            String key = scalar(path, tuple.getKeyNode());
            if (values.put(key, tuple.getValueNode()) != null) {
                throw place.refuse(lineOf(tuple.getKeyNode()), below(key) + ": is given twice");
            }
        }
    }

    /** A value as text; null where the key is missing or empty. */
    @Nullable
    String find(String key) {
        Node node = take(key);
        return node == null ? null : scalar(below(key), node);
    }

    /** A value read by a parser that says in its exception what would be right; null where the key is missing. */
    <T> @Nullable T find(String key, Function<String, T> parser) {
        String value = find(key);
        if (value == null) {
            return null;
        }
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException e) {
            throw refuse(key, String.valueOf(e.getMessage()));
        }
    }

    <T> T get(String key, Function<String, T> parser) {
        T value = find(key, parser);
        if (value == null) {
            throw place.refuse(line, below(key) + ": is missing");
        }
        return value;
    }

    <T> T get(String key, Function<String, T> parser, T otherwise) {
        T value = find(key, parser);
        return value == null ? otherwise : value;
    }

    <T> List<T> list(String key, Function<String, T> parser) {
        List<T> found = new ArrayList<>();
        List<Node> nodes = sequence(key);
        for (int i = 0; i < nodes.size(); i++) {
            String name = key + '[' + i + ']';
            String value = scalar(below(name), nodes.get(i));
            found.add(parsed(name, nodes.get(i), value, parser));
        }
        return found;
    }

    List<Section> sections(String key) {
        List<Section> found = new ArrayList<>();
        List<Node> nodes = sequence(key);
        for (int i = 0; i < nodes.size(); i++) {
            found.add(new Section(place, below(key) + '[' + i + ']', nodes.get(i)));
        }
        return found;
    }

    /** The mapping under a key; an empty one where the key is missing. */
    Section section(String key) {
        Node node = take(key);
        return node == null ? new Section(place, below(key), line) : new Section(place, below(key), node);
    }

    /** A mapping of free names to values. */
    <T> Map<String, T> map(String key, Function<String, T> parser) {
        Section names = section(key);
        Map<String, T> found = new LinkedHashMap<>();
        for (String name : names.values.keySet()) {
            found.put(name, names.get(name, parser));
        }
        return found;
    }

    /** A mapping of free names to lists of values. */
    <T> Map<String, List<T>> lists(String key, Function<String, T> parser) {
        Section names = section(key);
        Map<String, List<T>> found = new LinkedHashMap<>();
        for (String name : names.values.keySet()) {
            found.put(name, names.list(name, parser));
        }
        return found;
    }

    IllegalArgumentException refuse(String key, String cure) {
        Node node = values.get(key);
        String value = node instanceof ScalarNode scalar ? "=" + scalar.getValue() : "";
        return place.refuse(node == null ? line : lineOf(node), below(key) + value + ": " + cure);
    }

    /** Refuses a key that nobody asked for: a misspelt limit would be no limit. */
    void end() {
        for (Map.Entry<String, Node> value : values.entrySet()) {
            if (!asked.contains(value.getKey())) {
                throw place.refuse(
                        lineOf(value.getValue()),
                        below(value.getKey()) + ": is unknown; known here are " + String.join(", ", asked));
            }
        }
    }

    private @Nullable Node take(String key) {
        asked.add(key);
        Node node = values.get(key);
        return node instanceof ScalarNode && node.getTag().equals(Tag.NULL) ? null : node;
    }

    private List<Node> sequence(String key) {
        Node node = take(key);
        if (node == null) {
            return List.of();
        }
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        throw refuse(key, "must be a list");
    }

    private <T> T parsed(String name, Node node, String value, Function<String, T> parser) {
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException e) {
            throw place.refuse(lineOf(node), below(name) + "=" + value + ": " + e.getMessage());
        }
    }

    private String scalar(String name, Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw place.refuse(lineOf(node), name + ": must be a single value");
    }

    private String below(String key) {
        return path.isEmpty() ? key : path + '.' + key;
    }

    private static int lineOf(Node node) {
        return node.getStartMark() == null ? 1 : node.getStartMark().getLine() + 1;
    }
}
