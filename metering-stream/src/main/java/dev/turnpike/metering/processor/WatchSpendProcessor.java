package dev.turnpike.metering.processor;

import dev.turnpike.metering.budget.Counting;
import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.SpendKey;
import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.metering.state.Policies;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.event.Tick;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Watches the budgets of this task's teams that many share, and what each team spends in all. Budgets of one user or one task
 * are not watched: there are too many of them, and nobody to tell.
 */
@SuppressWarnings("NullAway.Init") // Kafka calls init first
final class WatchSpendProcessor extends ContextualProcessor<String, Tick, Object, Object> {

    private static final Set<String> NOT_WATCHED = Set.of("user", "task", "org");
    private static final long HISTORY_MILLIS = Duration.ofDays(28).toMillis();
    private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();
    // a position that began this lately has been looked at never and spent nothing before
    private static final long NEW_MILLIS = 10_000;

    private final MeteringConfig config;
    private final MeterMetrics metrics;
    private KeyValueStore<String, Position> positions;
    private KeyValueStore<String, Counting> teams;
    private KeyValueStore<String, SpendAggregate> cells;
    private KeyValueStore<String, Long> spent;
    private Policies policies;
    private SpendWatch watch;

    WatchSpendProcessor(MeteringConfig config, MeterMetrics metrics) {
        this.config = config;
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        super.init(context);
        positions = context.getStateStore(MeteringStores.POSITIONS);
        teams = context.getStateStore(MeteringStores.COUNTING);
        cells = context.getStateStore(MeteringStores.SPEND_CELLS);
        spent = context.getStateStore(MeteringStores.TEAM_SPEND);
        policies = new Policies(Bookkeeper.table(context, MeteringStores.POLICIES));
        watch = new SpendWatch(context, config, metrics);
    }

    @Override
    public void process(Record<String, Tick> tick) {
        long at = tick.timestamp();
        if (!watch.isTimeToLook(at)) {
            return;
        }
        try (KeyValueIterator<String, Counting> all = teams.all()) {
            all.forEachRemaining(team -> look(team.key, at));
        }
    }

    private void look(String team, long at) {
        Long known = spent.get(team);
        long inAll = known == null ? 0 : known;
        PositionKey key = new PositionKey(team, "team", team, "day", 0);
        long most = watch.since(key, inAll);
        for (Budget budget : policies.of(team).getBudgets()) {
            if (!NOT_WATCHED.contains(budget.getScope())) {
                look(team, budget, most, at);
            }
        }
        watch.lookBack(key, inAll, 0, () -> history(team, at), at);
    }

    private void look(String team, Budget budget, long most, long at) {
        String scope = PositionKey.prefix(team, budget.getScope());
        try (KeyValueIterator<String, Position> found =
                positions.range(scope, scope.substring(0, scope.length() - 1) + (char) ('/' + 1))) {
            while (found.hasNext()) {
                Position position = found.next().value;
                PositionKey key = position.key();
                if (key.period().equals(budget.getPeriod()) && key.windowStart() <= at && at < position.windowEnd()) {
                    boolean isNew = at - position.begunAt() <= NEW_MILLIS;
                    Amounts before = isNew ? position.carried() : position.spent();
                    watch.look(key, position.windowEnd(), position.spent(), before, budget, most, at);
                }
            }
        }
    }

    /** What a team spent in each of the last hours, numbered since 1970-01-01 UTC. */
    private Map<Long, Long> history(String team, long at) {
        Map<Long, Long> byHour = new HashMap<>();
        long from = Math.max(0, at - HISTORY_MILLIS);
        try (KeyValueIterator<String, SpendAggregate> found = cells.range(
                SpendKey.at(team, SpendKey.Window.HOUR, from), SpendKey.after(team, SpendKey.Window.HOUR))) {
            while (found.hasNext()) {
                SpendAggregate cell = found.next().value;
                if (cell.getTag() == null && cell.getTaskId() == null) {
                    byHour.merge(
                            Math.floorDiv(cell.getWindowStart(), HOUR_MILLIS),
                            cell.getAmount().getNanoUsd(),
                            Math::addExact);
                }
            }
        }
        return byHour;
    }
}
