package dev.turnpike.cli.view;

import dev.turnpike.cli.text.Table;
import dev.turnpike.cli.text.Times;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A model's, provider's or team's part in all that was used.
 *
 * @param spend what it used
 * @param tokens of all its window's lines together
 * @param nanoUsd the same
 * @param requests the same
 */
public record ShareLine(SpendLine spend, long tokens, long nanoUsd, long requests) {

    /** What lines are ranked by. */
    public enum Rank {
        SPEND,
        TOKENS,
        REQUESTS;

        private long of(SpendLine line) {
            return switch (this) {
                case SPEND -> line.nanoUsd();
                case TOKENS -> line.inputTokens() + line.outputTokens();
                case REQUESTS -> line.requests();
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Lines with their shares of the window they are in, by window, then the largest first. */
    public static List<ShareLine> of(List<SpendLine> lines, Rank rank) {
        return lines.stream()
                .map(line -> new ShareLine(
                        line,
                        sum(lines, line, Rank.TOKENS),
                        sum(lines, line, Rank.SPEND),
                        sum(lines, line, Rank.REQUESTS)))
                .sorted(Comparator.<ShareLine>comparingLong(line -> start(line.spend))
                        .thenComparing(Comparator.<ShareLine>comparingLong(line -> rank.of(line.spend))
                                .reversed())
                        .thenComparing(line -> line.spend.by().toString()))
                .toList();
    }

    /** The columns of a table of lines. */
    public static Table<ShareLine> table(SpendLine.Query query) {
        Table<ShareLine> table = new Table<>();
        if (query.window() != null) {
            table.shown("day", false, line -> line.spend.windowStart(), Times::day);
        }
        for (int i = 0; i < query.by().size(); i++) {
            int dimension = i;
            table.text(query.by().get(i), line -> line.spend.by().get(dimension));
        }
        return table.count("requests", line -> line.spend.requests())
                .share("of_requests", line -> share(line.spend.requests(), line.requests))
                .count("tokens", line -> Rank.TOKENS.of(line.spend))
                .share("of_tokens", line -> share(Rank.TOKENS.of(line.spend), line.tokens))
                .money("spent", line -> line.spend.nanoUsd())
                .share("of_spend", line -> share(line.spend.nanoUsd(), line.nanoUsd));
    }

    private static @Nullable Double share(long part, long whole) {
        return whole == 0 ? null : (Double) ((double) part / whole);
    }

    private static long sum(List<SpendLine> lines, SpendLine of, Rank what) {
        return lines.stream()
                .filter(line -> start(line) == start(of))
                .mapToLong(what::of)
                .sum();
    }

    private static long start(SpendLine line) {
        return line.windowStart() == null ? 0 : line.windowStart();
    }
}
