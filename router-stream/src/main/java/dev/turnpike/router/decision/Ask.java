package dev.turnpike.router.decision;

import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Redecision;
import java.util.Set;

/**
 * What is to be decided.
 *
 * @param request the request
 * @param prompt what its body asks for
 * @param decision 0 for the first decision on the request, then one more each time
 * @param attempts attempts started so far, over all dispatches of the request
 * @param failed offers that failed on it
 * @param heldNanoUsd what the decision before holds for it, nano-dollars
 */
public record Ask(LlmRequest request, Prompt prompt, int decision, int attempts, Set<String> failed, long heldNanoUsd) {

    public static Ask first(LlmRequest request, Prompt prompt) {
        return new Ask(request, prompt, 0, 0, Set.of(), 0);
    }

    public static Ask again(Redecision redecision, Prompt prompt) {
        return new Ask(
                redecision.getDispatch().getRequest(),
                prompt,
                redecision.getDecision(),
                redecision.getAttempts(),
                Set.copyOf(redecision.getFailed()),
                redecision.getDispatch().getHold().getNanoUsd());
    }

    /** One for the first decision, none after: a request counts once, however often it is decided. */
    long countsAsRequests() {
        return decision == 0 ? 1 : 0;
    }
}
