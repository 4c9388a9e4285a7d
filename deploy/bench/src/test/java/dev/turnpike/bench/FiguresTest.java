package dev.turnpike.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {

    private final ByteArrayOutputStream json = new ByteArrayOutputStream();
    private final Figures figures = new Figures(new PrintStream(json, true, StandardCharsets.UTF_8));

    @Test
    void shouldMakeATableOfWhatWasMeasured() {
        // given
        figures.add(new Figure("route", "records", List.of(4.0, 6.0, 5.0), "PASS", List.of(10.0, 10.0, 10.0), 0.5));
        figures.add(Figure.alone("trace", "lost at 1x", 0));

        // when
        String table = figures.markdown();

        // then
        assertThat(table.lines())
                .containsExactly(
                        "| bench | figure | Turnpike | beside | its figure | ratio | aim | spread |",
                        "|---|---|---|---|---|---|---|---|",
                        "| route | records | 5 | PASS | 10 | 0.50 | 0.5 | 4 to 6 |",
                        "| trace | lost at 1x | 0 |  |  |  |  |  |");
    }

    @Test
    void shouldWriteALineOfJsonWhateverANoteSays() {
        figures.note("budgets", "REDIS", "left out: \"redis-server\" is missing");

        assertThat(json.toString(StandardCharsets.UTF_8).strip())
                .isEqualTo(
                        "{\"bench\":\"budgets\",\"side\":\"REDIS\",\"note\":\"left out: \\\"redis-server\\\" is missing\"}");
    }
}
