package dev.turnpike.cli.command;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --from} and {@code --to}, for commands that look at a span of time. */
final class Span {

    @Option(names = "--from", paramLabel = "TIME", description = "A date or an instant; default the beginning.")
    @Nullable
    String from;

    @Option(names = "--to", paramLabel = "TIME", description = "A date or an instant; default now.")
    @Nullable
    String to;

    boolean isGiven() {
        return from != null || to != null;
    }

    /**
     * Milliseconds since 1970-01-01 UTC; the beginning of time where not given.
     *
     * @throws IllegalArgumentException naming option, value and cure
     */
    long begin() {
        return from == null ? Long.MIN_VALUE : parse("--from", from);
    }

    /** Milliseconds since 1970-01-01 UTC; the end of time where not given. Throws like {@link #begin()}. */
    long end() {
        return to == null ? Long.MAX_VALUE : parse("--to", to);
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
