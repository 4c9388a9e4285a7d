package dev.turnpike.streams;

/** The state of one task, which can be made anew from what the topics hold. */
public interface Rebuildable {

    /** Whether nothing of it is missing. */
    boolean isComplete();

    /**
     * Reads what it takes. Touches no store, since it does not run on the task's thread.
     *
     * @return writes what was read to the stores, after which the state is complete
     */
    Runnable read();

    /** Up to which offset the records of a topic have been dealt with, whatever the consumer group's offset says; -1: none. */
    long dealtWith(String topic);
}
