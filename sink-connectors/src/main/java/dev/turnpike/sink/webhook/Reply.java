package dev.turnpike.sink.webhook;

import java.time.Duration;

/** What became of a post. */
sealed interface Reply {

    /** It was taken. */
    record Taken() implements Reply {}

    /** The same post may be taken later. */
    record Away(String reason, Duration leaveAlone) implements Reply {}

    /** The same post will never be taken. */
    record Refused(String reason) implements Reply {}
}
