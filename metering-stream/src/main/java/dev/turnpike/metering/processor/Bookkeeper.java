package dev.turnpike.metering.processor;

import dev.turnpike.metering.budget.Books;
import dev.turnpike.metering.budget.Counting;
import dev.turnpike.metering.budget.PastSpend;
import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.Posting;
import dev.turnpike.metering.budget.Posting.Moved;
import dev.turnpike.metering.budget.RequestAccount;
import dev.turnpike.metering.budget.Settlement;
import dev.turnpike.metering.budget.SpendKey;
import dev.turnpike.metering.budget.Terms;
import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.performance.Samples;
import dev.turnpike.metering.pricing.PriceBook;
import dev.turnpike.metering.pricing.PriceChanges;
import dev.turnpike.metering.state.Due;
import dev.turnpike.metering.state.ExpiryIndex;
import dev.turnpike.metering.state.Kept;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.metering.state.Orgs;
import dev.turnpike.metering.state.Policies;
import dev.turnpike.metering.state.Progress;
import dev.turnpike.metering.state.Table;
import dev.turnpike.metering.watch.BudgetWatch;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.PerformanceSample;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.streams.ObjectCachingStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The books of one task: reads what settling needs, and afterwards stores and publishes what came of it. */
final class Bookkeeper implements Books {

    private static final byte[] NOTHING = {};

    private final ProcessorContext<Object, Object> context;
    private final MeteringConfig config;
    private final MeterMetrics metrics;
    private final KeyValueStore<String, Position> positions;
    private final KeyValueStore<String, RequestAccount> accounts;
    private final KeyValueStore<String, SpendAggregate> cells;
    private final KeyValueStore<String, Counting> counting;
    private final KeyValueStore<String, byte[]> unpricedAlerts;
    private final KeyValueStore<String, byte[]> untold;
    private final KeyValueStore<String, byte[]> raisedAlerts;
    private final KeyValueStore<String, BudgetWatch> budgetWatches;
    private final KeyValueStore<String, Long> teamSpend;
    private final Policies policies;
    private final Orgs orgs;
    private final Table<ModelOffer> catalog;
    private final Progress progress;
    private final ExpiryIndex expiry;
    private final Map<String, Cause> untoldPositions = new LinkedHashMap<>();
    private final Map<String, Long> untoldCells = new LinkedHashMap<>();

    /** The time of the record that changed a position, and of the usage that it was, if any. */
    private record Cause(long at, long epoch, @Nullable Long usageTime) {}

    Bookkeeper(ProcessorContext<Object, Object> context, MeteringConfig config, MeterMetrics metrics) {
        this.context = context;
        this.config = config;
        this.metrics = metrics;
        this.positions = context.getStateStore(MeteringStores.POSITIONS);
        this.accounts = context.getStateStore(MeteringStores.ACCOUNTS);
        this.cells = context.getStateStore(MeteringStores.SPEND_CELLS);
        this.counting = context.getStateStore(MeteringStores.COUNTING);
        this.unpricedAlerts = context.getStateStore(MeteringStores.UNPRICED_ALERTS);
        this.untold = context.getStateStore(MeteringStores.UNTOLD_ORG_SPEND);
        this.raisedAlerts = context.getStateStore(MeteringStores.RAISED_ALERTS);
        this.budgetWatches = context.getStateStore(MeteringStores.BUDGET_WATCHES);
        this.teamSpend = context.getStateStore(MeteringStores.TEAM_SPEND);
        this.policies = new Policies(table(context, MeteringStores.POLICIES));
        this.orgs = new Orgs(table(context, MeteringStores.ORGS));
        this.catalog = table(context, MeteringStores.CATALOG);
        this.progress = new Progress(context.getStateStore(MeteringStores.PROGRESS));
        KeyValueStore<Bytes, byte[]> index = context.getStateStore(MeteringStores.EXPIRY);
        this.expiry = new ExpiryIndex(index, progress);
        ObjectCachingStore.beforeCommit(context, MeteringStores.POSITIONS, this::tell);
        metrics.openHolds(context.taskId().partition(), progress.openHolds());
    }

    /** What a record does to the account of its request. */
    interface Step {
        Settlement settle(RequestAccount account, Terms terms);
    }

    /**
     * Works out what a record does to the books, and then stores and publishes it.
     *
     * @param requestId null where the record names none
     * @param at time of the record
     * @param usageTime broker time of the usage that is booked; null where it is something else
     * @param trace what the record is a part of, and so what is booked for it
     * @throws Refused if it cannot be booked
     */
    void book(String team, @Nullable String requestId, long at, @Nullable Long usageTime, Trace trace, Step step) {
        RequestAccount before = requestId == null ? null : accounts.get(RequestAccount.key(team, requestId));
        Counting known = counting.get(team);
        Terms terms;
        Settlement settlement;
        Posting posting;
        try {
            terms = terms(team, known);
            RequestAccount account = before == null
                    ? RequestAccount.of(team, requestId, terms.policy().getTimezone(), at)
                    : before;
            settlement = step.settle(account, terms);
            posting = post(settlement, terms.policy(), at);
        } catch (Refused | KafkaException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new Refused(DeadLetter.FAILED, e.toString(), e);
        }
        keep(known, terms.counting(), team);
        keep(before, settlement.account());
        enter(posting, at, usageTime, trace);
        Settlement.Judged judged = settlement.judged();
        if (judged != null) {
            publish(Samples.ofOutcome(judged.answer(), judged.score()), at);
        }
    }

    /**
     * Books an entry anew after changes of prices, in the account of its request or, where that is forgotten, for itself.
     *
     * @param bookedAt time of the entry
     * @return whether anything was corrected
     * @throws Refused if it cannot be booked
     */
    boolean correct(LedgerEntry entry, long bookedAt, PriceChanges changes, long at) {
        String team = entry.getTeam();
        String requestId = entry.getRequestId();
        RequestAccount account = requestId == null ? null : accounts.get(RequestAccount.key(team, requestId));
        Counting known = counting.get(team);
        Terms terms;
        Settlement settlement;
        Posting posting;
        try {
            terms = terms(team, known);
            settlement = account != null && account.has(entry)
                    ? account.reprice(entry, changes, terms, at)
                    : RequestAccount.reprice(
                            entry, bookedAt, changes, window -> counts(team, window, bookedAt), terms, at);
            if (settlement == null || settlement.entries().isEmpty()) {
                return false;
            }
            posting = post(settlement, terms.policy(), at);
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new Refused(DeadLetter.FAILED, e.toString(), e);
        }
        keep(known, terms.counting(), team);
        keep(account, settlement.account());
        enter(posting, at, null, Trace.NONE);
        return true;
    }

    // a window that is over and forgotten must not begin again with a difference
    private boolean counts(String team, HoldWindow window, long bookedAt) {
        Position position = position(PositionKey.of(team, window));
        return position != null && position.counts(bookedAt);
    }

    private void keep(@Nullable Counting before, Counting after, String team) {
        if (after != before) {
            counting.put(team, after);
            if (before != null) {
                progress.countAgain();
            }
        }
    }

    /** The teams whose budgets may have changed since they were last looked at. */
    List<String> teamsWithOtherTerms() {
        List<String> teams = new ArrayList<>();
        try (KeyValueIterator<String, Counting> all = counting.all()) {
            all.forEachRemaining(team -> {
                long org = orgs.offsetOf(policies.of(team.key));
                if (!team.value.isBy(policies.offsetOf(team.key), org)) {
                    teams.add(team.key);
                }
            });
        }
        return teams;
    }

    /**
     * Makes all budgets of a team count; those that are new with what was spent in their windows before.
     *
     * @return how many spend cells were read for that
     */
    int begin(String team, long at) {
        Counting known = counting.get(team);
        Terms terms = terms(team, known);
        // what was read is not always behind the tick
        long since = Math.max(at, progress.newestUsage());
        PastSpend past = new PastSpend(terms, since);
        int read = 0;
        for (SpendKey.Window window : SpendKey.Window.values()) {
            read += read(past, team, window);
        }
        enter(begin(team, past, terms.policy(), at), at, null, Trace.NONE);
        counting.put(
                team,
                terms.counting().begin(terms.policy(), terms.org(), terms.policyOffset(), terms.orgOffset(), since));
        return read;
    }

    /**
     * Makes the budgets of teams count what is open of requests whose dispatches were made before they began.
     *
     * @param teams all of whose budgets count
     */
    void reserve(Set<String> teams, long at) {
        // to find what is open takes a walk over all that is due
        if (teams.isEmpty()) {
            return;
        }
        for (String key : expiry.subjects(Due.Kind.OPEN_ACCOUNT)) {
            RequestAccount account = accounts.get(key);
            if (account != null && teams.contains(account.team())) {
                book(
                        account.team(),
                        account.requestId(),
                        at,
                        null,
                        Trace.NONE,
                        (known, terms) -> known.reserve(terms, at));
            }
        }
    }

    private int read(PastSpend past, String team, SpendKey.Window window) {
        long from = past.from(window);
        if (from == Long.MAX_VALUE) {
            return 0;
        }
        int read = 0;
        try (KeyValueIterator<String, SpendAggregate> found =
                cells.range(SpendKey.at(team, window, from), SpendKey.after(team, window))) {
            while (found.hasNext()) {
                past.add(found.next().value);
                read++;
            }
        }
        return read;
    }

    /** Tells the router that all budgets are counted which are below these offsets of the policies and the orgs. */
    void counted(long policiesNext, long orgsNext, long at) {
        progress.counted(policiesNext, orgsNext);
        tellProgress(at);
    }

    /** Tells the router all positions of an incarnation that begins. */
    void tellAll(long at) {
        long epoch = progress.epoch(at);
        try (KeyValueIterator<String, Position> all = positions.all()) {
            all.forEachRemaining(entry ->
                    forward(entry.key, entry.value.state(epoch, progress.dispatchOffset(), null), at, Sinks.BUDGETS));
        }
        tellProgress(at);
        progress.epochTold();
    }

    /** Tells how far this partition is with what concerns all of its windows. */
    void tellProgress(long at) {
        // whoever reads that a budget is counted must have read its position
        tell();
        PositionKey key = PositionKey.ofPolicies(context.taskId().partition());
        HoldWindow window =
                new HoldWindow(key.scope(), key.scopeValue(), key.period(), key.windowStart(), Long.MAX_VALUE);
        BudgetState state = Position.of(key, window).state(progress.epoch(at), progress.dispatchOffset(), null);
        state.setBegunAt(null);
        state.setVersion(Math.max(0, progress.policiesCounted()));
        state.setPrices(progress.prices());
        state.setOrgsOffset(progress.orgsCounted());
        state.setDispatchNumber(progress.dispatchNumber());
        progress.dispatchTold();
        forward(key.encode(), state, at, Sinks.BUDGETS);
    }

    private Terms terms(String team, @Nullable Counting known) {
        TeamPolicy policy;
        Org org;
        long policyOffset;
        long orgOffset;
        // the tables move on while they are read: what is counted must be what the offsets say
        do {
            policyOffset = policies.offsetOf(team);
            policy = policies.of(team);
            orgOffset = orgs.offsetOf(policy);
            org = orgs.of(policy);
        } while (policyOffset != policies.offsetOf(team) || orgOffset != orgs.offsetOf(policy));
        Counting counting;
        if (known == null) {
            counting = Counting.first(policy, org, policyOffset, orgOffset);
        } else {
            counting = known.isBy(policyOffset, orgOffset) ? known : known.without(policy, org);
        }
        return new Terms(policy, org, policyOffset, orgOffset, counting);
    }

    static <V> Table<V> table(ProcessorContext<?, ?> context, String name) {
        KeyValueStore<String, Kept<V>> store = context.getStateStore(name);
        return new Table<>(store);
    }

    PriceBook prices() {
        return new PriceBook(catalog::get);
    }

    @Override
    public @Nullable Position position(PositionKey key) {
        return positions.get(key.encode());
    }

    @Override
    public @Nullable SpendAggregate cell(SpendKey key) {
        return cells.get(key.encode());
    }

    Policies policies() {
        return policies;
    }

    Table<ModelOffer> catalog() {
        return catalog;
    }

    Orgs orgs() {
        return orgs;
    }

    Progress progress() {
        return progress;
    }

    ExpiryIndex expiry() {
        return expiry;
    }

    private void enter(Posting posting, long at, @Nullable Long usageTime, Trace trace) {
        long epoch = progress.epoch(at);
        for (LedgerEntry entry : posting.entries()) {
            publish(entry, at, trace);
            addToTeam(entry);
        }
        for (Moved moved : posting.positions()) {
            keep(moved);
            if (moved.isFeedback()) {
                untoldPositions.put(moved.position().key().encode(), new Cause(at, epoch, usageTime));
            }
        }
        for (SpendAggregate cell : posting.cells()) {
            String key = SpendKey.of(cell).encode();
            if (isForgotten(key, cell, at)) {
                continue;
            }
            keep(key, cell);
            untoldCells.put(key, at);
        }
        posting.alerts().forEach(alert -> publish(alert, at));
    }

    // a correction is of the past, and says nothing of how fast money is spent
    private void addToTeam(LedgerEntry entry) {
        long nanoUsd = entry.getAmount().getNanoUsd();
        if (nanoUsd != 0 && entry.getCorrects() == null) {
            Long spent = teamSpend.get(entry.getTeam());
            teamSpend.put(entry.getTeam(), Math.addExact(spent == null ? 0 : spent, nanoUsd));
        }
    }

    /** Publishes positions and spend that changed since the last time, each once as it is now. */
    private void tell() {
        untoldPositions.forEach((key, cause) -> {
            Position position = positions.get(key);
            if (position != null) {
                BudgetState state = position.state(cause.epoch, progress.dispatchOffset(), cause.usageTime);
                forward(key, state, cause.at, Sinks.BUDGETS);
            }
        });
        untoldPositions.clear();
        untoldCells.forEach((key, at) -> {
            SpendAggregate cell = cells.get(key);
            if (cell != null) {
                forward(key, cell, at, Sinks.SPEND);
            }
        });
        untoldCells.clear();
    }

    // a cell that is over and forgotten must not begin again with a difference
    private boolean isForgotten(String key, SpendAggregate cell, long at) {
        return endOf(cell) <= at && cells.get(key) == null;
    }

    private long endOf(SpendAggregate cell) {
        return cell.getWindowEnd() + config.spendRetention().toMillis();
    }

    /** Does what is due at a time. */
    void end(Due due, long at) {
        switch (due.kind()) {
            case OPEN_ACCOUNT, ACCOUNT -> expire(due.subject(), at);
            case POSITION -> endPosition(due.subject(), at);
            case SPEND_CELL -> cells.delete(due.subject());
            case UNPRICED_ALERT -> unpricedAlerts.delete(due.subject());
            case RAISED_ALERT -> raisedAlerts.delete(due.subject());
            case BUDGET_WATCH -> budgetWatches.delete(due.subject());
        }
    }

    private void expire(String key, long at) {
        RequestAccount account = accounts.get(key);
        if (account == null) {
            return;
        }
        book(account.team(), account.requestId(), at, null, Trace.NONE, (known, terms) -> known.expire(terms, at));
        if (account.endsAt(config.horizon().toMillis()) <= at) {
            accounts.delete(key);
        }
    }

    private void endPosition(String key, long at) {
        Position position = positions.get(key);
        if (position == null) {
            return;
        }
        long end = position.endsAt(config.horizon(), config.taskIdle());
        if (end > at) {
            expiry.add(end, Due.Kind.POSITION, key);
            return;
        }
        positions.delete(key);
        context.forward(new Record<>(key, null, at), Sinks.BUDGETS);
    }

    private void keep(@Nullable RequestAccount before, RequestAccount after) {
        if (after.requestId() == null) {
            return;
        }
        String key = RequestAccount.key(after.team(), after.requestId());
        accounts.put(key, after);
        expiry.move(
                before == null ? null : Due.of(before, key, config.horizon()), Due.of(after, key, config.horizon()));
        double holdPerCost = after.holdPerCost();
        if (!Double.isNaN(holdPerCost) && (before == null || Double.isNaN(before.holdPerCost()))) {
            metrics.holdPerCost(holdPerCost);
        }
        int opened = after.openHolds() - (before == null ? 0 : before.openHolds());
        if (opened != 0) {
            progress.openHolds(progress.openHolds() + opened);
            metrics.openHolds(context.taskId().partition(), progress.openHolds());
        }
    }

    private void keep(Moved moved) {
        Position position = moved.position();
        String key = position.key().encode();
        positions.put(key, position);
        if (position.key().scope().equals(BudgetScopes.ORG)) {
            untold.put(key, NOTHING);
        }
        if (moved.isNew()) {
            expiry.add(position.endsAt(config.horizon(), config.taskIdle()), Due.Kind.POSITION, key);
        }
    }

    private void keep(String key, SpendAggregate cell) {
        if (cells.get(key) == null) {
            expiry.add(endOf(cell), Due.Kind.SPEND_CELL, key);
        }
        cells.put(key, cell);
    }

    private void publish(LedgerEntry entry, long at, Trace trace) {
        RecordMetadata cause = context.recordMetadata().orElseThrow();
        // for the while of publishing: what caused an entry is no part of how it stands in the books
        entry.setSourceTopic(cause.topic());
        entry.setSourcePartition(cause.partition());
        entry.setSourceOffset(cause.offset());
        var written = new Record<Object, Object>(entry.getTeam(), entry, at);
        trace.addTo(written.headers());
        context.forward(written, Sinks.LEDGER);
        entry.setSourceTopic(null);
        entry.setSourcePartition(null);
        entry.setSourceOffset(null);
        metrics.entry(entry.getKind());
        if (entry.getOverrunNanoUsd() > 0) {
            metrics.overrun();
        }
        if (entry.getKind().equals("usage")) {
            if (entry.getUnpriced()) {
                metrics.unpriced();
                progress.unpriced(entry.getAdmittedAt());
            }
            publish(Samples.ofAttempt(entry), at);
        } else if (entry.getKind().equals("estimate")) {
            publish(Samples.ofSilence(entry), at);
        }
    }

    private void publish(BudgetAlert alert, long at) {
        if (alert.getKind().equals("unpriced")) {
            if (unpricedAlerts.get(alert.getAlertId()) != null) {
                return;
            }
            unpricedAlerts.put(alert.getAlertId(), NOTHING);
            expiry.add(alert.getWindowEnd() + config.horizon().toMillis(), Due.Kind.UNPRICED_ALERT, alert.getAlertId());
        }
        forward(alert.getTeam(), alert, at, Sinks.ALERTS);
        metrics.alert(alert.getKind());
    }

    private void publish(PerformanceSample sample, long at) {
        forward(Samples.key(sample), sample, at, Sinks.PERFORMANCE_SAMPLES);
    }

    private void forward(String key, Object value, long at, String sink) {
        context.forward(new Record<>(key, value, at), sink);
    }
}
