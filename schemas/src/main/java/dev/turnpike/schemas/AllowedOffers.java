package dev.turnpike.schemas;

import dev.turnpike.schemas.event.Routing;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The offers that a policy lets serve a team: {@code allow} without {@code deny}, each a list of ids with {@code *} as wildcard. */
public final class AllowedOffers {

    private final List<Pattern> allow;
    private final List<Pattern> deny;

    private AllowedOffers(List<Pattern> allow, List<Pattern> deny) {
        this.allow = allow;
        this.deny = deny;
    }

    public static AllowedOffers of(Routing routing) {
        return new AllowedOffers(patterns(routing.getAllow()), patterns(routing.getDeny()));
    }

    /** @param id {@code provider/model} */
    public boolean includes(String id) {
        return (allow.isEmpty() || matches(allow, id)) && !matches(deny, id);
    }

    private static boolean matches(List<Pattern> patterns, String id) {
        for (Pattern pattern : patterns) {
            if (pattern.matcher(id).matches()) {
                return true;
            }
        }
        return false;
    }

    private static List<Pattern> patterns(List<String> globs) {
        List<Pattern> patterns = new ArrayList<>(globs.size());
        for (String glob : globs) {
            patterns.add(Pattern.compile(
                    glob.codePoints()
                            .mapToObj(c -> c == '*' ? ".*" : Pattern.quote(Character.toString(c)))
                            .collect(Collectors.joining()),
                    Pattern.DOTALL));
        }
        return patterns;
    }
}
