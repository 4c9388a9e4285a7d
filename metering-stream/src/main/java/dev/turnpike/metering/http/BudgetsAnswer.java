package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.http.Pace.Forecast;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetScopes.Applied;
import dev.turnpike.schemas.BudgetScopes.Dimensions;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The budgets of a team in their current windows: what the policy allows and what is spent and held. */
final class BudgetsAnswer {

    private BudgetsAnswer() {}

    /** @param pace how fast they are used */
    static ObjectNode of(String team, TeamPolicy policy, List<Position> positions, Pace pace, long now) {
        Map<PositionKey, Position> current = new LinkedHashMap<>();
        // a budget of the whole team has a window even before anything is spent in it
        for (Applied applied : BudgetScopes.windowsAt(policy, new Dimensions(team, null, null, null, Map.of()), now)) {
            if (applied.window() != null) {
                PositionKey key = PositionKey.of(team, applied.window());
                current.put(key, Position.of(key, applied.window()));
            }
        }
        for (Position position : positions) {
            if (position.key().windowStart() <= now && now < position.windowEnd()) {
                current.put(position.key(), position);
            }
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("team", team);
        answer.put("timezone", policy.getTimezone()).set("budgets", budgets(policy, current.values(), pace));
        return answer;
    }

    private static ArrayNode budgets(TeamPolicy policy, Collection<Position> current, Pace pace) {
        ArrayNode budgets = JsonNodeFactory.instance.arrayNode();
        for (Budget budget : policy.getBudgets()) {
            for (Position position : current) {
                if (position.key().scope().equals(budget.getScope())
                        && position.key().period().equals(budget.getPeriod())) {
                    budgets.add(budget(budget, position, pace));
                }
            }
        }
        return budgets;
    }

    private static ObjectNode budget(Budget budget, Position position, Pace pace) {
        Unit unit = BudgetScopes.unitOf(budget);
        long limit = BudgetScopes.limitOf(budget);
        long spent = position.spent().in(unit);
        long open = position.open().in(unit);
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("team", position.key().team())
                .put("name", budget.getName())
                .put("scope", budget.getScope())
                .put("scope_value", position.key().scopeValue())
                .put("period", budget.getPeriod())
                .put("enforcement", budget.getEnforcement())
                .put("unit", unit.wireName())
                .put("limit", limit)
                .put("spent", spent)
                .put("open", open)
                .put("headroom", limit - spent - open)
                .put("window_start", position.key().windowStart());
        Forecast forecast = pace.forecast(position, unit, limit);
        if (forecast != null) {
            node.put("pace_per_hour", Math.round(forecast.perHour()))
                    .put("forecast", forecast.atEnd())
                    .put("runs_out_at", forecast.runsOutAt());
        }
        // a total has no end
        return position.windowEnd() == Long.MAX_VALUE
                ? node.putNull("window_end")
                : node.put("window_end", position.windowEnd());
    }
}
