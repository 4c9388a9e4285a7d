package dev.turnpike.schemas;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Names as policies list them, with {@code *} for any characters; every other character stands for itself. */
public final class Globs {

    private final List<Pattern> patterns;

    private Globs(List<Pattern> patterns) {
        this.patterns = patterns;
    }

    public static Globs of(List<String> globs) {
        List<Pattern> patterns = new ArrayList<>(globs.size());
        for (String glob : globs) {
            patterns.add(Pattern.compile(
                    glob.codePoints()
                            .mapToObj(c -> c == '*' ? ".*" : Pattern.quote(Character.toString(c)))
                            .collect(Collectors.joining()),
                    Pattern.DOTALL));
        }
        return new Globs(patterns);
    }

    public boolean isEmpty() {
        return patterns.isEmpty();
    }

    /** Whether one of them stands for a name. */
    public boolean match(String name) {
        for (Pattern pattern : patterns) {
            if (pattern.matcher(name).matches()) {
                return true;
            }
        }
        return false;
    }
}
