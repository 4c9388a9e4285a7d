package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.lease.LeaseTeller;
import dev.turnpike.metering.lease.Lending;
import dev.turnpike.metering.lease.OrgLimit;
import dev.turnpike.metering.lease.OrgWindow;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.metering.state.Orgs;
import dev.turnpike.metering.state.Policies;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.BudgetCalendar;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.BudgetWindow.Period;
import dev.turnpike.schemas.LeaseKeys;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.LeaseRequest;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.OrgLease;
import dev.turnpike.schemas.event.Tick;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Lends the limits of this task's orgs: at each word of a router or a meter, and at each tick. */
@SuppressWarnings("NullAway.Init") // Kafka calls init first
final class LendProcessor extends ContextualProcessor<String, @Nullable Object, Object, Object> {

    // the first request of a window need not wait for a lease
    private static final Duration AHEAD = Duration.ofMinutes(1);

    private final int partitions;
    private final MeteringConfig config;
    private final MeterMetrics metrics;
    private SpendWatch watch;
    private KeyValueStore<String, OrgWindow> store;
    private KeyValueStore<String, Long> toldOffsets;
    private Policies policies;
    private Orgs orgs;
    // what is stored, and what the tables say, in the shape that lending needs
    private Map<String, OrgWindow> windows;
    private boolean isLoaded;
    private Map<String, Set<String>> teams = Map.of();
    private List<Org> own = List.of();
    private long policiesSeen;
    private long orgsSeen;

    LendProcessor(int partitions, MeteringConfig config, MeterMetrics metrics) {
        this.partitions = partitions;
        this.config = config;
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        super.init(context);
        store = context.getStateStore(MeteringStores.ORG_WINDOWS);
        toldOffsets = context.getStateStore(MeteringStores.TOLD_OFFSETS);
        policies = new Policies(Bookkeeper.table(context, MeteringStores.POLICIES));
        orgs = new Orgs(Bookkeeper.table(context, MeteringStores.ORGS));
        windows = new HashMap<>();
        watch = new SpendWatch(context, config, metrics);
    }

    @Override
    public void process(Record<String, @Nullable Object> record) {
        // not at the start, when lost state has not been rebuilt
        if (!isLoaded) {
            try (KeyValueIterator<String, OrgWindow> all = store.all()) {
                all.forEachRemaining(entry -> windows.put(entry.key, entry.value));
            }
            isLoaded = true;
        }
        if (record.value() instanceof LeaseRequest word) {
            hear(word, record.timestamp());
        } else if (record.value() instanceof Tick) {
            review(record.timestamp());
        }
    }

    private void hear(LeaseRequest word, long at) {
        if (word.getTeam().isEmpty()) {
            Long offset = word.getOrgsOffset();
            toldOffsets.put(toldKey(word), offset == null ? 0 : offset);
            return;
        }
        String key = OrgWindow.key(word.getOrg(), word.getPeriod(), word.getWindowStart());
        OrgWindow window = windows.get(key);
        if (window == null) {
            window = OrgWindow.of(word);
        }
        write(window.hear(word, teams.getOrDefault(word.getOrg(), Set.of()).size(), at), at);
    }

    private void review(long at) {
        readTables();
        boolean isTimeToLook = watch.isTimeToLook(at);
        for (Org org : own) {
            BudgetCalendar calendar = BudgetCalendar.of(org);
            for (String name : periods(org)) {
                Period period = Period.parse(name);
                BudgetWindow present = calendar.at(period, at);
                BudgetWindow soon = calendar.at(period, at + AHEAD.toMillis());
                review(org, present, at);
                if (isTimeToLook) {
                    look(org, windows.get(OrgWindow.key(org.getOrg(), name, present.start())), at);
                }
                if (soon.start() != present.start()) {
                    review(org, soon, at);
                }
            }
        }
        end(at);
    }

    private void review(Org org, BudgetWindow at, long now) {
        String period = at.period().wireName();
        OrgWindow window = windows.get(OrgWindow.key(org.getOrg(), period, at.start()));
        if (window == null) {
            window = OrgWindow.of(org.getOrg(), period, at.start(), at.end());
        }
        Set<String> members = teams.getOrDefault(org.getOrg(), Set.of());
        write(window.review(OrgLimit.of(org, period), isAllTold(org.getOrg()), members, now), now);
    }

    private void look(Org org, @Nullable OrgWindow window, long at) {
        if (window == null) {
            return;
        }
        PositionKey key = keyOf(window);
        Amounts spent = window.spent();
        for (Budget budget : org.getBudgets()) {
            if (budget.getPeriod().equals(window.period())) {
                watch.look(key, window.end(), spent, spent, budget, Long.MAX_VALUE, at);
            }
        }
        // any period will do, since the money is the same
        if (window.period().equals(periods(org).iterator().next())) {
            watch.lookBack(key, spent.nanoUsd(), window.start(), Map::of, at);
        }
    }

    /** Whether every partition has told what was spent before this org had its present document. */
    private boolean isAllTold(String org) {
        long offset = orgs.offsetOf(org);
        for (int partition = 0; partition < partitions; partition++) {
            Long told = toldOffsets.get(toldKey(org, partition));
            if (told == null || told <= offset) {
                return false;
            }
        }
        return true;
    }

    private void readTables() {
        if (policies.next() == policiesSeen && orgs.next() == orgsSeen) {
            return;
        }
        policiesSeen = policies.next();
        orgsSeen = orgs.next();
        teams = policies.teamsByOrg();
        int partition = context().taskId().partition();
        own = orgs.all().stream()
                .filter(org -> Ownership.partitionOf(org.getOrg(), partitions) == partition)
                .toList();
    }

    private void end(long at) {
        List<OrgWindow> ended = new ArrayList<>();
        for (OrgWindow window : windows.values()) {
            if (window.end() != Long.MAX_VALUE
                    && window.end() + config.horizon().toMillis() <= at) {
                ended.add(window);
            }
        }
        for (OrgWindow window : ended) {
            windows.remove(window.key());
            store.delete(window.key());
            for (String team : new TreeSet<>(window.leases().keySet())) {
                PositionKey key = positionOf(window, team);
                context().forward(new Record<>(key.encode(), null, at), Sinks.LEASES);
                for (String teller : List.of(LeaseTeller.ROUTER, LeaseTeller.METER)) {
                    String word = LeaseKeys.of(window.org(), key.encode(), teller);
                    context().forward(new Record<>(word, null, at), Sinks.LEASE_REQUESTS);
                }
            }
        }
    }

    private void write(Lending lending, long at) {
        OrgWindow window = lending.window();
        if (window.equals(windows.put(window.key(), window)) && lending.leases().isEmpty()) {
            return;
        }
        store.put(window.key(), window);
        watch.tell(keyOf(window), window.end(), window.spent(), orgs.get(window.org()), at);
        for (OrgLease lease : lending.leases()) {
            context()
                    .forward(
                            new Record<>(positionOf(window, lease.getTeam()).encode(), (Object) lease, at),
                            Sinks.LEASES);
        }
    }

    private static Set<String> periods(Org org) {
        Set<String> periods = new TreeSet<>();
        for (Budget budget : org.getBudgets()) {
            periods.add(budget.getPeriod());
        }
        return periods;
    }

    private static PositionKey keyOf(OrgWindow window) {
        return positionOf(window, PositionKey.NOBODY);
    }

    private static PositionKey positionOf(OrgWindow window, String team) {
        return new PositionKey(team, BudgetScopes.ORG, window.org(), window.period(), window.start());
    }

    /** Under which a partition's word that it has told of all spend is kept. */
    static String toldKey(LeaseRequest word) {
        return toldKey(word.getOrg(), word.getPartition());
    }

    private static String toldKey(String org, int partition) {
        return partition + "/" + org;
    }
}
