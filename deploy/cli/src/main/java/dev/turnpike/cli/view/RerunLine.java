package dev.turnpike.cli.view;

import dev.turnpike.cli.rerun.Rerun;
import dev.turnpike.cli.rerun.Tally;
import dev.turnpike.cli.text.Table;
import dev.turnpike.schemas.Money;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One figure of a replay.
 *
 * @param display of a value, for people
 */
public record RerunLine(
        String figure,
        @Nullable Number recorded,
        @Nullable Number present,
        @Nullable Number changed,
        Function<Number, String> display) {

    private static final Function<Number, String> COUNT =
            number -> String.format(Locale.ROOT, "%,d", number.longValue());
    private static final Function<Number, String> MONEY = number -> Money.display(number.longValue());
    private static final Function<Number, String> SHARE =
            number -> String.format(Locale.ROOT, "%.3f", number.doubleValue());

    /** The figures from the whole to its parts. */
    public static List<RerunLine> of(Rerun rerun) {
        List<RerunLine> lines = new ArrayList<>();
        lines.add(line("requests", rerun, Tally::requests, COUNT));
        lines.add(line("dispatched", rerun, Tally::dispatched, COUNT));
        lines.add(line("downgraded", rerun, Tally::downgraded, COUNT));
        lines.addAll(parts("rejected", rerun, Tally::rejections));
        lines.add(line("expected cost", rerun, Tally::nanoUsd, MONEY));
        lines.add(line("expected success", rerun, Tally::success, SHARE));
        lines.add(line("cost per completed task", rerun, Tally::perCompleted, MONEY));
        lines.addAll(parts("to", rerun, Tally::models));
        return lines;
    }

    /** The columns of a table of lines. */
    public static Table<RerunLine> table() {
        return new Table<RerunLine>()
                .text("figure", RerunLine::figure)
                .hidden("recorded", RerunLine::recorded)
                .hidden("present", RerunLine::present)
                .hidden("changed", RerunLine::changed)
                .number("RECORDED", line -> line.text(line.recorded))
                .number("PRESENT", line -> line.text(line.present))
                .number("CHANGED", line -> line.text(line.changed))
                .number("CHANGE", RerunLine::change);
    }

    private @Nullable String text(@Nullable Number number) {
        return number == null ? null : display.apply(number);
    }

    /** From present to changed, in percent. */
    private @Nullable String change() {
        if (present == null || changed == null || present.doubleValue() == 0) {
            return null;
        }
        double change = 100 * (changed.doubleValue() - present.doubleValue()) / present.doubleValue();
        return String.format(Locale.ROOT, "%+.1f %%", change);
    }

    private static RerunLine line(
            String figure, Rerun rerun, Function<Tally, @Nullable Number> value, Function<Number, String> display) {
        return new RerunLine(
                figure,
                value.apply(rerun.recorded()),
                value.apply(rerun.present()),
                value.apply(rerun.changed()),
                display);
    }

    private static List<RerunLine> parts(String name, Rerun rerun, Function<Tally, Map<String, Long>> parts) {
        var keys = new TreeSet<>(parts.apply(rerun.recorded()).keySet());
        keys.addAll(parts.apply(rerun.present()).keySet());
        keys.addAll(parts.apply(rerun.changed()).keySet());
        return keys.stream()
                .map(key -> line(
                        name + ' ' + key, rerun, tally -> parts.apply(tally).getOrDefault(key, 0L), COUNT))
                .toList();
    }
}
