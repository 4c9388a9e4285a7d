package dev.turnpike.cli.audit;

import java.util.List;

/**
 * What an audit says about one law.
 *
 * @param counted what was looked at, in one line
 * @param broken how often the law was broken
 * @param examples the first of these, each in one line with where it stands
 */
public record Finding(int law, String title, String counted, long broken, List<String> examples) {

    public boolean holds() {
        return broken == 0;
    }
}
