package dev.turnpike.cli.audit;

import java.util.List;

/**
 * What an audit found.
 *
 * @param bootstrapServers whose log it was
 * @param prefix of the topics
 * @param records that were read
 * @param inFlight inputs that were not processed yet and are not judged
 * @param from the first instant that was judged; {@code Long.MIN_VALUE} for the beginning
 * @param findings one for each law
 */
public record Report(
        String bootstrapServers, String prefix, long records, long inFlight, long from, List<Finding> findings) {

    public boolean holds() {
        return findings.stream().allMatch(Finding::holds);
    }
}
