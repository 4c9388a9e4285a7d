package dev.turnpike.metering.processor;

import org.jspecify.annotations.Nullable;

/** A record cannot be booked, and nothing of it has been stored. */
final class Refused extends RuntimeException {

    private final String reason;

    /**
     * @param reason a code of {@link dev.turnpike.schemas.DeadLetter}
     * @param detail one line for people
     */
    Refused(String reason, String detail, @Nullable Throwable cause) {
        super(detail, cause);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
