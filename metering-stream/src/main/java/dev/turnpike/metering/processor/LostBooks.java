package dev.turnpike.metering.processor;

import dev.turnpike.metering.budget.Attempts;
import dev.turnpike.metering.budget.Books;
import dev.turnpike.metering.budget.Counting;
import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.RebuiltBooks;
import dev.turnpike.metering.budget.RequestAccount;
import dev.turnpike.metering.budget.SpendKey;
import dev.turnpike.metering.budget.Terms;
import dev.turnpike.metering.budget.UsageChecks;
import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.performance.Judgement;
import dev.turnpike.metering.state.Due;
import dev.turnpike.metering.state.ExpiryIndex;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.metering.state.Orgs;
import dev.turnpike.metering.state.Policies;
import dev.turnpike.metering.state.Progress;
import dev.turnpike.metering.state.SeenUsage;
import dev.turnpike.metering.state.StateSerdes;
import dev.turnpike.metering.watch.BudgetWatch;
import dev.turnpike.metering.watch.PastWatch;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.Outcome;
import dev.turnpike.schemas.event.PriceProgress;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.streams.Logs;
import dev.turnpike.streams.Logs.Entry;
import dev.turnpike.streams.Logs.From;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The books of one task, made anew: positions, requests, usage ids, alerts and spend. */
final class LostBooks {

    /*
     * Where reading begins: no request is remembered for more than two horizons, one while its hold is open and one after that. So
     * it begins two horizons before the meter wrote last, and what is older has been dealt with.
     *
     * Where it ends, per topic: what had been booked must not be booked again, and what had not must not be passed over. The
     * offsets of the group say it exactly, and stay what they are when only state is lost. A reset rewinds them; then the ledger
     * names the newest record that an entry was written for. Records behind that one changed no entry (a note that an attempt
     * starts, a dispatch, a repeat), and to read them again gives what it gave.
     */

    private static final Logger LOG = LoggerFactory.getLogger(LostBooks.class);
    private static final Serde<SpendAggregate> SPEND = StateSerdes.spend();
    private static final byte[] NOTHING = {};
    private static final int HORIZONS = 2;

    private final MeteringConfig config;
    private final MeterMetrics metrics;
    private final int partition;
    private final int partitions;
    private final Logs logs;
    private final KeyValueStore<String, Long> numbers;
    private final Progress progress;
    private final KeyValueStore<String, Position> positions;
    private final KeyValueStore<String, RequestAccount> accounts;
    private final KeyValueStore<String, SpendAggregate> cells;
    private final KeyValueStore<String, Counting> counting;
    private final KeyValueStore<String, byte[]> unpricedAlerts;
    private final KeyValueStore<String, byte[]> untold;
    private final KeyValueStore<String, byte[]> raisedAlerts;
    private final KeyValueStore<String, Long> teamSpend;
    private final KeyValueStore<String, BudgetWatch> budgetWatches;
    private final KeyValueStore<String, PastWatch> pastWatches;
    private final KeyValueStore<Bytes, byte[]> index;
    private final SeenUsage seen;
    private final Policies policies;
    private final Orgs orgs;

    LostBooks(ProcessorContext<?, ?> context, MeteringConfig config, MeterMetrics metrics, int partitions, Logs logs) {
        this.config = config;
        this.metrics = metrics;
        this.partition = context.taskId().partition();
        this.partitions = partitions;
        this.logs = logs;
        this.numbers = context.getStateStore(MeteringStores.PROGRESS);
        this.progress = new Progress(numbers);
        this.positions = context.getStateStore(MeteringStores.POSITIONS);
        this.accounts = context.getStateStore(MeteringStores.ACCOUNTS);
        this.cells = context.getStateStore(MeteringStores.SPEND_CELLS);
        this.counting = context.getStateStore(MeteringStores.COUNTING);
        this.unpricedAlerts = context.getStateStore(MeteringStores.UNPRICED_ALERTS);
        this.untold = context.getStateStore(MeteringStores.UNTOLD_ORG_SPEND);
        this.raisedAlerts = context.getStateStore(MeteringStores.RAISED_ALERTS);
        this.teamSpend = context.getStateStore(MeteringStores.TEAM_SPEND);
        this.budgetWatches = context.getStateStore(MeteringStores.BUDGET_WATCHES);
        this.pastWatches = context.getStateStore(MeteringStores.PAST_WATCHES);
        this.index = context.getStateStore(MeteringStores.EXPIRY);
        this.seen = new SeenUsage(context.getStateStore(MeteringStores.SEEN_USAGE), config.horizon());
        this.policies = new Policies(Bookkeeper.table(context, MeteringStores.POLICIES));
        this.orgs = new Orgs(Bookkeeper.table(context, MeteringStores.ORGS));
    }

    /** What the topics say. */
    static final class Read {

        private final RebuiltBooks books;
        private final List<Reported> reported = new ArrayList<>();
        private final List<BudgetAlert> unpriced = new ArrayList<>();
        private final List<BudgetAlert> raised = new ArrayList<>();
        // as bytes: there are more of them than of anything else
        private final Map<String, byte[]> spend = new HashMap<>();
        private long orgsCounted = -1;
        private @Nullable PriceProgress prices;
        private long newestUsage;
        private long dispatchOffset = -1;

        private Read(RebuiltBooks books) {
            this.books = books;
        }

        private void reported(Bytes hash, long at) {
            reported.add(new Reported(hash, at));
            newestUsage = Math.max(newestUsage, at);
        }
    }

    private record Reported(Bytes hash, long at) {}

    /** @param dealtWith is told of each topic up to which offset its records have been booked */
    Read read(Map<String, Long> dealtWith) {
        Read read = new Read(new RebuiltBooks(config.horizon().toMillis()));
        logs.read(Topics.BUDGETS, partition, From.BEGINNING, entry -> {
            PositionKey key = PositionKey.decode(entry.key());
            read.books.say(key, entry.value(), entry.timestamp());
            BudgetState state = entry.value();
            if (key.isOfPolicies() && state != null) {
                read.orgsCounted = state.getOrgsOffset() == null ? -1 : state.getOrgsOffset();
                read.prices = state.getPrices();
            }
        });
        Serializer<SpendAggregate> cell = SPEND.serializer();
        logs.read(Topics.SPEND, partition, From.BEGINNING, entry -> {
            SpendAggregate known = entry.value();
            if (known != null) {
                read.spend.put(SpendKey.of(known).encode(), cell.serialize(MeteringStores.SPEND_CELLS, known));
            }
        });
        logs.read(Topics.ALERTS, partition, From.BEGINNING, entry -> take(entry, read));
        long newest = Math.max(read.books.newest(), logs.newest(Topics.LEDGER, partition));
        From from = From.time(Math.max(0, newest - HORIZONS * config.horizon().toMillis()));
        Map<String, Long> booked = new HashMap<>();
        logs.read(Topics.LEDGER, partition, from, entry -> take(entry, read, booked));

        if (read.books.dispatchOffset() >= logs.end(Topics.DISPATCHES, partition)) {
            LOG.warn(
                    "{}-{}: ends before what was published of it; every dispatch that is there counts as a new one",
                    config.streams().topic(Topics.DISPATCHES),
                    partition);
            read.books.dispatchesAreOthers();
        }
        booked.merge(config.streams().topic(Topics.DISPATCHES), read.books.dispatchOffset(), Math::max);
        read.dispatchOffset = read(Topics.DISPATCHES, from, booked, dealtWith, entry -> {
            Dispatch dispatch = entry.value();
            if (dispatch != null) {
                read.books.dispatch(dispatch, entry.offset(), entry.timestamp());
            }
        });
        read(Topics.REJECTIONS, from, booked, dealtWith, entry -> {
            Rejection rejection = entry.value();
            if (rejection != null) {
                read.books.refuse(rejection, entry.timestamp());
            }
        });
        read(Topics.USAGE, from, booked, dealtWith, entry -> report(entry, read));
        read(Topics.USAGE_MOVED, from, booked, dealtWith, entry -> report(entry, read));
        // no entry tells how far outcomes had been judged
        for (Topic<Outcome> outcomes : List.of(Topics.OUTCOMES, Topics.OUTCOMES_MOVED)) {
            booked.put(config.streams().topic(outcomes), logs.first(outcomes, partition, newest + 1) - 1);
            read(outcomes, from, booked, dealtWith, entry -> judge(entry, read));
        }
        return read;
    }

    /** Reads what has been dealt with, and says how far that is. */
    private <V extends SpecificRecord> long read(
            Topic<V> topic,
            From from,
            Map<String, Long> booked,
            Map<String, Long> dealtWith,
            Consumer<Entry<V>> reader) {
        String name = config.streams().topic(topic);
        long end = logs.end(topic, partition);
        long known = booked.getOrDefault(name, -1L);
        long last = Math.max(
                Math.max(logs.committed(topic, partition), logs.first(topic, partition, from.timestamp())) - 1,
                // of a topic that is no more
                known < end ? known : -1);
        dealtWith.put(name, last);
        logs.read(topic, partition, from, entry -> {
            if (entry.offset() <= last) {
                reader.accept(entry);
            }
        });
        return last;
    }

    private static void take(Entry<BudgetAlert> entry, Read read) {
        BudgetAlert alert = entry.value();
        if (alert == null) {
            return;
        }
        if (alert.getKind().equals("unpriced")) {
            read.unpriced.add(alert);
        } else if (RaisedAlerts.isOne(alert)) {
            read.raised.add(alert);
        } else {
            read.books.alert(alert);
        }
    }

    private void take(Entry<LedgerEntry> record, Read read, Map<String, Long> booked) {
        LedgerEntry entry = record.value();
        if (entry == null) {
            return;
        }
        read.books.entry(entry, record.timestamp());
        if (entry.getKind().equals("usage")) {
            read.reported(seen.hash(entry.getTeam(), entry.getSource(), entry.getUsageId()), record.timestamp());
        }
        Integer from = entry.getSourcePartition();
        if (from != null && from == partition) {
            booked.merge(entry.getSourceTopic(), entry.getSourceOffset(), Math::max);
        }
    }

    private void report(Entry<UsageReport> entry, Read read) {
        UsageReport report = entry.value();
        if (report == null
                || Ownership.partitionOf(report.getTeam(), partitions) != partition
                || UsageChecks.problem(report) != null) {
            return;
        }
        read.books.report(report, entry.timestamp());
        if (!Attempts.hasUsage(report)) {
            read.reported(seen.hash(report.getTeam(), report.getSource(), report.getUsageId()), entry.timestamp());
        }
    }

    private void judge(Entry<Outcome> entry, Read read) {
        Outcome outcome = entry.value();
        if (outcome == null
                || outcome.getRequestId() == null
                || Ownership.partitionOf(outcome.getTeam(), partitions) != partition
                || Judgement.problem(outcome) != null) {
            return;
        }
        read.books.judge(outcome.getTeam(), outcome.getRequestId(), Judgement.of(outcome), entry.timestamp());
    }

    void write(Read read) {
        List.of(positions, accounts, counting, unpricedAlerts, untold).forEach(LostBooks::clear);
        List.of(raisedAlerts, teamSpend, budgetWatches, pastWatches).forEach(LostBooks::clear);
        clear(index);
        clear(numbers);
        if (read.books.epoch() != Long.MIN_VALUE) {
            progress.begin(read.books.epoch() + 1);
        }
        progress.readDispatch(read.dispatchOffset, read.books.dispatchNumber());
        progress.readUsage(read.newestUsage);
        if (read.prices != null) {
            progress.prices(read.prices);
        }
        progress.counted(read.books.policiesCounted(), read.orgsCounted);
        ExpiryIndex expiry = new ExpiryIndex(index, progress);
        RebuiltBooks.Result result = read.books.result(this::terms);
        Set<String> teams = new HashSet<>();
        long open = 0;
        for (RequestAccount account : result.accounts()) {
            String key = RequestAccount.key(account.team(), String.valueOf(account.requestId()));
            accounts.put(key, account);
            expiry.move(null, Due.of(account, key, config.horizon()));
            open += account.openHolds();
            teams.add(account.team());
        }
        for (Position position : result.positions()) {
            String key = position.key().encode();
            // alerts are kept for 90 days, a total for ever
            boolean mayHaveForgotten = position.windowEnd() == Long.MAX_VALUE;
            positions.put(
                    key,
                    mayHaveForgotten
                            ? Books.told(position, policies.of(position.key().team()))
                            : position);
            expiry.add(position.endsAt(config.horizon(), config.taskIdle()), Due.Kind.POSITION, key);
            if (position.key().scope().equals(BudgetScopes.ORG)) {
                untold.put(key, NOTHING);
            }
            teams.add(position.key().team());
        }
        long oldest = read.newestUsage - config.horizon().toMillis();
        for (Reported reported : read.reported) {
            if (reported.at >= oldest) {
                seen.add(reported.hash, reported.at);
            }
        }
        for (BudgetAlert alert : read.unpriced) {
            Long end = alert.getWindowEnd();
            Long begin = alert.getWindowStart();
            if (begin != null) {
                // the usage it is about may have been admitted before the day
                progress.unpriced(begin - config.horizon().toMillis());
            }
            if (end != null) {
                unpricedAlerts.put(alert.getAlertId(), NOTHING);
                expiry.add(end + config.horizon().toMillis(), Due.Kind.UNPRICED_ALERT, alert.getAlertId());
            }
        }
        RaisedAlerts raised = new RaisedAlerts(raisedAlerts, expiry, config.horizon());
        read.raised.forEach(raised::remember);
        writeSpend(read, expiry, teams);
        teams.forEach(this::count);
        progress.openHolds(open);
        metrics.openHolds(partition, open);
        if (result.unexplained() > 0) {
            LOG.warn(
                    "partition {}: {} budget windows hold money for dispatches that are no longer in {}, and keep it held until"
                            + " they end; keep that topic, {} and {} for two horizons (metering.horizon={}) and the"
                            + " longest time without a meter",
                    partition,
                    result.unexplained(),
                    config.streams().topic(Topics.DISPATCHES),
                    config.streams().topic(Topics.USAGE),
                    config.streams().topic(Topics.REJECTIONS),
                    config.horizon());
        }
        LOG.info(
                "partition {}: state rebuilt, {} budget windows, {} requests and {} cells of spend",
                partition,
                result.positions().size(),
                result.accounts().size(),
                read.spend.size());
    }

    private void writeSpend(Read read, ExpiryIndex expiry, Set<String> teams) {
        Deserializer<SpendAggregate> cell = SPEND.deserializer();
        read.spend.forEach((key, bytes) -> {
            SpendAggregate known = cell.deserialize(MeteringStores.SPEND_CELLS, bytes);
            cells.put(key, known);
            expiry.add(known.getWindowEnd() + config.spendRetention().toMillis(), Due.Kind.SPEND_CELL, key);
            teams.add(known.getTeam());
        });
    }

    // the next look takes the budgets as counted that are not yet; what is under way is reserved in them by then
    private Terms terms(String team) {
        TeamPolicy policy = policies.of(team);
        Org org = orgs.of(policy);
        return new Terms(policy, org, -1, -1, Counting.first(policy, org, -1, -1));
    }

    private void count(String team) {
        Counting known;
        long policyOffset;
        long orgOffset;
        // the tables move on while they are read
        do {
            policyOffset = policies.offsetOf(team);
            TeamPolicy policy = policies.of(team);
            orgOffset = orgs.offsetOf(policy);
            if (policyOffset >= progress.policiesCounted()) {
                known = Counting.none();
            } else if (orgOffset >= progress.orgsCounted()) {
                known = Counting.own(policy);
            } else {
                known = Counting.first(policy, orgs.of(policy), policyOffset, orgOffset);
            }
        } while (policyOffset != policies.offsetOf(team) || orgOffset != orgs.offsetOf(policies.of(team)));
        counting.put(team, known);
    }

    /** Where a changelog is gone and a store is not, it may hold a part of what it held. */
    static <K> void clear(KeyValueStore<K, ?> store) {
        try (KeyValueIterator<K, ?> all = store.all()) {
            while (all.hasNext()) {
                store.delete(all.next().key);
            }
        }
    }
}
