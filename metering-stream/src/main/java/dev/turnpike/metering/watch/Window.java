package dev.turnpike.metering.watch;

/**
 * A budget's window as it stands.
 *
 * @param start first instant, milliseconds since 1970-01-01 UTC
 * @param end first instant after it, milliseconds since 1970-01-01 UTC
 * @param limit in the budget's unit
 * @param spent in the same
 */
public record Window(long start, long end, long limit, long spent) {

    long length() {
        return end - start;
    }

    long left() {
        return limit - spent;
    }
}
