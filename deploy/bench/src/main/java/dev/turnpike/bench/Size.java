package dev.turnpike.bench;

/**
 * How much is measured.
 *
 * @param runs how often each side is measured
 * @param records how many records each run has, where it has a number of them
 * @param seconds how long a load lasts that has a time
 */
public record Size(int runs, int records, int seconds) {}
