package dev.turnpike.gateway.chat;

import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Decision;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the answer to one call from the events about its request. Told one event at a time. */
public abstract sealed class Answer permits StreamedAnswer, WholeAnswer {

    private static final int LONGEST_HEADER = 512;

    private final String requestId;
    private final boolean isNamed;
    private final Reply reply;
    private @Nullable String reason;
    private boolean isOver;

    /** @param isNamed whether the client chose the request's identity, so that it would get the same answer again */
    Answer(String requestId, boolean isNamed, Reply reply) {
        this.requestId = requestId;
        this.isNamed = isNamed;
        this.reply = reply;
    }

    /** An answer of the kind that was asked for. */
    public static Answer to(Asked asked, boolean isNamed, Reply reply) {
        String id = asked.request().getRequestId();
        return asked.request().getStream()
                ? new StreamedAnswer(id, isNamed, asked.countsTokens(), reply)
                : new WholeAnswer(id, isNamed, reply);
    }

    /**
     * It was decided about.
     *
     * @param now milliseconds since 1970-01-01 UTC
     */
    public final void decided(Decision decision, long now) {
        reason = decision.getReason();
        if (decision.getCode() != null) {
            Refusal refusal = Refusal.of(decision, now);
            refuse(isNamed ? refusal.forGood() : refusal);
        }
    }

    /** A part of the answer has come, or its end. */
    public final void completed(Completion part) {
        if (!part.getFinal$()) {
            chunk(part);
        } else if (part.getStatus().equals("ok") && part.getResponse() != null) {
            isOver = true;
            whole(part, part.getResponse());
        } else {
            Refusal refusal = Refusal.of(part);
            refuse(isNamed ? refusal.forGood() : refusal);
        }
    }

    /** There will be none. */
    public final void refuse(Refusal refusal) {
        isOver = true;
        refused(refusal);
    }

    /** Whether a decision was heard of. */
    public final boolean isDecided() {
        return reason != null;
    }

    /** Whether the client has a part of it. */
    public boolean hasBegun() {
        return isOver;
    }

    /** Whether nothing more will be said. */
    public final boolean isOver() {
        return isOver;
    }

    abstract void chunk(Completion part);

    /** The end of an answer that went well. */
    abstract void whole(Completion last, String response);

    void refused(Refusal refusal) {
        reply.refuse(refusal, Map.of("x-request-id", requestId));
    }

    final void overBecause(Refusal refusal) {
        isOver = true;
        reply.write(StreamedAnswer.event(refusal.error().toString()));
        reply.end(Map.of());
    }

    final Reply reply() {
        return reply;
    }

    /** What is known now about how the request is served. */
    final Map<String, String> headers(Completion part) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("x-request-id", requestId);
        String model = model(part);
        if (model != null) {
            headers.put("x-turnpike-model", header(model));
        }
        if (reason != null) {
            headers.put("x-turnpike-reason", header(reason));
        }
        return headers;
    }

    final @Nullable String reason() {
        return reason;
    }

    static @Nullable String model(Completion part) {
        if (part.getModel() == null) {
            return null;
        }
        return part.getProvider() == null ? part.getModel() : part.getProvider() + "/" + part.getModel();
    }

    /** Exact dollars, by the executor's count; the ledger decides. */
    static @Nullable String cost(Completion last) {
        return last.getCostNanoUsd() == null ? null : Money.toUsd(last.getCostNanoUsd());
    }

    /** Safe in a header, whatever names people give. */
    private static String header(String text) {
        String line = text.replaceAll("[^\\x20-\\x7e]", "?");
        return line.length() <= LONGEST_HEADER ? line : line.substring(0, LONGEST_HEADER);
    }
}
