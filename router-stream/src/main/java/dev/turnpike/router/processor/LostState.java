package dev.turnpike.router.processor;

import dev.turnpike.router.decision.Borrowed;
import dev.turnpike.router.decision.Position;
import dev.turnpike.router.state.DecidedRequests;
import dev.turnpike.router.state.Leases;
import dev.turnpike.router.state.Positions;
import dev.turnpike.router.state.Progress;
import dev.turnpike.router.state.RebuiltPositions;
import dev.turnpike.router.state.RouterStores;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.LeaseRequest;
import dev.turnpike.schemas.event.OrgLease;
import dev.turnpike.streams.Logs;
import dev.turnpike.streams.Logs.Entry;
import dev.turnpike.streams.Logs.From;
import dev.turnpike.streams.Rebuildable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of one task of the router, and how it is made anew: positions from the budgets and the dispatches, the decided requests of
 * the horizon and how far the sources had been decided from the decisions.
 */
final class LostState implements Rebuildable<LostState.Read> {

    private static final Logger LOG = LoggerFactory.getLogger(LostState.class);

    private final int partition;
    private final Positions positions;
    private final Leases leases;
    private final DecidedRequests decided;
    private final Progress progress;
    private final Logs logs;
    private final RouterMetrics metrics;
    private final Duration horizon;
    private final int partitions;

    LostState(ProcessorContext<?, ?> context, Logs logs, RouterMetrics metrics, Duration horizon, int partitions) {
        this.partition = context.taskId().partition();
        this.decided = new DecidedRequests(context.getStateStore(RouterStores.DECIDED_REQUESTS), horizon);
        this.progress = new Progress(context.getStateStore(RouterStores.PROGRESS));
        this.leases = new Leases(context.getStateStore(RouterStores.ORG_LEASES));
        this.positions = new Positions(context.getStateStore(RouterStores.BUDGET_POSITIONS), progress, leases);
        this.logs = logs;
        this.metrics = metrics;
        this.horizon = horizon;
        this.partitions = partitions;
    }

    /** What the topics say. */
    record Read(
            RebuiltPositions positions,
            Map<PositionKey, Borrowed> borrowed,
            List<Known> decided,
            Map<String, Long> dealtWith,
            long newest) {}

    record Known(byte[] id, int decision, long admittedAt) {}

    @Override
    public boolean isComplete() {
        return progress.isComplete();
    }

    @Override
    public long dealtWith(String topic) {
        return progress.dealtWith(topic);
    }

    @Override
    public Read read() {
        RebuiltPositions rebuilt = new RebuiltPositions();
        logs.read(Topics.BUDGETS, partition, From.BEGINNING, rebuilt::say);
        if (rebuilt.heardOf() >= logs.end(Topics.DISPATCHES, partition)) {
            LOG.warn(
                    "{}-{}: ends before what the meter has heard of; every hold that is there counts as open",
                    Topics.DISPATCHES.suffix(),
                    partition);
            rebuilt.offsetsAreOthers();
        }
        logs.read(Topics.DISPATCHES, partition, firstDispatch(rebuilt), rebuilt::dispatch);

        Map<PositionKey, Borrowed> borrowed = borrowed();
        long newest = logs.newest(Topics.DECISIONS, partition);
        List<Known> known = new ArrayList<>();
        Map<String, Long> dealtWith = new HashMap<>();
        if (newest != Logs.NEVER) {
            From from = From.time(Math.max(0, newest - decided.longest().toMillis()));
            logs.read(Topics.DECISIONS, partition, from, entry -> take(entry, known, dealtWith));
        }
        return new Read(rebuilt, borrowed, known, dealtWith, newest);
    }

    /** The newest leases, and what the teams themselves said of them, which may have given back more. */
    private Map<PositionKey, Borrowed> borrowed() {
        Map<PositionKey, Borrowed> borrowed = new HashMap<>();
        logs.read(Topics.LEASES, partition, From.BEGINNING, entry -> {
            PositionKey key = PositionKey.decode(entry.key());
            OrgLease lease = entry.value();
            if (lease == null) {
                borrowed.remove(key);
            } else {
                borrowed.put(key, Borrowed.NOTHING.restored(lease));
            }
        });
        Set<Integer> lenders = new TreeSet<>();
        borrowed.keySet().forEach(key -> lenders.add(Ownership.partitionOf(key.scopeValue(), partitions)));
        for (int lender : lenders) {
            logs.read(Topics.LEASE_REQUESTS, lender, From.BEGINNING, entry -> {
                LeaseRequest word = entry.value();
                if (word != null && word.getTeller().equals("router")) {
                    var key = new PositionKey(
                            word.getTeam(), BudgetScopes.ORG, word.getOrg(), word.getPeriod(), word.getWindowStart());
                    borrowed.computeIfPresent(key, (position, lease) -> lease.restored(word));
                }
            });
        }
        return borrowed;
    }

    /**
     * No hold lasts longer than the horizon. So one that was opened more than two horizons before the meter spoke last has ended,
     * unless the meter is more than a horizon behind with ending holds; and the meter has told so, or had not heard of it.
     */
    private From firstDispatch(RebuiltPositions rebuilt) {
        return rebuilt.newest() < 0
                ? From.BEGINNING
                : new From(Math.max(0, rebuilt.newest() - 2 * horizon.toMillis()), rebuilt.heardOf() + 1);
    }

    private void take(Entry<Decision> entry, List<Known> known, Map<String, Long> dealtWith) {
        Decision decision = entry.value();
        if (decision == null) {
            return;
        }
        known.add(new Known(
                decided.idOf(decision.getTeam(), decision.getRequestId()),
                decision.getDecision(),
                decision.getRequestedAt()));
        if (decision.getSourcePartition() == partition) {
            dealtWith.merge(decision.getSourceTopic(), decision.getSourceOffset(), Math::max);
        }
    }

    @Override
    public void write(Read read) {
        Map<PositionKey, Position> rebuilt = read.positions.positions();
        rebuilt.forEach(positions::put);
        read.borrowed.forEach(leases::put);
        for (Known one : read.decided) {
            decided.remember(one.id, one.decision, one.admittedAt);
        }
        read.dealtWith.forEach(progress::dealtWith);
        progress.restored(read.positions.countedPolicies(), read.positions.lastDispatch());
        progress.newestAdmission(Math.max(0, read.newest));
        progress.complete();
        metrics.openHoldsAre(partition, positions.sumOfOpen());
        LOG.info(
                "partition {}: state rebuilt, {} budget windows and {} decisions of the horizon",
                partition,
                rebuilt.size(),
                read.decided.size());
    }
}
