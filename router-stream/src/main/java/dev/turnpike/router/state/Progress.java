package dev.turnpike.router.state;

import org.apache.kafka.streams.state.KeyValueStore;

/** How far one task has come. */
public final class Progress {

    private static final String COMPLETE = "complete";
    private static final String NEWEST_ADMISSION = "newest-admission";
    private static final String COUNTED_POLICIES = "counted-policies";
    private static final String SEEN_POLICIES = "seen-policies";
    private static final String LAST_BLIND_DISPATCH = "last-blind-dispatch";
    private static final String TOLD_POLICIES = "told-policies";
    private static final String TOLD_DISPATCH = "told-dispatch";
    private static final String LAST_DISPATCH = "last-dispatch";
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

    /** Below which offset of the policies all that was spent and dispatched before counts in new budgets. */
    public long countedPolicies() {
        return get(COUNTED_POLICIES, 0);
    }

    /**
     * Takes over what the meter says of its progress.
     *
     * @param policies below which offset of the policies it has opened the windows of new budgets
     * @param dispatch number of the newest dispatch that counts in them; -1: none
     */
    public void told(long policies, long dispatch) {
        store.put(TOLD_POLICIES, policies);
        store.put(TOLD_DISPATCH, dispatch);
        count();
    }

    /** Takes note that decisions go by all policies below an offset from now on; the dispatches of before may not. */
    public void see(long policies) {
        if (policies > get(SEEN_POLICIES, 0)) {
            store.put(SEEN_POLICIES, policies);
            store.put(LAST_BLIND_DISPATCH, lastDispatch());
            count();
        }
    }

    /** The number of a dispatch that is made now. */
    public long nextDispatch() {
        long number = lastDispatch() + 1;
        store.put(LAST_DISPATCH, number);
        return number;
    }

    /** Takes over what was known before the state was lost: all dispatches until then are known to the meter or held here. */
    public void restored(long policies, long dispatch) {
        store.put(COUNTED_POLICIES, policies);
        store.put(SEEN_POLICIES, policies);
        store.put(LAST_DISPATCH, dispatch);
    }

    // -1: none
    private long lastDispatch() {
        return get(LAST_DISPATCH, -1);
    }

    private void count() {
        if (get(TOLD_DISPATCH, -1) >= get(LAST_BLIND_DISPATCH, -1)) {
            long counted = Math.min(get(TOLD_POLICIES, 0), get(SEEN_POLICIES, 0));
            store.put(COUNTED_POLICIES, Math.max(counted, countedPolicies()));
        }
    }

    private long get(String name, long otherwise) {
        Long value = store.get(name);
        return value == null ? otherwise : value;
    }
}
