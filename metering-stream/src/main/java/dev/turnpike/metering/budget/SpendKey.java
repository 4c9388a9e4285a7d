package dev.turnpike.metering.budget;

import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.FormEncoding;
import dev.turnpike.schemas.event.SpendAggregate;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a spend cell. As text it sorts by team, kind of window and time, so that the cells of a span of time lie
 * together.
 */
public record SpendKey(
        String team,
        Window window,
        long windowStart,
        @Nullable String user,
        @Nullable String provider,
        @Nullable String model,
        @Nullable String taskType,
        @Nullable String tag,
        @Nullable String tagValue,
        @Nullable String taskId) {

    // form-encoding never leaves a tilde
    private static final String NOT_STATED = "~";
    // of milliseconds until the year 5138
    private static final int DIGITS = 14;

    /** How long a cell is. */
    public enum Window {
        HOUR("1h", BudgetWindow.Period.HOUR),
        DAY("1d", BudgetWindow.Period.DAY);

        private final String wireName;
        private final BudgetWindow.Period period;

        Window(String wireName, BudgetWindow.Period period) {
            this.wireName = wireName;
            this.period = period;
        }

        /**
         * The window of a name.
         *
         * @throws IllegalArgumentException for anything but 1h and 1d
         */
        public static Window parse(String name) {
            for (Window window : values()) {
                if (window.wireName.equals(name)) {
                    return window;
                }
            }
            throw new IllegalArgumentException("window=" + name + ": must be 1h or 1d");
        }

        /** The name in events and queries. */
        public String wireName() {
            return wireName;
        }

        BudgetWindow.Period period() {
            return period;
        }
    }

    public String encode() {
        String key = at(team, window, windowStart)
                + '/'
                + part(user)
                + '/'
                + part(provider)
                + '/'
                + part(model)
                + '/'
                + part(taskType)
                + '/'
                + part(tag)
                + '/'
                + part(tagValue);
        return taskId == null ? key : key + '/' + part(taskId);
    }

    /** What the keys of all cells of a team that begin at an instant begin with; sorts like the instant. */
    public static String at(String team, Window window, long windowStart) {
        String digits = Long.toString(windowStart);
        return part(team) + '/' + window.wireName() + '/' + "0".repeat(DIGITS - digits.length()) + digits;
    }

    /** Sorts behind the keys of all cells of a team in a kind of window. */
    public static String after(String team, Window window) {
        return part(team) + '/' + window.wireName() + (char) ('/' + 1);
    }

    /** Sorts behind the keys of all cells of a team, and before those of the next. */
    public static String after(String team) {
        return part(team) + (char) ('/' + 1);
    }

    /** The key of a cell. */
    public static SpendKey of(SpendAggregate cell) {
        return new SpendKey(
                cell.getTeam(),
                Window.parse(cell.getWindow()),
                cell.getWindowStart(),
                cell.getUser(),
                cell.getProvider(),
                cell.getModel(),
                cell.getTaskType(),
                cell.getTag(),
                cell.getTagValue(),
                cell.getTaskId());
    }

    private static String part(@Nullable String text) {
        return text == null ? NOT_STATED : FormEncoding.encode(text);
    }
}
