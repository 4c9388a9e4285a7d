package dev.turnpike.cli.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Arrival times and token counts of real requests, in the columns of the Azure LLM inference traces: {@code TIMESTAMP},
 * {@code ContextTokens}, {@code GeneratedTokens}.
 */
public record Trace(List<Arrival> arrivals) {

    /** The excerpt that comes with the program. */
    public static final String SHIPPED = "azure-code";

    private static final String HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens";
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss[.SSSSSSS]");

    /**
     * One request of a trace.
     *
     * @param after time since the first request
     */
    public record Arrival(Duration after, int inputTokens, int outputTokens) {}

    /**
     * The shipped excerpt by its name, or a file of the same columns.
     *
     * @throws IllegalArgumentException naming file, line and cure
     */
    public static Trace named(String trace) {
        if (!trace.equals(SHIPPED)) {
            try (BufferedReader reader = Files.newBufferedReader(Path.of(trace))) {
                return read(reader, trace);
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "--demo " + trace + ": cannot be read; give " + SHIPPED
                                + ", none or a CSV file with the columns " + HEADER,
                        e);
            }
        }
        String resource = "/demo/" + SHIPPED + ".csv";
        try (InputStream shipped = Trace.class.getResourceAsStream(resource)) {
            if (shipped == null) {
                throw new IllegalStateException(resource + ": is not in this build");
            }
            return read(new BufferedReader(new InputStreamReader(shipped, StandardCharsets.UTF_8)), resource);
        } catch (IOException e) {
            throw new IllegalStateException(resource + ": cannot be read", e);
        }
    }

    /** From the first arrival to the last. */
    public Duration length() {
        return arrivals.get(arrivals.size() - 1).after();
    }

    private static Trace read(BufferedReader reader, String name) throws IOException {
        String header = reader.readLine();
        if (!HEADER.equals(header)) {
            throw new IllegalArgumentException(name + ":1: the columns must be " + HEADER);
        }
        List<Arrival> arrivals = new ArrayList<>();
        LocalDateTime first = null;
        int number = 1;
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            number++;
            Row row = row(line, name, number);
            first = first == null ? row.at() : first;
            arrivals.add(new Arrival(Duration.between(first, row.at()), row.inputTokens(), row.outputTokens()));
        }
        if (arrivals.isEmpty()) {
            throw new IllegalArgumentException(name + ": has no requests");
        }
        return new Trace(List.copyOf(arrivals));
    }

    private record Row(LocalDateTime at, int inputTokens, int outputTokens) {}

    private static Row row(String line, String name, int number) {
        String[] cells = line.split(",", -1);
        @Nullable RuntimeException cause = null;
        if (cells.length == 3) {
            try {
                return new Row(
                        LocalDateTime.parse(cells[0], TIMESTAMP),
                        Integer.parseInt(cells[1]),
                        Integer.parseInt(cells[2]));
            } catch (DateTimeParseException | NumberFormatException e) {
                cause = e;
            }
        }
        throw new IllegalArgumentException(
                name + ":" + number + ": " + line + ": must be a time and two whole numbers", cause);
    }
}
