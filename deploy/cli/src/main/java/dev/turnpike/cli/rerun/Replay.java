package dev.turnpike.cli.rerun;

import dev.turnpike.router.decision.Ask;
import dev.turnpike.router.decision.DecisionEvents;
import dev.turnpike.router.decision.DecisionEvents.Source;
import dev.turnpike.router.decision.Grant;
import dev.turnpike.router.decision.Outcome;
import dev.turnpike.router.decision.Outcome.Granted;
import dev.turnpike.router.decision.Position;
import dev.turnpike.router.decision.Router;
import dev.turnpike.router.decision.TeamRules;
import dev.turnpike.router.prompt.PromptReader;
import dev.turnpike.router.state.Tables;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.LlmRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Past requests under other tables: the router's own code, with budgets that fill up in the order of admission.
 *
 * <p>A dispatch is taken to cost what the router expects of it, and to be settled before the next request comes. So it neither
 * knows what really was answered nor holds money for long: compare replays with replays.
 */
final class Replay {

    private final Router router;
    private final Tables tables;
    private final DecisionEvents events = new DecisionEvents(Duration.ZERO);
    private final Map<PositionKey, Position> positions = new HashMap<>();
    private final Tally tally = new Tally();

    Replay(Router router, Tables tables) {
        this.router = router;
        this.tables = tables;
    }

    Tally tally() {
        return tally;
    }

    /** Decides the next request. */
    void next(LlmRequest request, Source source, long admittedAt) {
        Ask ask = Ask.first(request, PromptReader.read(request));
        TeamRules rules = tables.rulesOf(request.getTeam());
        Outcome outcome = router.decide(
                ask, tables.fleet(), rules, key -> positions.getOrDefault(key, Position.EMPTY), admittedAt);
        Decision decision = events.of(ask, outcome, rules, source, admittedAt).decision();
        if (outcome instanceof Granted granted) {
            settle(granted.grant(), decision);
        }
        tally.add(decision);
    }

    private void settle(Grant grant, Decision decision) {
        Long expected = decision.getExpectedNanoUsd();
        long cost = expected == null ? 0 : Math.min(expected, grant.hold().nanoUsd());
        // tokens are as far from their bound as the money is
        double share =
                grant.hold().nanoUsd() == 0 ? 1 : (double) cost / grant.hold().nanoUsd();
        Amounts spent = new Amounts(
                cost, Math.round(grant.hold().tokens() * share), grant.hold().requests());
        for (Grant.Held held : grant.holds()) {
            boolean used = !held.key().scope().equals("model")
                    || held.key().scopeValue().equals(decision.getProvider() + '/' + decision.getModel());
            Position before = held.position();
            positions.put(
                    held.key(),
                    new Position(
                            before.held(),
                            before.closed().plus(grant.hold()),
                            used ? before.spent().plus(spent) : before.spent(),
                            before.epoch(),
                            before.version()));
        }
    }
}
