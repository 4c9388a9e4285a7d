package dev.turnpike.cli.audit;

import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.Rejection;

/** The identity of a decision, and of the dispatch or the rejection that it led to. */
record DecisionId(String team, String requestId, int decision) {

    static DecisionId of(Decision value) {
        return new DecisionId(value.getTeam(), value.getRequestId(), value.getDecision());
    }

    static DecisionId of(Dispatch value) {
        return new DecisionId(value.getTeam(), value.getRequestId(), value.getDecision());
    }

    static DecisionId of(Rejection value) {
        return new DecisionId(value.getTeam(), value.getRequestId(), value.getDecision());
    }

    Id hash() {
        return Id.of(team, requestId, Integer.toString(decision));
    }

    @Override
    public String toString() {
        return "team " + team + ", request " + requestId + ", decision " + decision;
    }
}
