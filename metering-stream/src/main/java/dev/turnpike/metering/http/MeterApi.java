package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.SpendKey.Window;
import dev.turnpike.metering.state.MeterView;
import dev.turnpike.schemas.event.TeamPolicy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.List;

/**
 * {@code GET /api/v1/teams}, {@code teams/{team}/budgets} and {@code spend?team=&by=&window=&from=&to=}.
 *
 * <p>An instance answers for the teams whose partitions it has. Amounts of money are nano-dollars, times milliseconds since
 * 1970-01-01 UTC, and instants in parameters are ISO 8601.
 */
public final class MeterApi {

    private static final Duration HOURS_SHOWN = Duration.ofHours(24);
    private static final Duration DAYS_SHOWN = Duration.ofDays(30);

    private final MeterView meter;
    private final InstantSource clock;

    /** @param clock says which windows are current */
    public MeterApi(MeterView meter, InstantSource clock) {
        this.meter = meter;
        this.clock = clock;
    }

    public void addTo(JavalinConfig config) {
        config.routes.get("/api/v1/teams", context -> answer(context, teams()));
        config.routes.get("/api/v1/teams/{team}/budgets", context -> answer(context, budgets(context)));
        config.routes.get("/api/v1/spend", context -> answer(context, spend(context)));
        config.routes.exception(Problem.class, Problem::answer);
        config.routes.exception(
                MeterView.NotHere.class,
                (notHere, context) -> Problem.unavailable(String.valueOf(notHere.getMessage()))
                        .answer(context));
    }

    private ObjectNode teams() {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode teams = answer.putArray("teams");
        for (String team : meter.teams()) {
            TeamPolicy policy = meter.policyOf(team);
            teams.addObject()
                    .put("team", team)
                    .put("timezone", policy.getTimezone())
                    .put("budgets", policy.getBudgets().size());
        }
        return answer;
    }

    private ObjectNode budgets(Context context) {
        String team = context.pathParam("team");
        List<Position> positions = meter.positions(team);
        if (positions.isEmpty() && !meter.teams().contains(team)) {
            throw Problem.notFound("team " + team + ": has neither a policy nor usage");
        }
        return BudgetsAnswer.of(team, meter.policyOf(team), positions, clock.millis());
    }

    private ObjectNode spend(Context context) {
        Window window = window(context);
        Instant to = instant(context, "to", clock.instant());
        Instant from = instant(context, "from", to.minus(window == Window.HOUR ? HOURS_SHOWN : DAYS_SHOWN));
        String by = context.queryParam("by");
        SpendAnswer answer = new SpendAnswer(by == null ? "team" : by);
        String team = context.queryParam("team");
        Collection<String> teams = team == null ? meter.teams() : List.of(team);
        for (String each : teams) {
            meter.cells(each, window, from.toEpochMilli(), to.toEpochMilli()).forEach(answer::add);
        }
        return answer.answer(window.wireName());
    }

    private static Window window(Context context) {
        String window = context.queryParam("window");
        try {
            return window == null ? Window.DAY : Window.parse(window);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private static Instant instant(Context context, String name, Instant otherwise) {
        String text = context.queryParam(name);
        if (text == null) {
            return otherwise;
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw Problem.badRequest(name + "=" + text + ": must be an instant such as 2026-11-20T00:00:00Z");
        }
    }

    private static void answer(Context context, JsonNode answer) {
        context.contentType("application/json").result(answer.toString());
    }
}
