package dev.turnpike.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Amounts.Unit;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TableTest {

    private record Row(String name, @Nullable Long nanoUsd, long tokens) {}

    private final Table<Row> table = new Table<Row>()
            .text("model", Row::name)
            .money("spent", Row::nanoUsd)
            .count("tokens", Row::tokens)
            .amount("limit", row -> Unit.TOKENS, Row::tokens)
            .hidden("secret", row -> "x");

    @Test
    void shouldAlignTextLeftAndNumbersRight() {
        List<String> lines = lines(new Row("a", 1_500_000_000L, 1_234_567), new Row("longer", null, 1));

        assertThat(lines)
                .containsExactly(
                        "MODEL   SPENT     TOKENS             LIMIT",
                        "a       $1.50  1,234,567  1,234,567 tokens",
                        "longer      -          1          1 tokens");
    }

    @Test
    void shouldCutTheWidestTextToKeepWithinTheWidth() {
        List<String> lines = lines(new Row("m".repeat(200), 0L, 1));

        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(Table.WIDTH));
        assertThat(lines.get(1)).contains("m…").endsWith("1 tokens");
    }

    @Test
    void shouldWriteJsonWithRawValuesAndHiddenColumns() {
        StringWriter text = new StringWriter();

        table.print(new PrintWriter(text, true), List.of(new Row("a", null, 7)), true);

        assertThat(text.toString().replaceAll("\\s", ""))
                .isEqualTo("[{\"model\":\"a\",\"spent_nano_usd\":null,\"tokens\":7,\"limit\":7,\"secret\":\"x\"}]");
    }

    private List<String> lines(Row... rows) {
        StringWriter text = new StringWriter();
        table.print(new PrintWriter(text, true), List.of(rows), false);
        return text.toString().lines().toList();
    }
}
