package dev.turnpike.gateway.call;

import dev.turnpike.gateway.chat.Refusal;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.LlmRequest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts requests on their topic. */
public interface Publisher {

    /**
     * Publishes a request.
     *
     * @param trace what the request is a part of
     * @param done is told, on any thread, once the brokers have it (null) or why they may not have it
     * @throws dev.turnpike.gateway.chat.RefusedException if it is certain that they do not have it
     */
    void publish(LlmRequest request, Trace trace, Consumer<@Nullable Refusal> done);

    /** Says that nobody wants the answer to a request any more; where that cannot be said, it goes on. */
    void cancel(String team, String requestId);
}
