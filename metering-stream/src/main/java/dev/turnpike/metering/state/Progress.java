package dev.turnpike.metering.state;

import dev.turnpike.schemas.event.PriceProgress;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** How far one task has come. */
public final class Progress {

    private static final String EPOCH = "epoch";
    private static final String DISPATCH_OFFSET = "dispatch-offset";
    private static final String EXPIRED_UNTIL = "expired-until";
    private static final String EXPIRY_BUDGET = "expiry-budget";
    private static final String NEWEST_USAGE = "newest-usage";
    private static final String POLICIES_COUNTED = "policies-counted";
    private static final String ORGS_COUNTED = "orgs-counted";
    private static final String POLICIES_TOLD = "policies-told";
    private static final String ORGS_TOLD = "orgs-told";
    private static final String OPEN_HOLDS = "open-holds";
    private static final String COMPLETE = "complete";
    private static final String EPOCH_UNTOLD = "epoch-untold";
    private static final String DISPATCH_NUMBER = "dispatch-number";
    private static final String DISPATCH_NUMBER_TOLD = "dispatch-number-told";
    private static final String DEALT_WITH = "dealt-with/";
    private static final String PRICES_FOLLOWED = "prices-followed";
    private static final String PRICES_FOLLOWING = "prices-following";
    private static final String PRICES_NEXT = "prices-next";
    private static final String PRICES_UNTIL = "prices-until";
    private static final String UNPRICED_SINCE = "unpriced-since";

    private final KeyValueStore<String, Long> store;

    public Progress(KeyValueStore<String, Long> store) {
        this.store = store;
    }

    /** Whether the state is all there is. */
    public boolean isComplete() {
        return store.get(COMPLETE) != null;
    }

    public void complete() {
        store.put(COMPLETE, 1L);
    }

    /** Up to which offset of a topic everything had been booked when the state was made; -1: nothing. */
    public long dealtWith(String topic) {
        return get(DEALT_WITH + topic, -1);
    }

    public void dealtWith(String topic, long offset) {
        store.put(DEALT_WITH + topic, offset);
    }

    /** Another incarnation begins, which is told of all positions. */
    public void begin(long epoch) {
        store.put(EPOCH, epoch);
        store.put(EPOCH_UNTOLD, 1L);
    }

    /** Whether the positions are still to be published under the present epoch. */
    public boolean isEpochUntold() {
        return store.get(EPOCH_UNTOLD) != null;
    }

    public void epochTold() {
        store.delete(EPOCH_UNTOLD);
    }

    /** The incarnation of the task's state: the time of the first record that was booked in it. */
    public long epoch(long at) {
        Long epoch = store.get(EPOCH);
        if (epoch == null) {
            store.put(EPOCH, at);
            return at;
        }
        return epoch;
    }

    /** Offset of the newest dispatch that was read; -1 before any. */
    public long dispatchOffset() {
        return get(DISPATCH_OFFSET, -1);
    }

    public void readDispatch(long offset, long number) {
        store.put(DISPATCH_OFFSET, offset);
        if (number > dispatchNumber()) {
            store.put(DISPATCH_NUMBER, number);
        }
    }

    /** Number of the newest dispatch that was read; -1: none that has one. */
    public long dispatchNumber() {
        return get(DISPATCH_NUMBER, -1);
    }

    /** Whether the router has not been told yet of the newest dispatch that was read. */
    public boolean isDispatchUntold() {
        return dispatchNumber() > get(DISPATCH_NUMBER_TOLD, -1);
    }

    public void dispatchTold() {
        if (isDispatchUntold()) {
            store.put(DISPATCH_NUMBER_TOLD, dispatchNumber());
        }
    }

    /** Everything that was due by then has been done. */
    public long expiredUntil() {
        return get(EXPIRED_UNTIL, 0);
    }

    public void expiredUntil(long at) {
        store.put(EXPIRED_UNTIL, at);
    }

    /** How much the next tick may end; 0 before any tick. */
    public long expiryBudget() {
        return get(EXPIRY_BUDGET, 0);
    }

    public void expiryBudget(long number) {
        if (number != expiryBudget()) {
            store.put(EXPIRY_BUDGET, number);
        }
    }

    /** The greatest broker time of any usage that was read; 0 before any. */
    public long newestUsage() {
        return get(NEWEST_USAGE, 0);
    }

    public void readUsage(long at) {
        if (at > newestUsage()) {
            store.put(NEWEST_USAGE, at);
        }
    }

    /** Below which offset of the policies topic all budgets are counted; -1 before the first look. It never goes back. */
    public long policiesCounted() {
        return get(POLICIES_TOLD, -1);
    }

    /** Below which offset of the orgs topic all budgets are counted; -1 before the first look. It never goes back. */
    public long orgsCounted() {
        return get(ORGS_TOLD, -1);
    }

    /** Whether the tables have been looked at as they are up to these offsets, or further. */
    public boolean hasCounted(long policies, long orgs) {
        return get(POLICIES_COUNTED, -1) >= policies && get(ORGS_COUNTED, -1) >= orgs;
    }

    public void counted(long policies, long orgs) {
        store.put(POLICIES_COUNTED, policies);
        store.put(ORGS_COUNTED, orgs);
        store.put(POLICIES_TOLD, Math.max(policies, policiesCounted()));
        store.put(ORGS_TOLD, Math.max(orgs, orgsCounted()));
    }

    /** Takes note that the tables have to be looked at again, wherever they are. */
    public void countAgain() {
        store.put(POLICIES_COUNTED, -1L);
    }

    /** How far the ledger is corrected after changes of past prices. */
    public PriceProgress prices() {
        long followed = get(PRICES_FOLLOWED, 0);
        return new PriceProgress(
                followed,
                get(PRICES_FOLLOWING, followed),
                get(PRICES_NEXT, 0),
                get(PRICES_UNTIL, 0),
                get(UNPRICED_SINCE, Long.MAX_VALUE));
    }

    public void prices(PriceProgress progress) {
        store.put(PRICES_FOLLOWED, progress.getFollowed());
        store.put(PRICES_FOLLOWING, progress.getFollowing());
        store.put(PRICES_NEXT, progress.getNext());
        store.put(PRICES_UNTIL, progress.getUntil());
        store.put(UNPRICED_SINCE, progress.getUnpricedSince());
    }

    /** Takes note of usage without a price. */
    public void unpriced(long admittedAt) {
        if (admittedAt < get(UNPRICED_SINCE, Long.MAX_VALUE)) {
            store.put(UNPRICED_SINCE, admittedAt);
        }
    }

    public long openHolds() {
        return get(OPEN_HOLDS, 0);
    }

    public void openHolds(long number) {
        store.put(OPEN_HOLDS, number);
    }

    /** {@link #expiredUntil} of a store that is read from outside of its task. */
    static long expiredUntil(ReadOnlyKeyValueStore<String, Long> store) {
        Long until = store.get(EXPIRED_UNTIL);
        return until == null ? 0 : until;
    }

    private long get(String name, long otherwise) {
        Long value = store.get(name);
        return value == null ? otherwise : value;
    }
}
