package dev.turnpike.gateway.call;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Requests whose client went away without an answer, for the client's next try to find.
 *
 * <p>OpenAI's clients try again by themselves after a timeout or a broken connection, with the same body and a header that
 * counts the tries, but with no name for the call. Such a try takes over the request of a call with the same key and the
 * same body that nobody waits for any more; each is taken over once, so as many tries as there were calls all find one.
 */
final class Unanswered {

    private static final int MOST = 10_000;

    private final Duration atLongest;
    private final InstantSource clock;
    private final Deque<Left> left = new ArrayDeque<>();

    Unanswered(Duration atLongest, InstantSource clock) {
        this.atLongest = atLongest;
        this.clock = clock;
    }

    /** What was asked, and with which key: a hash of both. */
    record Question(String hash) {}

    private record Left(Question question, String requestId, Instant since) {}

    synchronized void left(Question question, String requestId) {
        left.addLast(new Left(question, requestId, clock.instant()));
        while (left.size() > MOST) {
            left.removeFirst();
        }
    }

    /** Whether it was still there. */
    synchronized boolean remove(Question question, String requestId) {
        return left.removeIf(one -> one.requestId.equals(requestId) && one.question.equals(question));
    }

    /** The oldest request with this question that nobody waits for; null: none. */
    synchronized @Nullable String take(Question question) {
        Instant oldest = clock.instant().minus(atLongest);
        Iterator<Left> each = left.iterator();
        while (each.hasNext()) {
            Left one = each.next();
            if (one.since.isBefore(oldest)) {
                each.remove();
            } else if (one.question.equals(question)) {
                each.remove();
                return one.requestId;
            }
        }
        return null;
    }
}
