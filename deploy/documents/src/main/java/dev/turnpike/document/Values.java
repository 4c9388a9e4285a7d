package dev.turnpike.document;

import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.RequestSignature;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** How the values in files are read; each throws an IllegalArgumentException that says what would be right. */
final class Values {

    private static final long PPM = 1_000_000;

    private Values() {}

    /** Dollars as nano-dollars. */
    static long usd(String text) {
        long nanos;
        try {
            nanos = Money.parseUsd(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "must be a decimal amount of dollars with at most 9 places, below 9.2 billion", e);
        }
        if (nanos < 0) {
            throw new IllegalArgumentException("must not be negative");
        }
        return nanos;
    }

    /** An Ed25519 public key, as it was. */
    static String publicKey(String text) {
        return RequestSignature.text(RequestSignature.publicKey(text));
    }

    static long count(String text) {
        try {
            long count = Long.parseLong(text.replace("_", ""));
            if (count >= 0) {
                return count;
            }
        } catch (NumberFormatException e) {
            // answered below, as a negative number is
        }
        throw new IllegalArgumentException("must be a whole number from 0");
    }

    static long positive(String text) {
        long count;
        try {
            count = count(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("must be a whole number from 1", e);
        }
        if (count == 0) {
            throw new IllegalArgumentException("must be at least 1");
        }
        return count;
    }

    static Function<String, Integer> integer(int least, int most) {
        return text -> {
            try {
                int number = Integer.parseInt(text);
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // answered below, as a number out of range is
            }
            throw new IllegalArgumentException("must be a whole number from " + least + " to " + most);
        };
    }

    /** A probability or a share. */
    static double share(String text) {
        try {
            double share = new BigDecimal(text).doubleValue();
            if (share >= 0 && share <= 1) {
                return share;
            }
        } catch (NumberFormatException e) {
            // answered below, as a number out of range is
        }
        throw new IllegalArgumentException("must be a number from 0 to 1");
    }

    /** A factor such as 0.5 in parts per million. */
    static long factor(String text) {
        try {
            long ppm = new BigDecimal(text).multiply(BigDecimal.valueOf(PPM)).longValueExact();
            if (ppm > 0) {
                return ppm;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a factor such as 0.5", e);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("must be a factor with at most 6 places", e);
        }
        throw new IllegalArgumentException("must be greater than 0");
    }

    static boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    static Function<String, String> oneOf(String... names) {
        List<String> known = Arrays.asList(names);
        return text -> {
            if (!known.contains(text)) {
                throw new IllegalArgumentException("must be " + String.join(", ", known.subList(0, known.size() - 1))
                        + " or " + known.get(known.size() - 1));
            }
            return text;
        };
    }

    static String name(String text) {
        if (text.isBlank() || !text.equals(text.strip()) || text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("must be a name without spaces around it and control characters");
        }
        return text;
    }

    static String zone(String text) {
        try {
            return ZoneId.of(text).getId();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("must be an IANA time zone such as Europe/Berlin or UTC", e);
        }
    }

    static String dayOfWeek(String text) {
        return oneOf(Arrays.stream(DayOfWeek.values())
                        .map(day -> day.name().toLowerCase(Locale.ROOT))
                        .toArray(String[]::new))
                .apply(text);
    }

    static String period(String text) {
        return oneOf(Arrays.stream(BudgetWindow.Period.values())
                        .map(BudgetWindow.Period::wireName)
                        .toArray(String[]::new))
                .apply(text);
    }

    static String scope(String text) {
        if (text.startsWith("tag:") && !text.substring(4).isBlank()) {
            return text;
        }
        if (!List.of("team", "user", "task", "model").contains(text)) {
            throw new IllegalArgumentException("must be team, user, task, model or tag:NAME");
        }
        return text;
    }

    /** A date (its first instant in UTC) or an instant, as milliseconds since 1970-01-01 UTC. */
    static long instant(String text) {
        try {
            return text.contains("T")
                    ? Instant.parse(text).toEpochMilli()
                    : LocalDate.parse(text)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant()
                            .toEpochMilli();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "must be a date such as 2025-08-07 or an instant such as 2025-08-07T12:00:00Z", e);
        }
    }

    /** A duration such as 90s, 15m, 24h or 30d. */
    static Duration duration(String text) {
        try {
            long amount = Long.parseLong(text.substring(0, text.length() - 1));
            Duration duration = switch (text.charAt(text.length() - 1)) {
                case 's' -> Duration.ofSeconds(amount);
                case 'm' -> Duration.ofMinutes(amount);
                case 'h' -> Duration.ofHours(amount);
                case 'd' -> Duration.ofDays(amount);
                default -> Duration.ZERO;
            };
            if (duration.compareTo(Duration.ofSeconds(1)) >= 0) {
                return duration;
            }
        } catch (NumberFormatException | IndexOutOfBoundsException | ArithmeticException e) {
            // answered below, as a duration that is too short is
        }
        throw new IllegalArgumentException("must be a duration of at least 1s, such as 90s, 15m, 24h or 30d");
    }
}
