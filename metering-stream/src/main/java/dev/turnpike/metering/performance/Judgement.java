package dev.turnpike.metering.performance;

import dev.turnpike.schemas.event.Outcome;
import org.jspecify.annotations.Nullable;

/** What an outcome says of an answer. */
public final class Judgement {

    private Judgement() {}

    /** The score, 0..1: as stated, or all or nothing by whether it passed or completed its task. */
    public static double of(Outcome outcome) {
        if (outcome.getScore() != null) {
            return outcome.getScore();
        }
        return Boolean.TRUE.equals(outcome.getPassed() == null ? outcome.getTaskCompleted() : outcome.getPassed())
                ? 1
                : 0;
    }

    /** What is wrong with an outcome, in one line; null where nothing is. */
    public static @Nullable String problem(Outcome outcome) {
        if (outcome.getTeam().isEmpty()) {
            return "team: is empty; name who pays";
        }
        if (outcome.getRequestId() == null && outcome.getTaskId() == null) {
            return "request_id: is missing, and so is task_id; name what is judged";
        }
        Double score = outcome.getScore();
        if (score == null && outcome.getPassed() == null && outcome.getTaskCompleted() == null) {
            return "score: is missing, and so are passed and task_completed; say how it went";
        }
        // also refuses what is not a number
        return score == null || (score >= 0 && score <= 1) ? null : "score: " + score + " must be from 0 to 1";
    }
}
