package dev.turnpike.sink.provider.call;

import dev.turnpike.sink.provider.execution.Outcome;

/** One answer as it arrives. Safe for many threads: it can be given up while lines still come in. */
interface AnswerReader {

    /** A line of an event stream. */
    void line(String line);

    /** The event stream ended in good order. */
    Outcome endOfStream();

    /** The answer came in one piece. */
    Outcome whole(String body);

    /** The connection ended before the answer did, or it was not waited for. */
    Outcome cut(String reason);
}
