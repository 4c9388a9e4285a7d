package dev.turnpike.sink.provider.call;

import dev.turnpike.sink.provider.execution.Outcome;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/**
 * A call of a model that is under way.
 *
 * @param outcome how it ends; it fails only if it is cancelled, which ends the connection without an outcome
 * @param answer what is waited for
 */
public record Ongoing(CompletableFuture<Outcome> outcome, CompletableFuture<?> answer) {

    static Ongoing ended(Outcome outcome) {
        return new Ongoing(CompletableFuture.completedFuture(outcome), new CompletableFuture<>());
    }

    /** Ends the connection, since nobody wants the answer any more; what was heard until then decides about the outcome. */
    public void cut() {
        answer.completeExceptionally(new CancellationException("cancelled by the caller"));
    }
}
