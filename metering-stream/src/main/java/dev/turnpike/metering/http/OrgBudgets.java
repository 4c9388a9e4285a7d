package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.http.Pace.Forecast;
import dev.turnpike.metering.state.MeterView;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetCalendar;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.OrgLease;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The budgets of orgs in their present windows: what is lent to which team, and what the teams have spent and hold.
 *
 * <p>Each instance knows what its own teams have used: that is a part. The sums are made of all parts by whoever was asked.
 */
final class OrgBudgets {

    private final List<Window> windows = new ArrayList<>();
    private final long now;

    /** A budget in the window that holds the present. */
    private record Window(Org org, Budget budget, BudgetWindow window, Unit unit) {

        PositionKey key(String team) {
            return new PositionKey(team, BudgetScopes.ORG, org.getOrg(), budget.getPeriod(), window.start());
        }

        boolean isSame(JsonNode part) {
            return part.path("org").asText().equals(org.getOrg())
                    && part.path("name").asText().equals(budget.getName())
                    && part.path("window_start").asLong() == window.start();
        }
    }

    OrgBudgets(Collection<Org> orgs, long now) {
        this.now = now;
        for (Org org : orgs) {
            BudgetCalendar calendar = BudgetCalendar.of(org);
            for (Budget budget : org.getBudgets()) {
                BudgetWindow window = calendar.at(BudgetWindow.Period.parse(budget.getPeriod()), now);
                windows.add(new Window(org, budget, window, BudgetScopes.unitOf(budget)));
            }
        }
    }

    /**
     * What a team of this instance has of each budget of its org.
     *
     * @param leases by the keys of the positions that they are the limits of
     */
    ArrayNode parts(MeterView meter, String team, Map<String, OrgLease> leases) {
        ArrayNode parts = JsonNodeFactory.instance.arrayNode();
        List<Position> positions = meter.positions(team);
        Pace pace = Pace.of(meter, team, now);
        String member = meter.policyOf(team).getOrg();
        for (Window each : windows) {
            PositionKey key = each.key(team);
            OrgLease lease = leases.get(key.encode());
            Position used = positions.stream()
                    .filter(position -> position.key().equals(key))
                    .findFirst()
                    .orElse(null);
            if (!each.org.getOrg().equals(member) && lease == null && used == null) {
                continue;
            }
            ObjectNode part = parts.addObject()
                    .put("org", each.org.getOrg())
                    .put("name", each.budget.getName())
                    .put("window_start", each.window.start())
                    .put("team", team)
                    .put("lent", lease == null ? 0 : lent(lease, each.unit))
                    .put("spent", used == null ? 0 : used.spent().in(each.unit))
                    .put("open", used == null ? 0 : used.open().in(each.unit));
            Forecast forecast = used == null ? null : pace.forecast(used, each.unit, Long.MAX_VALUE);
            part.put("pace_per_hour", forecast == null ? 0 : Math.round(forecast.perHour()));
        }
        return parts;
    }

    /** Every budget with the sums of its parts. */
    ArrayNode sums(ArrayNode parts) {
        ArrayNode sums = JsonNodeFactory.instance.arrayNode();
        windows.forEach(each -> sums.add(sum(each, parts)));
        return sums;
    }

    private static long lent(OrgLease lease, Unit unit) {
        return Amounts.of(lease.getGranted())
                .minus(Amounts.of(lease.getReturned()))
                .in(unit);
    }

    private ObjectNode sum(Window each, ArrayNode parts) {
        boolean isHard = BudgetScopes.isHard(each.budget);
        long limit = BudgetScopes.limitOf(each.budget);
        ArrayNode teams = JsonNodeFactory.instance.arrayNode();
        long lent = 0;
        long spent = 0;
        long open = 0;
        long pace = 0;
        for (JsonNode part : parts) {
            if (!each.isSame(part)) {
                continue;
            }
            ObjectNode team = teams.addObject().put("team", part.path("team").asText());
            if (isHard) {
                team.set("lent", part.path("lent"));
            }
            team.set("spent", part.path("spent"));
            team.set("open", part.path("open"));
            lent += part.path("lent").asLong();
            spent += part.path("spent").asLong();
            open += part.path("open").asLong();
            pace += part.path("pace_per_hour").asLong();
        }
        ObjectNode sum = JsonNodeFactory.instance
                .objectNode()
                .put("org", each.org.getOrg())
                .put("name", each.budget.getName())
                .put("timezone", each.org.getTimezone())
                .put("period", each.budget.getPeriod())
                .put("enforcement", each.budget.getEnforcement())
                .put("unit", each.unit.wireName())
                .put("limit", limit)
                .put("spent", spent)
                .put("open", open)
                .put("headroom", limit - spent - open)
                .put("window_start", each.window.start());
        if (isHard) {
            sum.put("lent", lent).put("unlent", limit - lent);
        }
        if (each.window.end() == Long.MAX_VALUE) {
            sum.putNull("window_end");
        } else {
            sum.put("window_end", each.window.end());
            Forecast forecast = Forecast.of(spent, limit - spent - open, pace, each.window.end(), now);
            sum.put("pace_per_hour", pace).put("forecast", forecast.atEnd()).put("runs_out_at", forecast.runsOutAt());
        }
        sum.set("teams", Answers.sortedOnce(teams, "team"));
        return sum;
    }
}
