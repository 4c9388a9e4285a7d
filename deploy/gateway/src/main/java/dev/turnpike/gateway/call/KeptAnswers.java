package dev.turnpike.gateway.call;

import dev.turnpike.gateway.chat.Answer;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Decision;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How requests ended that may be asked about again: those with an {@code Idempotency-Key}, seen by every door whoever
 * took them in, and those whose client went away. Kept for a while, and the oldest given up first where they are too much.
 */
final class KeptAnswers {

    private final long mostBytes;
    private final Duration atLongest;
    private final InstantSource clock;
    private final Map<String, Kept> kept = new LinkedHashMap<>();
    private long bytes;

    KeptAnswers(long mostBytes, Duration atLongest, InstantSource clock) {
        this.mostBytes = mostBytes;
        this.atLongest = atLongest;
        this.clock = clock;
    }

    /** From now on what becomes of a request is kept. */
    synchronized void expect(String call) {
        kept.computeIfAbsent(call, added -> new Kept(clock.instant()));
        trim();
    }

    synchronized void decided(String call, String requestId, Decision decision) {
        if (RequestIds.isNamed(requestId)) {
            expect(call);
        }
        Kept entry = kept.get(call);
        if (entry != null) {
            entry.decision = essence(decision);
        }
    }

    synchronized void completed(String call, String requestId, Completion last) {
        if (RequestIds.isNamed(requestId)) {
            expect(call);
        }
        Kept entry = kept.get(call);
        if (entry != null && entry.last == null) {
            entry.last = last;
            bytes += size(last);
            trim();
        }
    }

    synchronized boolean hasEnded(String call) {
        Kept entry = kept.get(call);
        return entry != null && entry.last != null;
    }

    /** Tells an answer all that is known; it may be over after that. */
    void tell(String call, Answer answer, long now) {
        Decision decision;
        Completion last;
        synchronized (this) {
            trim();
            Kept entry = kept.get(call);
            decision = entry == null ? null : entry.decision;
            last = entry == null ? null : entry.last;
        }
        if (decision != null) {
            answer.decided(decision, now);
        }
        if (last != null && !answer.isOver()) {
            answer.completed(last);
        }
    }

    private void trim() {
        Instant oldest = clock.instant().minus(atLongest);
        Iterator<Kept> eldest = kept.values().iterator();
        while (eldest.hasNext()) {
            Kept entry = eldest.next();
            if (bytes <= mostBytes && !entry.since.isBefore(oldest)) {
                return;
            }
            bytes -= entry.last == null ? 0 : size(entry.last);
            eldest.remove();
        }
    }

    // what an answer is made of, without the candidates
    private static Decision essence(Decision decision) {
        Decision essence = new Decision();
        essence.setCode(decision.getCode());
        essence.setReason(decision.getReason());
        essence.setRetryAt(decision.getRetryAt());
        return essence;
    }

    private static long size(Completion last) {
        return 200 + 2L * (last.getResponse() == null ? 0 : last.getResponse().length());
    }

    private static final class Kept {

        private final Instant since;
        private @Nullable Decision decision;
        private @Nullable Completion last;

        Kept(Instant since) {
            this.since = since;
        }
    }
}
