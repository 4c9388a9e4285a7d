package dev.turnpike.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FigureTest {

    @Test
    void shouldCompareTheMediansOfAllRuns() {
        var figure = new Figure(
                "route",
                "records per CPU second",
                List.of(90.0, 30_000.4, 40_000.0),
                "PASS_THROUGH",
                List.of(60_000.0, 50_000.0, 70_000.0),
                0.5);

        assertThat(figure.json())
                .isEqualTo("{\"bench\":\"route\",\"figure\":\"records per CPU second\",\"value\":30000,"
                        + "\"baseline\":\"PASS_THROUGH\",\"baseline_value\":60000,\"ratio\":0.500,\"target\":0.5,"
                        + "\"runs\":[90,30000,40000],\"baseline_runs\":[60000,50000,70000]}");
    }

    @Test
    void shouldTakeTheMiddleBetweenTwoRuns() {
        assertThat(Figure.median(List.of(4.0, 1.0, 2.0, 3.0))).isEqualTo(2.5);
    }

    @Test
    void shouldSayNothingOfABaselineWhereThereIsNone() {
        var figure = new Figure("loop", "requests per second", List.of(2_500.0), "", List.of(), Double.NaN);

        assertThat(figure.json())
                .isEqualTo("{\"bench\":\"loop\",\"figure\":\"requests per second\",\"value\":2500,\"runs\":[2500]}");
    }
}
