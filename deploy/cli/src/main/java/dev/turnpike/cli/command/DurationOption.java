package dev.turnpike.cli.command;

import dev.turnpike.schemas.Settings;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as in settings files: {@code 250ms}, {@code 30s}, {@code 15m}, {@code 24h}, {@code 30d}. */
public final class DurationOption implements ITypeConverter<Duration> {

    @Override
    public Duration convert(String value) {
        try {
            return Settings.of(Map.of("duration", value)).duration("duration", Duration.ZERO, Duration.ofSeconds(1));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(value + ": must be at least 1s, as a number with ms, s, m, h or d");
        }
    }
}
