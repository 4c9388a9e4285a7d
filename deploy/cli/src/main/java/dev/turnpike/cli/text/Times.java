package dev.turnpike.cli.text;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Instants for people, in UTC. */
public final class Times {

    private static final DateTimeFormatter MINUTE = formatter("yyyy-MM-dd HH:mm");
    private static final DateTimeFormatter SECOND = formatter("yyyy-MM-dd HH:mm:ss");
    private static final DateTimeFormatter DAY = formatter("yyyy-MM-dd");

    private Times() {}

    /** {@code 2026-11-22 08:00}; {@code never} for the end of a window that has none. */
    public static String minute(long epochMilli) {
        return epochMilli == Long.MAX_VALUE ? "never" : MINUTE.format(Instant.ofEpochMilli(epochMilli));
    }

    /** {@code 2026-11-22 08:00:15}. */
    public static String second(long epochMilli) {
        return SECOND.format(Instant.ofEpochMilli(epochMilli));
    }

    /** {@code 2026-11-22}. */
    public static String day(long epochMilli) {
        return DAY.format(Instant.ofEpochMilli(epochMilli));
    }

    private static DateTimeFormatter formatter(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }
}
