package dev.turnpike.streams;

/**
 * The state of one task, which can be made anew from what the topics hold.
 *
 * @param <R> what has to be read for that
 */
public interface Rebuildable<R> {

    /** Whether nothing of it is missing. */
    boolean isComplete();

    /** Reads what it takes. Touches no store, since it does not run on the task's thread. */
    R read();

    /** Writes what was read to the stores, after which the state is complete. */
    void write(R read);

    /** Up to which offset the records of a topic have been dealt with, whatever the consumer group's offset says; -1: none. */
    long dealtWith(String topic);
}
