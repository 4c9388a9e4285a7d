package dev.turnpike.sink.provider.call;

import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.sink.provider.execution.Step.Call;
import java.net.http.HttpRequest;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The language a provider speaks. */
interface ProviderApi {

    /**
     * What is sent.
     *
     * @param trace headers that make the call a part of the caller's trace
     * @throws IllegalArgumentException if the request is wrong in every language
     * @throws InexpressibleException if it cannot be said in this one
     */
    HttpRequest request(Dispatch dispatch, Call call, Trace trace);

    /**
     * Reads what comes back.
     *
     * @param chunks takes each part of a streamed answer, as the JSON text of a {@code chat.completion.chunk}
     * @param elapsedMs milliseconds since the call began
     */
    AnswerReader reader(Dispatch dispatch, Call call, Consumer<String> chunks, LongSupplier elapsedMs);
}
