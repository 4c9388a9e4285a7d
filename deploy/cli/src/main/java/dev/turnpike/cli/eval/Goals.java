package dev.turnpike.cli.eval;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the project wants to reach on the data sets it knows, from {@code goals.csv}, and what others have published. */
final class Goals {

    private Goals() {}

    static Report addTo(Report report) {
        List<Report.Goal> goals = new ArrayList<>();
        for (String[] row : rows()) {
            if (!row[0].equals(report.data()) || !row[1].equals(report.split())) {
                continue;
            }
            Double reached = reached(row[2], report);
            if (reached != null) {
                double must = Double.parseDouble(row[3]);
                boolean lowerIsBetter =
                        row[2].startsWith("cost") || row[2].startsWith("cpt") || row[2].startsWith("floor");
                goals.add(new Report.Goal(
                        row[2],
                        must,
                        Double.parseDouble(row[4]),
                        row[5].isEmpty() ? null : Double.valueOf(row[5]),
                        reached,
                        lowerIsBetter ? reached <= must : reached >= must));
            }
        }
        return new Report(
                report.data(),
                report.prompts(),
                report.split(),
                report.models(),
                report.pair(),
                report.pool(),
                report.floors(),
                report.dominatedPicks(),
                goals);
    }

    private static @Nullable Double reached(String measure, Report report) {
        Report.PairPolicy pair = report.pair().policies().get(0);
        Report.PoolPolicy pool = report.pool().policies().get(0);
        return switch (measure) {
            case "apgr" -> pair.apgr().value();
            case "cpt50" -> pair.cpt50().value();
            case "cpt80" -> pair.cpt80().value();
            case "costAt95" -> value(pool.costAt95());
            case "costAt99" -> value(pool.costAt99());
            case "unlimited" -> pool.unlimited().value();
            case "floorShortfallPoints" ->
                report.floors().stream()
                        .mapToDouble(Report.Floor::shortfallPoints)
                        .max()
                        .orElse(0);
            default -> throw new IllegalArgumentException("goals.csv: no measure " + measure);
        };
    }

    private static @Nullable Double value(Report.@Nullable Figure figure) {
        return figure == null ? null : Double.valueOf(figure.value());
    }

    private static List<String[]> rows() {
        try (InputStream in = Objects.requireNonNull(Goals.class.getResourceAsStream("goals.csv"));
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split(",", -1))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
