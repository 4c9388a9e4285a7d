package dev.turnpike.cli.view;

import dev.turnpike.cli.text.Table;
import dev.turnpike.cli.text.Times;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.event.SpendAggregate;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What was spent on one combination of dimensions, in one window or altogether.
 *
 * @param windowStart null for all windows together
 * @param by the values of the dimensions that were asked for
 * @param baselineNanoUsd what the same tokens would have cost at the strongest model
 */
public record SpendLine(
        @Nullable Long windowStart,
        List<String> by,
        long requests,
        long inputTokens,
        long outputTokens,
        long nanoUsd,
        long baselineNanoUsd) {

    private static final Map<String, Function<SpendAggregate, @Nullable String>> DIMENSIONS = dimensions();

    /**
     * Which cells count.
     *
     * @param team null for all
     * @param by names of dimensions
     * @param window {@code 1h} or {@code 1d} for a line per window; null for one line over all of them
     * @param from first instant, milliseconds since 1970-01-01 UTC
     * @param to first instant after
     */
    public record Query(
            @Nullable String team,
            List<String> by,
            @Nullable String window,
            long from,
            long to) {

        public Query {
            for (String dimension : by) {
                if (!DIMENSIONS.containsKey(dimension)) {
                    throw new IllegalArgumentException(
                            "--by " + dimension + ": must be of " + String.join(", ", DIMENSIONS.keySet()));
                }
            }
        }

        private boolean includes(SpendAggregate cell) {
            return cell.getTag() == null
                    && cell.getTaskId() == null
                    && cell.getWindow().equals(window == null ? "1h" : window)
                    && (team == null || cell.getTeam().equals(team))
                    && cell.getWindowStart() < to
                    && cell.getWindowEnd() > from;
        }
    }

    /** Lines by window, then the dearest first. */
    public static List<SpendLine> of(Collection<SpendAggregate> cells, Query query) {
        Map<List<Object>, SpendLine> lines = new LinkedHashMap<>();
        for (SpendAggregate cell : cells) {
            if (query.includes(cell)) {
                SpendLine line = of(cell, query);
                lines.merge(List.of(line.start(), line.by), line, SpendLine::plus);
            }
        }
        return lines.values().stream()
                .sorted(Comparator.comparingLong(SpendLine::start)
                        .thenComparing(
                                Comparator.comparingLong(SpendLine::nanoUsd).reversed())
                        .thenComparing(line -> line.by.toString()))
                .toList();
    }

    /** The columns of a table of lines. */
    public static Table<SpendLine> table(Query query) {
        Table<SpendLine> table = new Table<>();
        if (query.window != null) {
            table.shown("window", false, SpendLine::windowStart, Times::minute);
        }
        for (int i = 0; i < query.by.size(); i++) {
            int dimension = i;
            table.text(query.by.get(i), line -> line.by.get(dimension));
        }
        return table.count("requests", SpendLine::requests)
                .count("input_tokens", SpendLine::inputTokens)
                .count("output_tokens", SpendLine::outputTokens)
                .money("spent", SpendLine::nanoUsd)
                .money("saved", line -> line.baselineNanoUsd - line.nanoUsd);
    }

    private static SpendLine of(SpendAggregate cell, Query query) {
        List<String> values = query.by.stream()
                .map(dimension -> {
                    var value = DIMENSIONS.get(dimension);
                    String text = value == null ? null : value.apply(cell);
                    return text == null ? "-" : text;
                })
                .toList();
        return new SpendLine(
                query.window == null ? null : cell.getWindowStart(),
                values,
                cell.getAmount().getRequests(),
                cell.getInputTokens(),
                cell.getOutputTokens(),
                cell.getAmount().getNanoUsd(),
                cell.getBaselineNanoUsd());
    }

    private SpendLine plus(SpendLine other) {
        return new SpendLine(
                windowStart,
                by,
                requests + other.requests,
                inputTokens + other.inputTokens,
                outputTokens + other.outputTokens,
                Math.addExact(nanoUsd, other.nanoUsd),
                Math.addExact(baselineNanoUsd, other.baselineNanoUsd));
    }

    private long start() {
        return windowStart == null ? 0 : windowStart;
    }

    private static Map<String, Function<SpendAggregate, @Nullable String>> dimensions() {
        Map<String, Function<SpendAggregate, @Nullable String>> dimensions = new LinkedHashMap<>();
        dimensions.put("team", SpendAggregate::getTeam);
        dimensions.put("user", SpendAggregate::getUser);
        dimensions.put(
                "model",
                cell -> cell.getModel() == null ? null : BudgetScopes.offerId(cell.getProvider(), cell.getModel()));
        dimensions.put("provider", SpendAggregate::getProvider);
        dimensions.put("task_type", SpendAggregate::getTaskType);
        return dimensions;
    }
}
