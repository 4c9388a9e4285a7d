package dev.turnpike.sink.webhook;

import java.time.Duration;

/**
 * When and for how long to try again.
 *
 * @param firstPause before the first further try, doubled for each one after it
 * @param longestPause the longest of these
 * @param limit after which an alert is given up
 */
record Patience(Duration firstPause, Duration longestPause, Duration limit) {

    private static final Duration LONGEST_ASKED = Duration.ofHours(1);

    /**
     * How long to leave a webhook alone.
     *
     * @param failures in a row so far, at least one
     * @param asked what the webhook itself asks for; zero where it does not
     */
    Duration pause(int failures, Duration asked) {
        Duration doubled = firstPause.multipliedBy(1L << Math.min(failures - 1, 20));
        Duration pause = doubled.compareTo(longestPause) < 0 ? doubled : longestPause;
        Duration longest = asked.compareTo(LONGEST_ASKED) < 0 ? asked : LONGEST_ASKED;
        return pause.compareTo(longest) > 0 ? pause : longest;
    }
}
