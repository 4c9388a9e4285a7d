package dev.turnpike.schemas.serde;

import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** Bytes or a text that do not hold the expected event; the message is one line with field, value and cure. */
public final class InvalidEventException extends SerializationException {

    private final String reason;

    InvalidEventException(String reason, String message) {
        this(reason, message, null);
    }

    InvalidEventException(String reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Nothing: foreign bytes are refused often, and the message says all there is to say. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }

    /** One of the codes of {@link dev.turnpike.schemas.DeadLetter}. */
    public String reason() {
        return reason;
    }
}
