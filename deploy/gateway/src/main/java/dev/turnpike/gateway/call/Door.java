package dev.turnpike.gateway.call;

import dev.turnpike.gateway.call.Unanswered.Question;
import dev.turnpike.gateway.chat.Answer;
import dev.turnpike.gateway.chat.Asked;
import dev.turnpike.gateway.chat.Holder;
import dev.turnpike.gateway.chat.Refusal;
import dev.turnpike.gateway.chat.RefusedException;
import dev.turnpike.gateway.chat.Reply;
import dev.turnpike.gateway.key.Digests;
import dev.turnpike.schemas.Trace;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Turns a call into a request on its topic, and what becomes of the request into the reply. Waits on no thread. */
public final class Door {

    // many times what a decision takes
    private static final Duration HEARD_OF_WITHIN = Duration.ofSeconds(30);

    // OpenAI's clients try again within 8 s
    private static final Duration COMES_BACK_WITHIN = Duration.ofSeconds(10);

    private final Calls calls;
    private final Publisher publisher;
    private final ScheduledExecutorService timers;
    private final Duration timeout;
    private final RequestIds ids = new RequestIds();

    public Door(Calls calls, Publisher publisher, ScheduledExecutorService timers, Duration timeout) {
        this.calls = calls;
        this.publisher = publisher;
        this.timers = timers;
        this.timeout = timeout;
    }

    /**
     * What came over HTTP.
     *
     * @param headers ours, in lower case
     * @param trace what the call is a part of
     * @param idempotencyKey the client's name for the call; null: none
     * @param triesBefore how often the client says that it has tried before; null: it does not count
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Message(
            Holder holder,
            byte[] body,
            Map<String, String> headers,
            Trace trace,
            @Nullable String idempotencyKey,
            @Nullable Integer triesBefore) {}

    /**
     * Asks, and replies when there is something to say.
     *
     * @throws RefusedException if the call is wrong; then nothing was published or replied
     */
    public void ask(Message message, Reply reply) {
        byte[] bodyHash = Digests.sha256(message.body);
        Question question = new Question(HexFormat.of()
                .formatHex(Digests.sha256(message.holder.keyHash().getBytes(StandardCharsets.US_ASCII), bodyHash)));
        String requestId = requestId(message, bodyHash, question);
        Asked asked = Asked.read(message.body, message.headers, message.holder, requestId);
        Answer answer = Answer.to(asked, RequestIds.isNamed(requestId), reply);

        List<Future<?>> pending = new CopyOnWriteArrayList<>();
        Call call = new Call(message.holder.team(), requestId, question, answer, over -> {
            calls.forget(over);
            pending.forEach(timer -> timer.cancel(false));
        });
        pending.add(after(timeout, () -> calls.giveUp(call, Refusal.noAnswerWithin(timeout.toMillis()))));
        if (RequestIds.isNamed(requestId)) {
            pending.add(after(HEARD_OF_WITHIN, () -> calls.giveUpUnheardOf(call)));
        }
        reply.whenGone(() -> gone(call, message.triesBefore != null));
        calls.await(call);
        if (call.isOver()) {
            return;
        }
        try {
            // also where another call has asked the same: perhaps that one got no further, and the router passes over a
            // repeat
            publisher.publish(asked.request(), message.trace, refusal -> {
                if (refusal != null) {
                    calls.giveUp(call, refusal);
                }
            });
        } catch (RefusedException e) {
            call.tell(told -> told.refuse(e.refusal()));
        }
    }

    /**
     * The client has gone, and with it the wish for an answer, unless it may come back for it: by its name, or since it tries
     * again by itself, which it does not once it has a part of the answer.
     */
    private void gone(Call call, boolean triesAgain) {
        boolean isOver = call.isOver();
        boolean mayTryAgain = triesAgain && !call.hasBegun();
        calls.left(call);
        if (isOver || RequestIds.isNamed(call.requestId())) {
            return;
        }
        if (mayTryAgain) {
            after(COMES_BACK_WITHIN, () -> cancel(call));
        } else {
            cancel(call);
        }
    }

    private void cancel(Call call) {
        if (calls.forsake(call)) {
            publisher.cancel(call.team(), call.requestId());
        }
    }

    private Future<?> after(Duration time, Runnable action) {
        return timers.schedule(action, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private String requestId(Message message, byte[] bodyHash, Question question) {
        if (message.idempotencyKey != null) {
            return RequestIds.named(message.idempotencyKey, message.holder, bodyHash);
        }
        String before = message.triesBefore != null && message.triesBefore > 0 ? calls.takeOver(question) : null;
        return before == null ? ids.next() : before;
    }
}
