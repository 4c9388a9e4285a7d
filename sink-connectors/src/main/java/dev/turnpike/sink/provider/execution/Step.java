package dev.turnpike.sink.provider.execution;

import dev.turnpike.schemas.event.ChainModel;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is to be done about a dispatch next. */
public sealed interface Step {

    /** Call a model. */
    record Call(int attempt, ChainModel model) implements Step {}

    /** Ask again at this instant. */
    record Wait(Instant until) implements Step {}

    /**
     * Ask the router for another decision: the hold does not pay for what would be done next.
     *
     * @param failed offers ({@code provider/model}) that are given up
     */
    record HandBack(String reason, List<String> failed) implements Step {}

    /**
     * Nothing more.
     *
     * @param error in one line; null where there is an answer
     */
    record Finish(Status status, @Nullable String error) implements Step {}

    /** What becomes of a request, as a completion says it. */
    enum Status {
        OK("ok"),
        ERROR("error"),
        EXPIRED("expired"),
        CANCELLED("cancelled");

        private final String wireName;

        Status(String wireName) {
            this.wireName = wireName;
        }

        String wireName() {
            return wireName;
        }
    }
}
