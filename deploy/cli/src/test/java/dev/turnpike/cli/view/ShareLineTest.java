package dev.turnpike.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cli.view.ShareLine.Rank;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShareLineTest {

    private static final List<SpendLine> LINES = List.of(
            line(0, "openai", 9, 100, 700), line(0, "deepseek", 1, 900, 300), line(86_400_000, "openai", 1, 5, 10));

    @Test
    void shouldShareOutEachDayAmongThoseThatWereUsedOnIt() {
        assertThat(print(Rank.SPEND))
                .containsExactly(
                        "DAY         PROVIDER  REQUESTS  OF REQUESTS  TOKENS  OF TOKENS         SPENT  OF SPEND",
                        "1970-01-01  openai           9       90.0 %     100     10.0 %  $0.000000700    70.0 %",
                        "1970-01-01  deepseek         1       10.0 %     900     90.0 %  $0.000000300    30.0 %",
                        "1970-01-02  openai           1      100.0 %       5    100.0 %  $0.000000010   100.0 %");
    }

    @Test
    void shouldRankByWhatIsAskedFor() {
        assertThat(print(Rank.TOKENS).get(1)).contains("deepseek");
        assertThat(print(Rank.REQUESTS).get(1)).contains("openai");
    }

    private static List<String> print(Rank rank) {
        var out = new StringWriter();
        var query = new SpendLine.Query(null, List.of("provider"), "1d", Long.MIN_VALUE, Long.MAX_VALUE);
        ShareLine.table(query).print(new PrintWriter(out, true), ShareLine.of(LINES, rank), false);
        return out.toString().lines().toList();
    }

    private static SpendLine line(long start, String provider, long requests, long tokens, long nanoUsd) {
        return new SpendLine(start, List.of(provider), requests, tokens / 2, tokens - tokens / 2, nanoUsd, nanoUsd);
    }
}
