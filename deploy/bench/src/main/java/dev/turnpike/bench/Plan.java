package dev.turnpike.bench;

import java.io.PrintStream;
import java.util.function.Consumer;

/**
 * How a benchmark is run.
 *
 * @param runs how often each side is measured
 * @param records how many records each run has
 * @param seconds how long a benchmark lasts that is given a time
 * @param auditor judges what a cluster has written; throws where a law is broken
 * @param figures where lines of JSON go
 * @param progress told what is done at the moment
 */
public record Plan(
        int runs, int records, int seconds, Auditor auditor, PrintStream figures, Consumer<String> progress) {

    /** Judges the log of a cluster. */
    public interface Auditor {

        /** @throws IllegalStateException if a law does not hold */
        void audit(String bootstrapServers, String registryUrl, String topicsPrefix);
    }

    void print(Figure figure) {
        figures.println(figure.json());
    }
}
