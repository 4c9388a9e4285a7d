package dev.turnpike.gateway.call;

import dev.turnpike.gateway.chat.Refusal;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Decision;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The calls that wait for answers, by the requests they wait for.
 *
 * <p>Every door reads every decision and completion, its own and others'; what nobody here waits for is passed over. Several
 * calls may wait for one request, where its client asked again.
 */
public final class Calls {

    /** How long the end of a request, and the question of a client that went away, are remembered. */
    public static final Duration MEMORY = Duration.ofMinutes(10);

    private final Map<String, List<Call>> waiting = new ConcurrentHashMap<>();
    private final KeptAnswers kept;
    private final Unanswered unanswered;
    private final InstantSource clock;

    /** @param mostBytesKept of answers that may be asked for again */
    public Calls(long mostBytesKept, InstantSource clock) {
        this.kept = new KeptAnswers(mostBytesKept, MEMORY, clock);
        this.unanswered = new Unanswered(MEMORY, clock);
        this.clock = clock;
    }

    /** Requests that calls wait for. */
    public int size() {
        return waiting.size();
    }

    /** A request was decided about. */
    public void decided(Decision decision) {
        String id = Call.id(decision.getTeam(), decision.getRequestId());
        kept.decided(id, decision.getRequestId(), decision);
        long now = clock.millis();
        waitingFor(id).forEach(call -> call.tell(answer -> answer.decided(decision, now)));
    }

    /** A part of an answer has come, or its end. */
    public void completed(Completion part) {
        String id = Call.id(part.getTeam(), part.getRequestId());
        if (part.getFinal$()) {
            kept.completed(id, part.getRequestId(), part);
        }
        waitingFor(id).forEach(call -> call.completed(part));
    }

    /** Tells a call what is known of its request, and from now on what becomes of it. */
    void await(Call call) {
        waiting.merge(
                call.id(),
                List.of(call),
                (some, more) -> Stream.concat(some.stream(), more.stream()).toList());
        call.tell(answer -> kept.tell(call.id(), answer, clock.millis()));
        // it may have ended before it was here to be forgotten
        if (call.isOver()) {
            forget(call);
        }
    }

    /** The call is over. */
    void forget(Call call) {
        waiting.computeIfPresent(call.id(), (id, calls) -> {
            List<Call> others = calls.stream().filter(other -> other != call).toList();
            return others.isEmpty() ? null : others;
        });
    }

    /** The client went away: what it asked for is kept, for the case that it asks again. */
    void left(Call call) {
        kept.expect(call.id());
        unanswered.left(call.question(), call.requestId());
        Completion ended = call.leave();
        if (ended != null) {
            kept.completed(call.id(), call.requestId(), ended);
        }
    }

    /**
     * Whether nobody will ask for what a call has left behind: it has not ended, nobody waits for it, and from now on no retry
     * finds it.
     */
    boolean forsake(Call call) {
        return !kept.hasEnded(call.id())
                && waitingFor(call.id()).isEmpty()
                && unanswered.remove(call.question(), call.requestId());
    }

    /** The call ends without an answer, though its request may have one yet. */
    void giveUp(Call call, Refusal refusal) {
        kept.expect(call.id());
        call.tell(answer -> {
            unanswered.left(call.question(), call.requestId());
            answer.refuse(refusal);
        });
    }

    /** The router passes over a request that it has decided before, and what became of that is kept no more. */
    void giveUpUnheardOf(Call call) {
        call.tell(answer -> {
            if (!answer.isDecided()) {
                answer.refuse(Refusal.usedKey());
            }
        });
    }

    /** The request of a client that went away with the same question; null: there is none. */
    @Nullable
    String takeOver(Unanswered.Question question) {
        return unanswered.take(question);
    }

    /** Everything that waits is refused. */
    public void close() {
        Refusal refusal = Refusal.unavailable("the door closes; the request goes on and is paid for");
        waiting.values().forEach(calls -> calls.forEach(call -> call.tell(answer -> answer.refuse(refusal))));
    }

    private List<Call> waitingFor(String id) {
        return waiting.getOrDefault(id, List.of());
    }
}
