package dev.turnpike.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cli.audit.Finding;
import dev.turnpike.cli.audit.Report;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class FindingsTest {

    private final Report report = new Report(
            "127.0.0.1:9092",
            "llm.",
            1_234,
            7,
            Long.MIN_VALUE,
            List.of(
                    new Finding(1, "one decision per request", "3 decisions", 0, List.of()),
                    new Finding(
                            2,
                            "spent + held within hard limits",
                            "2 dispatches",
                            3,
                            List.of("decisions-1@5: " + "beyond the limit ".repeat(8), "decisions-1@6: too much"))));

    @Test
    void shouldTellWhatHoldsWhatIsBrokenAndWhere() {
        assertThat(print(false).lines())
                .containsExactly(
                        "audit of llm.* on 127.0.0.1:9092: 1,234 records",
                        "7 inputs were in flight and are not judged",
                        "",
                        "law 1  holds   one decision per request",
                        "               3 decisions",
                        "law 2  BROKEN  spent + held within hard limits",
                        "               2 dispatches",
                        "             ! decisions-1@5: beyond the limit beyond the limit beyond the limit beyond the limit",
                        "               beyond the limit beyond the limit beyond the limit beyond the limit",
                        "             ! decisions-1@6: too much",
                        "             ! and 1 more",
                        "",
                        "1 of 2 laws hold");
    }

    @Test
    void shouldGiveTheSameToPrograms() {
        assertThat(print(true))
                .contains(
                        "\"records\" : 1234",
                        "\"in_flight\" : 7",
                        "\"law\" : 2",
                        "\"holds\" : false",
                        "\"broken\" : 3");
    }

    private String print(boolean json) {
        StringWriter text = new StringWriter();
        new Findings(report).print(new PrintWriter(text, true), json);
        return text.toString();
    }
}
