package dev.turnpike.schemas;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Settings by dotted name, in this order: what was given explicitly (flags), environment variables ({@code TURNPIKE_}
 * and the name in capitals with underscores for dots and hyphens), a properties file.
 */
public final class Settings {

    private static final String ENVIRONMENT_PREFIX = "TURNPIKE_";

    private final Map<String, String> explicit;
    private final Map<String, String> environment;
    private final Map<String, String> file;

    public Settings(Map<String, String> explicit, Map<String, String> environment, Map<String, String> file) {
        this.explicit = Map.copyOf(explicit);
        this.environment = Map.copyOf(environment);
        this.file = Map.copyOf(file);
    }

    /** Settings from a map alone. */
    public static Settings of(Map<String, String> values) {
        return new Settings(values, Map.of(), Map.of());
    }

    /**
     * Settings of a process: flags, its environment, and a properties file if one is named.
     *
     * @throws IllegalArgumentException if the file cannot be read
     */
    public static Settings load(Map<String, String> flags, @Nullable Path file) {
        Map<String, String> fromFile = new HashMap<>();
        if (file != null) {
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
            }
            properties.forEach((key, value) -> fromFile.put((String) key, (String) value));
        }
        return new Settings(flags, System.getenv(), fromFile);
    }

    public @Nullable String find(String key) {
        String value = explicit.get(key);
        if (value == null) {
            value = environment.get(
                    ENVIRONMENT_PREFIX + key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT));
        }
        return value != null ? value : file.get(key);
    }

    public String text(String key, String otherwise) {
        String value = find(key);
        return value == null ? otherwise : value;
    }

    public String required(String key) {
        String value = find(key);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(
                    key + ": is missing; set it in the properties file or as " + ENVIRONMENT_PREFIX
                            + key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT));
        }
        return value;
    }

    public int integer(String key, int otherwise, int least, int most) {
        return (int) number(key, otherwise, least, most);
    }

    public long number(String key, long otherwise, long least, long most) {
        String value = find(key);
        if (value == null) {
            return otherwise;
        }
        String cure = "must be a whole number from " + least + " to " + most;
        return checked(key, value, cure, Settings::parse, number -> number >= least && number <= most);
    }

    /** A duration such as {@code 250ms}, {@code 30s}, {@code 15m}, {@code 24h} or {@code 30d}. */
    public Duration duration(String key, Duration otherwise, Duration least) {
        String value = find(key);
        if (value == null) {
            return otherwise;
        }
        String cure = "must be at least " + display(least) + ", as a number with ms, s, m, h or d";
        return Duration.ofMillis(
                checked(key, value, cure, Settings::parseMillis, millis -> millis >= least.toMillis()));
    }

    public boolean flag(String key, boolean otherwise) {
        String value = find(key);
        if (value == null) {
            return otherwise;
        }
        return switch (value.trim()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(key + "=" + value + ": must be true or false");
        };
    }

    /**
     * Everything below a prefix, without the prefix, in the order above. A variable's underscores stand for dots:
     * {@code TURNPIKE_KAFKA_SECURITY_PROTOCOL} is {@code security.protocol} below {@code kafka.}.
     */
    public Map<String, String> below(String prefix) {
        Map<String, String> dotted = new HashMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(ENVIRONMENT_PREFIX)) {
                dotted.put(
                        name.substring(ENVIRONMENT_PREFIX.length())
                                .replace('_', '.')
                                .toLowerCase(Locale.ROOT),
                        value);
            }
        });
        Map<String, String> found = new HashMap<>();
        for (Map<String, String> source : List.of(file, dotted, explicit)) {
            source.forEach((key, value) -> {
                if (key.startsWith(prefix)) {
                    found.put(key.substring(prefix.length()), value);
                }
            });
        }
        return found;
    }

    private interface Parser {
        long parse(String text);
    }

    private static long checked(String key, String value, String cure, Parser parser, LongPredicate accepted) {
        long parsed;
        try {
            parsed = parser.parse(value.trim());
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException(key + "=" + value + ": " + cure, e);
        }
        if (!accepted.test(parsed)) {
            throw new IllegalArgumentException(key + "=" + value + ": " + cure);
        }
        return parsed;
    }

    private static long parse(String text) {
        return Long.parseLong(text);
    }

    private static long parseMillis(String text) {
        int digits = 0;
        while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
            digits++;
        }
        long amount = Long.parseLong(text.substring(0, digits));
        return switch (text.substring(digits)) {
            case "ms" -> amount;
            case "s" -> Math.multiplyExact(amount, 1_000L);
            case "m" -> Math.multiplyExact(amount, 60_000L);
            case "h" -> Math.multiplyExact(amount, 3_600_000L);
            case "d" -> Math.multiplyExact(amount, 86_400_000L);
            default -> throw new IllegalArgumentException("unknown unit");
        };
    }

    private static String display(Duration duration) {
        return duration.toMillis() % 1_000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
