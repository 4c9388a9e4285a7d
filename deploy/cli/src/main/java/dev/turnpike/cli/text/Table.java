package dev.turnpike.cli.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.Money;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Rows for people, at most {@value #WIDTH} columns wide, or for programs as a JSON array of objects.
 *
 * @param <R> what one row shows
 */
public final class Table<R> {

    static final int WIDTH = 100;

    private static final int GAP = 2;
    private static final int LEAST = 6;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Column<R>> columns = new ArrayList<>();

    private record Column<R>(
            String name,
            String title,
            boolean right,
            Function<R, ? extends @Nullable Object> value,
            Function<R, String> text) {}

    /** A column of text; {@code name} is its name in JSON and, in capitals, its title. */
    public Table<R> text(String name, Function<R, ? extends @Nullable Object> value) {
        return column(name, title(name), false, value, Object::toString);
    }

    /** A column of text for people alone. */
    public Table<R> note(String title, Function<R, ? extends @Nullable Object> value) {
        return column("", title, false, value, Object::toString);
    }

    /** A column of numbers in words, for people alone. */
    public Table<R> number(String title, Function<R, @Nullable String> value) {
        return column("", title, true, value, Object::toString);
    }

    /** A column of whole numbers. */
    public Table<R> count(String name, Function<R, @Nullable Long> value) {
        return shown(name, true, value, number -> String.format(Locale.ROOT, "%,d", number));
    }

    /** A column for programs alone. */
    public Table<R> hidden(String name, Function<R, ? extends @Nullable Object> value) {
        return column(name, "", false, value, Object::toString);
    }

    /** A column of amounts whose unit differs from row to row. */
    public Table<R> amount(String name, Function<R, Unit> unit, ToLongFunction<R> value) {
        columns.add(new Column<>(
                name,
                title(name),
                true,
                value::applyAsLong,
                row -> unit.apply(row).display(value.applyAsLong(row))));
        return this;
    }

    /** A column of money: nano-dollars in JSON, dollars for people. */
    public Table<R> money(String name, Function<R, @Nullable Long> nanoUsd) {
        return column(name + "_nano_usd", title(name), true, nanoUsd, amount -> Money.display((Long) amount));
    }

    /** A column of shares of one, shown in percent. */
    public Table<R> share(String name, Function<R, @Nullable Double> value) {
        return shown(name, true, value, share -> String.format(Locale.ROOT, "%.1f %%", share * 100));
    }

    /** A column whose values differ between programs and people. */
    public <V> Table<R> shown(String name, boolean right, Function<R, @Nullable V> value, Function<V, String> display) {
        return shown(name, title(name), right, value, display);
    }

    /** The same under another title. */
    public <V> Table<R> shown(
            String name, String title, boolean right, Function<R, @Nullable V> value, Function<V, String> display) {
        @SuppressWarnings("unchecked") // the display only ever gets what the value gave
        Function<Object, String> untyped = object -> display.apply((V) object);
        return column(name, title, right, value, untyped);
    }

    public void print(PrintWriter out, List<R> rows, boolean json) {
        if (json) {
            out.println(json(rows));
        } else {
            lines(rows).forEach(out::println);
        }
    }

    private Table<R> column(
            String name,
            String title,
            boolean right,
            Function<R, ? extends @Nullable Object> value,
            Function<Object, String> display) {
        columns.add(new Column<>(name, title, right, value, row -> {
            Object cell = value.apply(row);
            return cell == null ? "-" : display.apply(cell);
        }));
        return this;
    }

    private List<String> lines(List<R> rows) {
        List<Column<R>> shown =
                columns.stream().filter(column -> !column.title.isEmpty()).toList();
        List<String[]> cells = new ArrayList<>();
        cells.add(shown.stream().map(Column::title).toArray(String[]::new));
        for (R row : rows) {
            cells.add(shown.stream().map(column -> column.text.apply(row)).toArray(String[]::new));
        }
        int[] widths = widths(shown, cells);
        List<String> lines = new ArrayList<>();
        for (String[] row : cells) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                line.append(" ".repeat(i == 0 ? 0 : GAP)).append(fit(row[i], widths[i], shown.get(i).right));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** As wide as the content; where that is too wide, the widest text columns give way first. */
    private int[] widths(List<Column<R>> shown, List<String[]> cells) {
        int[] widths = new int[shown.size()];
        for (String[] row : cells) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        int total = GAP * (widths.length - 1);
        for (int width : widths) {
            total += width;
        }
        for (; total > WIDTH; total--) {
            int widest = -1;
            for (int i = 0; i < widths.length; i++) {
                if (!shown.get(i).right && widths[i] > LEAST && (widest < 0 || widths[i] > widths[widest])) {
                    widest = i;
                }
            }
            if (widest < 0) {
                break;
            }
            widths[widest]--;
        }
        return widths;
    }

    private static String fit(String text, int width, boolean right) {
        String cut = text.length() <= width ? text : text.substring(0, width - 1) + "…";
        String pad = " ".repeat(width - cut.length());
        return right ? pad + cut : cut + pad;
    }

    private String json(List<R> rows) {
        List<Map<String, @Nullable Object>> objects = new ArrayList<>();
        for (R row : rows) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            for (Column<R> column : columns) {
                if (!column.name.isEmpty()) {
                    object.put(column.name, column.value.apply(row));
                }
            }
            objects.add(object);
        }
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(objects);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("plain values always have a JSON form", e);
        }
    }

    private static String title(String name) {
        return name.replace('_', ' ').toUpperCase(Locale.ROOT);
    }
}
