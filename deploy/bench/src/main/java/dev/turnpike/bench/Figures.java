package dev.turnpike.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured so far: each figure becomes a line of JSON at once, and all of them a table at the end. */
public final class Figures {

    private final PrintStream json;
    private final List<Figure> all = new ArrayList<>();

    /** @param json where the lines go */
    public Figures(PrintStream json) {
        this.json = json;
    }

    void add(Figure figure) {
        all.add(figure);
        json.println(figure.json());
        json.flush();
    }

    /** Says under which settings a side was measured, or why it was not. */
    void note(String bench, String side, String text) {
        json.printf(
                "{\"bench\":\"%s\",\"side\":\"%s\",\"note\":\"%s\"}%n",
                bench, side, text.replace("\\", "\\\\").replace("\"", "\\\""));
        json.flush();
    }

    /** All figures as a table in Markdown. */
    public String markdown() {
        StringBuilder table = new StringBuilder();
        table.append("| bench | figure | Turnpike | beside | its figure | ratio | aim | spread |\n")
                .append("|---|---|---|---|---|---|---|---|\n");
        for (Figure figure : all) {
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %s | %s | %s | %s |%n",
                    figure.bench(),
                    figure.name(),
                    Figure.number(Figure.median(figure.values())),
                    figure.baseline(),
                    figure.baselineValues().isEmpty() ? "" : Figure.number(Figure.median(figure.baselineValues())),
                    figure.baselineValues().isEmpty() ? "" : String.format(Locale.ROOT, "%.2f", figure.ratio()),
                    Double.isNaN(figure.target()) ? "" : Double.toString(figure.target()),
                    figure.spread()));
        }
        return table.toString();
    }
}
