package dev.turnpike.metering.budget;

import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.event.TeamPolicy;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is stored of positions and spend, for reading. */
public interface Books {

    /** Null where nothing has happened in it yet. */
    @Nullable
    Position position(PositionKey key);

    /** Null where nothing was spent in it yet. */
    @Nullable
    SpendAggregate cell(SpendKey key);

    /**
     * Works out all that a settlement changes in the books, so that whatever can fail has failed before anything is stored.
     *
     * @param policy gives the thresholds
     * @param at time of the record that is settled
     * @throws ArithmeticException if a sum leaves the range of a long
     */
    default Posting post(Settlement settlement, TeamPolicy policy, long at) {
        List<BudgetAlert> alerts = new ArrayList<>(settlement.alerts());
        List<Posting.Moved> moved = new ArrayList<>(settlement.changes().size());
        for (Change change : settlement.changes()) {
            Position known = position(change.key());
            Position position =
                    (known == null ? Position.begin(change.key(), change.window(), at) : known).apply(change, at);
            if (!change.spent().isZero()) {
                position = alert(position, policy, settlement.account().requestId(), at, alerts);
            }
            moved.add(new Posting.Moved(position, known == null, change.isFeedback()));
        }
        List<LedgerEntry> entries = settlement.entries();
        List<SpendAggregate> cells =
                SpendCells.add(entries, ZoneId.of(settlement.account().timezone()), this::cell);
        return new Posting(entries, moved, cells, alerts);
    }

    /**
     * Works out the positions of budgets that begin to count.
     *
     * @param past all that the team has spent in their windows
     * @param at time of the record that makes them begin
     */
    default Posting begin(String team, PastSpend past, TeamPolicy policy, long at) {
        List<BudgetAlert> alerts = new ArrayList<>();
        List<Posting.Moved> moved = new ArrayList<>();
        past.sums().forEach((window, spent) -> {
            PositionKey key = PositionKey.of(team, window);
            Position known = position(key);
            Position position = (known == null ? Position.begin(key, window, at) : known).carry(spent, at);
            moved.add(new Posting.Moved(alert(position, policy, null, at, alerts), known == null, true));
        });
        return new Posting(List.of(), moved, List.of(), alerts);
    }

    /** A position with every threshold of a policy taken for told of that its spending has reached. */
    static Position told(Position position, TeamPolicy policy) {
        return alert(position, policy, null, 0, new ArrayList<>());
    }

    private static Position alert(
            Position changed, TeamPolicy policy, @Nullable String requestId, long at, List<BudgetAlert> alerts) {
        Position position = changed;
        for (Budget budget : policy.getBudgets()) {
            if (!budget.getScope().equals(position.key().scope())
                    || !budget.getPeriod().equals(position.key().period())) {
                continue;
            }
            for (int percent : budget.getAlertAt().stream().sorted().toList()) {
                Threshold threshold = Threshold.of(budget, percent);
                if (!position.alerted().contains(threshold)
                        && threshold.isReached(position.spent().in(threshold.unit()), BudgetScopes.limitOf(budget))) {
                    position = position.alert(threshold);
                    alerts.add(Alerts.threshold(position, budget, threshold, requestId, at));
                }
            }
        }
        return position;
    }
}
