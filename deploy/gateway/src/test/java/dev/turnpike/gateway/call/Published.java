package dev.turnpike.gateway.call;

import dev.turnpike.gateway.chat.Refusal;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.LlmRequest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Takes what is published, for the test to look at. */
public final class Published implements Publisher {

    public final List<LlmRequest> requests = new CopyOnWriteArrayList<>();
    public final List<Consumer<@Nullable Refusal>> pending = new CopyOnWriteArrayList<>();
    /** Ids of requests. */
    public final List<String> cancelled = new CopyOnWriteArrayList<>();

    @Override
    public void publish(LlmRequest request, Trace trace, Consumer<@Nullable Refusal> done) {
        requests.add(request);
        pending.add(done);
    }

    @Override
    public void cancel(String team, String requestId) {
        cancelled.add(requestId);
    }
}
