package dev.turnpike.router;

import dev.turnpike.schemas.event.Cancellation;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Redecision;
import org.jspecify.annotations.Nullable;

/** What a record must have so that anybody can be answered; whatever else is wrong with a request becomes a rejection. */
final class Admission {

    private static final int MOST_CHARS = 256;
    private static final String DEFAULT_POLICY = "*";

    private Admission() {}

    /** One line on what is wrong; null: nothing. */
    static @Nullable String problemOf(LlmRequest request) {
        String problem = problemOf("team", request.getTeam());
        if (problem == null && request.getTeam().equals(DEFAULT_POLICY)) {
            problem = "team *: stands for every team; name one";
        }
        return problem == null ? problemOf("request_id", request.getRequestId()) : problem;
    }

    /** One line on what is wrong; null: nothing. */
    static @Nullable String problemOf(Redecision redecision) {
        LlmRequest request = redecision.getDispatch().getRequest();
        boolean same = redecision.getTeam().equals(redecision.getDispatch().getTeam())
                && redecision.getTeam().equals(request.getTeam())
                && redecision.getRequestId().equals(redecision.getDispatch().getRequestId())
                && redecision.getRequestId().equals(request.getRequestId());
        return same ? problemOf(request) : "dispatch: must be of the same team and request";
    }

    /** One line on what is wrong; null: nothing. */
    static @Nullable String problemOf(Cancellation cancellation) {
        String problem = problemOf("team", cancellation.getTeam());
        return problem == null ? problemOf("request_id", cancellation.getRequestId()) : problem;
    }

    private static @Nullable String problemOf(String field, String text) {
        if (text.isBlank()) {
            return field + ": must not be empty";
        }
        return text.length() > MOST_CHARS ? field + ": must have at most " + MOST_CHARS + " characters" : null;
    }
}
