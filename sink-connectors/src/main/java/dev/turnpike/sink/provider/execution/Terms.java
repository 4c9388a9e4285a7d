package dev.turnpike.sink.provider.execution;

import java.time.Duration;
import java.util.Set;

/**
 * Who can be called, and how often.
 *
 * @param providers names of those that are configured
 * @param retries how many more attempts a model gets after a failure that may pass
 * @param firstPause before the first of them, doubled for each further one; a provider may ask for more
 * @param longestPause rather than pausing longer, the next model of the chain is called
 */
public record Terms(Set<String> providers, int retries, Duration firstPause, Duration longestPause) {

    /** How long a model is left alone after its attempt number {@code tries}. */
    Duration pause(int tries) {
        return firstPause.multipliedBy(1L << Math.min(tries - 1, 20));
    }
}
