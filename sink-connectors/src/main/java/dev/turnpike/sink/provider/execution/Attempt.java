package dev.turnpike.sink.provider.execution;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.event.ChainModel;
import java.time.Instant;

/**
 * A call of a model that has ended.
 *
 * @param number counted from 1 per request, over all its dispatches
 */
public record Attempt(int number, ChainModel model, Outcome outcome, Instant endedAt) {

    Amounts cost() {
        return outcome.cost(model);
    }
}
