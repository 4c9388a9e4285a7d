package dev.turnpike.bench;

import dev.turnpike.cluster.LocalCluster;
import java.util.function.Consumer;

/**
 * How a benchmark is run.
 *
 * @param size how much is measured
 * @param auditor judges what a cluster has written; throws where a law is broken
 * @param recording what trace replays
 * @param figures told what was measured
 * @param progress told what is done at the moment
 */
public record Plan(Size size, Auditor auditor, Recording recording, Figures figures, Consumer<String> progress) {

    /** Judges the log of a cluster. */
    public interface Auditor {

        /** @throws IllegalStateException if a law does not hold */
        void audit(String bootstrapServers, String registryUrl, String topicsPrefix);
    }

    int runs() {
        return size.runs();
    }

    int records() {
        return size.records();
    }

    int seconds() {
        return size.seconds();
    }

    void audit(LocalCluster cluster) {
        progress.accept("auditing");
        auditor.audit(cluster.bootstrapServers(), cluster.registryUrl(), cluster.topicsPrefix());
    }
}
