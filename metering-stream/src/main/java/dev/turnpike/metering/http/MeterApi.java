package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.SpendKey.Window;
import dev.turnpike.metering.state.MeterView;
import dev.turnpike.metering.state.Peers;
import dev.turnpike.schemas.Ownership;
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
 * {@code GET /api/v1/teams}, {@code teams/{team}/budgets}, {@code budgets} and {@code spend?team=&by=&window=&from=&to=}: what
 * the stores say.
 *
 * <p>Every instance answers for all: what another one has is asked of it. {@code as_of} says when an answer was made,
 * {@code read_until} the broker time up to which everything is in it, and {@code complete} whether every partition has its part in
 * it. Amounts of money are nano-dollars, times milliseconds since
 * 1970-01-01 UTC, and instants in parameters are ISO 8601.
 */
public final class MeterApi {

    private static final Duration HOURS_SHOWN = Duration.ofHours(24);
    private static final Duration DAYS_SHOWN = Duration.ofDays(30);

    private final MeterView meter;
    private final Forwarding forwarding;
    private final InstantSource clock;

    /** @param clock says which windows are current */
    public MeterApi(MeterView meter, Peers peers, InstantSource clock) {
        this.meter = meter;
        this.forwarding = new Forwarding(peers);
        this.clock = clock;
    }

    public void addTo(JavalinConfig config) {
        config.routes.get("/api/v1/teams", this::teams);
        config.routes.get("/api/v1/teams/{team}/budgets", this::budgets);
        config.routes.get("/api/v1/budgets", this::allBudgets);
        config.routes.get("/api/v1/spend", this::spend);
        Answers.problems(config);
    }

    private void teams(Context context) {
        Share share = Share.of(meter);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode teams = answer.putArray("teams");
        for (String team : meter.teams()) {
            TeamPolicy policy = meter.policyOf(team);
            teams.addObject()
                    .put("team", team)
                    .put("timezone", policy.getTimezone())
                    .put("budgets", policy.getBudgets().size());
        }
        forwarding.addAll(context, answer, "teams", share);
        answer.set("teams", Answers.sortedOnce(teams, "team"));
        answer(context, answer, "teams");
    }

    private void budgets(Context context) {
        String team = context.pathParam("team");
        if (forwarding.answeredByOwner(context, team)) {
            return;
        }
        List<Position> positions = meter.positions(team);
        if (positions.isEmpty() && !meter.teams().contains(team)) {
            throw Problem.notFound("team " + team + ": has neither a policy nor usage");
        }
        ObjectNode answer = budgets(team, positions);
        Share.of(meter).sum(answer, Ownership.partitionOf(team, meter.partitions()));
        answer(context, answer, "budgets");
    }

    private void allBudgets(Context context) {
        Share share = Share.of(meter);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode budgets = answer.putArray("budgets");
        for (String team : meter.teams()) {
            if (isHere(team)) {
                budgets(team, meter.positions(team)).withArray("budgets").forEach(budgets::add);
            }
        }
        forwarding.addAll(context, answer, "budgets", share);
        answer(context, answer, "budgets");
    }

    private ObjectNode budgets(String team, List<Position> positions) {
        long now = clock.millis();
        return BudgetsAnswer.of(team, meter.policyOf(team), positions, Pace.of(meter, team, now), now);
    }

    private void spend(Context context) {
        Window window = window(context);
        Instant to = instant(context, "to", clock.instant());
        Instant from = instant(context, "from", to.minus(window == Window.HOUR ? HOURS_SHOWN : DAYS_SHOWN));
        String by = context.queryParam("by");
        SpendAnswer spend = new SpendAnswer(by == null ? "team" : by);
        String team = context.queryParam("team");
        if (team != null && forwarding.answeredByOwner(context, team)) {
            return;
        }
        Share share = Share.of(meter);
        Collection<String> teams = team == null ? meter.teams() : List.of(team);
        for (String each : teams) {
            if (team != null || isHere(each)) {
                meter.cells(each, window, from.toEpochMilli(), to.toEpochMilli())
                        .forEach(spend::add);
            }
        }
        ObjectNode answer = spend.answer(window.wireName());
        if (team == null) {
            forwarding.addAll(context, answer, "spend", share);
        } else {
            share.sum(answer, Ownership.partitionOf(team, meter.partitions()));
        }
        answer(context, answer, "spend");
    }

    /** Teams with a policy are known everywhere, what they use only where their partition is. */
    private boolean isHere(String team) {
        try {
            meter.positions(team);
            return true;
        } catch (MeterView.NotHere e) {
            return false;
        }
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

    private void answer(Context context, ObjectNode answer, String list) {
        answer.put("as_of", clock.millis());
        Answers.json(context, Forwarding.isForAnInstance(context) ? answer : Pages.cut(context, answer, list));
    }
}
