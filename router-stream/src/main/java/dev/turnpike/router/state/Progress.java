package dev.turnpike.router.state;

import org.apache.kafka.streams.state.KeyValueStore;

/** How far one task has come. */
public final class Progress {

    private static final String COMPLETE = "complete";
    private static final String NEWEST_ADMISSION = "newest-admission";
    private static final String COUNTED_POLICIES = "counted-policies";
    private static final String DEALT_WITH = "dealt-with/";

    private final KeyValueStore<String, Long> store;

    public Progress(KeyValueStore<String, Long> store) {
        this.store = store;
    }

    /** Whether positions and decided requests are all there are. */
    public boolean isComplete() {
        return store.get(COMPLETE) != null;
    }

    public void complete() {
        store.put(COMPLETE, 1L);
    }

    /** The latest admission that was known when the state was made; what came since is not counted. */
    public long newestAdmission() {
        return get(NEWEST_ADMISSION, 0);
    }

    public void newestAdmission(long at) {
        store.put(NEWEST_ADMISSION, at);
    }

    /** Up to which offset of a topic everything had been decided when the state was made; -1: nothing. */
    public long dealtWith(String topic) {
        return get(DEALT_WITH + topic, -1);
    }

    public void dealtWith(String topic, long offset) {
        store.put(DEALT_WITH + topic, offset);
    }

    /** Below which offset of the policies the meter has opened the windows of new budgets. */
    public long countedPolicies() {
        return get(COUNTED_POLICIES, 0);
    }

    public void countedPolicies(long offset) {
        store.put(COUNTED_POLICIES, offset);
    }

    private long get(String name, long otherwise) {
        Long value = store.get(name);
        return value == null ? otherwise : value;
    }
}
