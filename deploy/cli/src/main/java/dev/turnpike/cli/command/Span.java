package dev.turnpike.cli.command;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** The values of {@code --from} and {@code --to}. */
final class Span {

    private Span() {}

    /** Milliseconds since 1970-01-01 UTC; the beginning of time where not given. */
    static long from(@Nullable String text) {
        return text == null ? Long.MIN_VALUE : parse("--from", text);
    }

    /** Milliseconds since 1970-01-01 UTC; the end of time where not given. */
    static long to(@Nullable String text) {
        return text == null ? Long.MAX_VALUE : parse("--to", text);
    }

    private static long parse(String option, String text) {
        try {
            return text.contains("T")
                    ? Instant.parse(text).toEpochMilli()
                    : LocalDate.parse(text)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant()
                            .toEpochMilli();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    option + "=" + text
                            + ": must be a date such as 2026-08-06 or an instant such as 2026-08-06T12:00:00Z",
                    e);
        }
    }
}
