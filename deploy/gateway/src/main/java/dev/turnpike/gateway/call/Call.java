package dev.turnpike.gateway.call;

import dev.turnpike.gateway.call.Unanswered.Question;
import dev.turnpike.gateway.chat.Answer;
import dev.turnpike.schemas.event.Completion;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client that waits for the answer to a request. Safe for many threads; its answer is told one thing at a time. */
final class Call {

    private final String id;
    private final String team;
    private final String requestId;
    private final Question question;
    private final Answer answer;
    private final Consumer<Call> whenOver;
    private @Nullable Completion last;
    private boolean isOver;

    /** @param whenOver runs once, when nobody waits any more */
    Call(String team, String requestId, Question question, Answer answer, Consumer<Call> whenOver) {
        this.id = id(team, requestId);
        this.team = team;
        this.requestId = requestId;
        this.question = question;
        this.answer = answer;
        this.whenOver = whenOver;
    }

    /** A request among those of all teams. */
    static String id(String team, String requestId) {
        return team + "\n" + requestId;
    }

    String id() {
        return id;
    }

    String team() {
        return team;
    }

    String requestId() {
        return requestId;
    }

    Question question() {
        return question;
    }

    synchronized boolean isOver() {
        return isOver;
    }

    /** Whether the client has a part of the answer. */
    synchronized boolean hasBegun() {
        return answer.hasBegun();
    }

    void completed(Completion part) {
        tell(told -> {
            if (part.getFinal$()) {
                last = part;
            }
            told.completed(part);
        });
    }

    /** Tells the answer something, unless it is over. */
    void tell(Consumer<Answer> news) {
        boolean ends;
        synchronized (this) {
            if (isOver) {
                return;
            }
            news.accept(answer);
            ends = answer.isOver();
            isOver = ends;
        }
        if (ends) {
            whenOver.accept(this);
        }
    }

    /** Nobody waits any more; what the request ended with, if it has. */
    @Nullable
    Completion leave() {
        boolean ends;
        Completion ended;
        synchronized (this) {
            ends = !isOver;
            isOver = true;
            ended = last;
        }
        if (ends) {
            whenOver.accept(this);
        }
        return ended;
    }
}
