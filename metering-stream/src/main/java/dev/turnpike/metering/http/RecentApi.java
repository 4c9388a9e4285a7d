package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.metering.recent.Minute;
import dev.turnpike.metering.recent.Recent;
import dev.turnpike.metering.recent.Recent.Used;
import dev.turnpike.metering.recent.RecentReader;
import dev.turnpike.metering.recent.Ring;
import dev.turnpike.metering.recent.SetAside;
import dev.turnpike.metering.state.Peers;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.Decision;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * {@code GET /api/v1/decisions}, {@code decisions/{request_id}}, {@code alerts}, {@code dead-letters}, {@code edits},
 * {@code mix}, {@code burn}, {@code models} and {@code health}: what every instance has read of the topics, so that none has to
 * ask another. Lists are newest first; {@code next} is the mark for {@code before} that gives the part behind.
 */
public final class RecentApi {

    private static final int USUAL = 100;
    private static final Duration SEARCH_AT_MOST = Duration.ofSeconds(8);

    private final RecentReader reader;
    private final Recent recent;
    private final Peers peers;
    private final InstantSource clock;
    private final int partitions;

    /** @param partitions how many partitions the topics keyed by team have */
    public RecentApi(RecentReader reader, Peers peers, int partitions, InstantSource clock) {
        this.reader = reader;
        this.recent = reader.recent();
        this.peers = peers;
        this.partitions = partitions;
        this.clock = clock;
    }

    public void addTo(JavalinConfig config) {
        config.routes.get("/api/v1/decisions", this::decisions);
        config.routes.get("/api/v1/decisions/{request_id}", this::decision);
        config.routes.get("/api/v1/alerts", this::alerts);
        config.routes.get("/api/v1/dead-letters", this::deadLetters);
        config.routes.get("/api/v1/edits", this::edits);
        config.routes.get("/api/v1/mix", this::mix);
        config.routes.get("/api/v1/burn", this::burn);
        config.routes.get(
                "/api/v1/models",
                context ->
                        Answers.json(context, Pages.cut(context, ModelsAnswer.of(recent, clock.millis()), "models")));
        config.routes.get("/api/v1/health", this::health);
    }

    private void decisions(Context context) {
        String team = context.queryParam("team");
        String outcome = context.queryParam("outcome");
        page(
                context,
                "decisions",
                recent.decisions(),
                decision -> (team == null || decision.getTeam().equals(team))
                        && (outcome == null || decision.getOutcome().equals(outcome)),
                RecentApi::summary);
    }

    private void decision(Context context) {
        String requestId = context.pathParam("request_id");
        String team = context.queryParam("team");
        Predicate<Decision> asked = decision -> decision.getRequestId().equals(requestId)
                && (team == null || decision.getTeam().equals(team));
        List<Decision> found = recent.decisions().before(Long.MAX_VALUE, USUAL, asked).stream()
                .map(Ring.Numbered::value)
                .sorted(Comparator.comparing(Decision::getTeam).thenComparingInt(Decision::getDecision))
                .toList();
        // an earlier decision on the same request may be older than the newest
        if (found.isEmpty() || found.get(0).getDecision() > 0) {
            Integer partition = team == null ? null : (Integer) Ownership.partitionOf(team, partitions);
            found = reader.decisionsOn(requestId, partition, SEARCH_AT_MOST).stream()
                    .filter(asked)
                    .toList();
        }
        if (found.isEmpty()) {
            throw Problem.notFound(
                    "request " + requestId + ": no decision was found within " + SEARCH_AT_MOST.toSeconds()
                            + " s of reading back; name its team (?team=), or let turnpike explain read everything");
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("request_id", requestId);
        ArrayNode decisions = answer.putArray("decisions");
        found.forEach(each -> decisions.add(Answers.event(each)));
        Answers.json(context, answer.put("as_of", clock.millis()));
    }

    private void alerts(Context context) {
        String team = context.queryParam("team");
        page(
                context,
                "alerts",
                recent.alerts(),
                alert -> team == null || alert.getTeam().equals(team),
                RecentApi::alert);
    }

    private void deadLetters(Context context) {
        page(context, "dead_letters", recent.deadLetters(), letter -> true, RecentApi::letter);
    }

    private void edits(Context context) {
        page(context, "edits", recent.edits(), edit -> true, RecentApi::edit);
    }

    private void mix(Context context) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode minutes = answer.putArray("minutes");
        for (Minute minute : recent.minutes()) {
            ObjectNode node = minutes.addObject().put("start", minute.start()).put("downgraded", minute.downgraded());
            node.put("expected_nano_usd", minute.expectedNanoUsd()).put("baseline_nano_usd", minute.baselineNanoUsd());
            ObjectNode models = node.putObject("models");
            minute.models().forEach(models::put);
            ObjectNode rejected = node.putObject("rejected");
            minute.rejected().forEach(rejected::put);
        }
        Answers.json(context, answer.put("as_of", clock.millis()));
    }

    private void burn(Context context) {
        PositionKey window = new PositionKey(
                required(context, "team"),
                required(context, "scope"),
                required(context, "scope_value"),
                required(context, "period"),
                Pages.mark(context, "window_start", 0));
        Unit unit = unit(required(context, "unit"));
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode points = answer.putArray("points");
        for (Used used : recent.used(window, unit)) {
            points.addObject().put("at", used.at()).put("spent", used.spent()).put("open", used.open());
        }
        Answers.json(context, answer.put("as_of", clock.millis()));
    }

    private void health(Context context) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("instance", peers.self()).put("state", peers.state());
        ArrayNode others = answer.putArray("others");
        peers.others().forEach(others::add);
        answer.set("feedback_lag_ms", lag());
        answer.put("dead_letters", recent.deadLetters().last());
        ArrayNode read = answer.putArray("partitions");
        for (Peers.Progress each : peers.progress()) {
            read.addObject()
                    .put("topic", each.topic())
                    .put("partition", each.partition())
                    .put("committed", each.committed())
                    .put("end", each.end());
        }
        Answers.json(context, answer.put("as_of", clock.millis()));
    }

    private ObjectNode lag() {
        List<Long> lags = recent.lags();
        ObjectNode lag = JsonNodeFactory.instance.objectNode().put("count", lags.size());
        if (!lags.isEmpty()) {
            lag.put("p50", lags.get(lags.size() / 2)).put("p99", lags.get((int) (lags.size() * 0.99)));
        }
        return lag;
    }

    private <T> void page(
            Context context, String name, Ring<T> ring, Predicate<T> matching, Function<T, ObjectNode> shown) {
        int limit = Pages.limit(context, USUAL);
        List<Ring.Numbered<T>> part = ring.before(Pages.mark(context, "before", Long.MAX_VALUE), limit, matching);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode list = answer.putArray(name);
        part.forEach(each -> list.add(shown.apply(each.value())));
        if (part.size() == limit) {
            answer.put("next", Long.toString(part.get(limit - 1).number()));
        }
        answer.put("seen", ring.last()).put("kept", ring.most());
        Answers.json(context, answer.put("as_of", clock.millis()));
    }

    static ObjectNode summary(Decision decision) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("request_id", decision.getRequestId())
                .put("decision", decision.getDecision())
                .put("at", decision.getRequestedAt())
                .put("team", decision.getTeam())
                .put("user", decision.getUser())
                .put("task_type", decision.getTaskType())
                .put("requested_model", decision.getRequestedModel())
                .put("outcome", decision.getOutcome())
                .put("code", decision.getCode())
                .put("reason", decision.getReason())
                .put(
                        "model",
                        decision.getModel() == null
                                ? null
                                : BudgetScopes.offerId(decision.getProvider(), decision.getModel()))
                .put("downgraded_from", decision.getDowngradedFrom())
                .put("explored", decision.getExplored())
                .put("expected_nano_usd", decision.getExpectedNanoUsd())
                .put("baseline_nano_usd", decision.getBaselineNanoUsd())
                .put("retry_at", decision.getRetryAt());
    }

    static ObjectNode alert(BudgetAlert alert) {
        return (ObjectNode) Answers.event(alert);
    }

    static ObjectNode letter(SetAside letter) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("at", letter.at())
                .put("reason", letter.letter().reason())
                .put("detail", letter.letter().detail())
                .put("topic", letter.letter().topic())
                .put("partition", letter.letter().partition())
                .put("offset", letter.letter().offset())
                .put("by", letter.letter().by())
                .put("key", letter.key())
                .put("bytes", letter.bytes());
    }

    static ObjectNode edit(Recent.Edit edit) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("at", edit.at())
                .put("kind", edit.kind().wireName())
                .put("key", edit.key())
                .put("withdrawn", edit.isWithdrawn())
                .put("by", edit.by());
    }

    private static String required(Context context, String name) {
        String value = context.queryParam(name);
        if (value == null) {
            throw Problem.badRequest(name + ": is missing");
        }
        return value;
    }

    private static Unit unit(String name) {
        for (Unit unit : Unit.values()) {
            if (unit.wireName().equals(name)) {
                return unit;
            }
        }
        throw Problem.badRequest("unit=" + name + ": must be nano_usd, tokens or requests");
    }
}
