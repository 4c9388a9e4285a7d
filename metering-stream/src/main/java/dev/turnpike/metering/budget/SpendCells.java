package dev.turnpike.metering.budget;

import dev.turnpike.metering.budget.SpendKey.Window;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.Copies;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.SpendAggregate;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Adds ledger entries up by hour and day of the team: one cell per user, model and task type, one per tag and
 * one for the task. Cells without a tag and a task add up to the team's total; those with one repeat the part that carries it.
 */
final class SpendCells {

    private SpendCells() {}

    /** The hour and the day that an entry is counted in. */
    static List<BudgetWindow> windowsOf(LedgerEntry entry, ZoneId zone) {
        return List.of(window(Window.HOUR, entry, zone), window(Window.DAY, entry, zone));
    }

    /** The cells that entries change, as they are afterwards; null from {@code known} is an empty cell. */
    static List<SpendAggregate> add(
            List<LedgerEntry> entries, ZoneId zone, Function<SpendKey, @Nullable SpendAggregate> known) {
        Map<SpendKey, SpendAggregate> changed = new LinkedHashMap<>();
        for (LedgerEntry entry : entries) {
            for (Window kind : Window.values()) {
                BudgetWindow window = window(kind, entry, zone);
                for (SpendKey key : keysOf(entry, kind, window.start())) {
                    SpendAggregate cell = changed.get(key);
                    if (cell == null) {
                        cell = known.apply(key);
                    }
                    changed.put(key, plus(cell == null ? empty(key, window.end()) : cell, entry));
                }
            }
        }
        return List.copyOf(changed.values());
    }

    private static BudgetWindow window(Window kind, LedgerEntry entry, ZoneId zone) {
        return BudgetWindow.at(kind.period(), zone, DayOfWeek.MONDAY, entry.getAdmittedAt());
    }

    private static List<SpendKey> keysOf(LedgerEntry entry, Window window, long start) {
        List<SpendKey> keys = new ArrayList<>(2 + entry.getTags().size());
        keys.add(new SpendKey(
                entry.getTeam(),
                window,
                start,
                entry.getUser(),
                entry.getProvider(),
                entry.getModel(),
                entry.getTaskType(),
                null,
                null,
                null));
        if (entry.getTaskId() != null) {
            keys.add(new SpendKey(
                    entry.getTeam(), window, start, null, null, null, null, null, null, entry.getTaskId()));
        }
        // sorted: the order of a map must not show in the output
        new TreeMap<>(entry.getTags())
                .forEach((tag, value) -> keys.add(
                        new SpendKey(entry.getTeam(), window, start, null, null, null, null, tag, value, null)));
        return keys;
    }

    private static SpendAggregate empty(SpendKey key, long windowEnd) {
        return SpendAggregate.newBuilder()
                .setTeam(key.team())
                .setUser(key.user())
                .setProvider(key.provider())
                .setModel(key.model())
                .setTaskType(key.taskType())
                .setTag(key.tag())
                .setTagValue(key.tagValue())
                .setTaskId(key.taskId())
                .setWindow(key.window().wireName())
                .setWindowStart(key.windowStart())
                .setWindowEnd(windowEnd)
                .setAmount(Amounts.ZERO.toAvro())
                .setEntries(0)
                .setInputTokens(0)
                .setCacheReadTokens(0)
                .setOutputTokens(0)
                .setBaselineNanoUsd(0)
                .build();
    }

    private static SpendAggregate plus(SpendAggregate cell, LedgerEntry entry) {
        Amounts amount = Amounts.of(entry.getAmount());
        long baseline = entry.getBaselineNanoUsd() == null ? amount.nanoUsd() : entry.getBaselineNanoUsd();
        var tokens = Entries.tokens(entry);
        SpendAggregate sum = Copies.of(cell);
        sum.setAmount(Amounts.of(cell.getAmount()).plus(amount).toAvro());
        sum.setEntries(cell.getEntries() + 1);
        sum.setInputTokens(Math.addExact(cell.getInputTokens(), tokens.inclusiveInput()));
        sum.setCacheReadTokens(Math.addExact(cell.getCacheReadTokens(), tokens.cacheRead()));
        sum.setOutputTokens(Math.addExact(cell.getOutputTokens(), tokens.inclusiveOutput()));
        sum.setBaselineNanoUsd(Math.addExact(cell.getBaselineNanoUsd(), baseline));
        sum.setUnpricedTokens(Math.addExact(cell.getUnpricedTokens(), entry.getUnpriced() ? amount.tokens() : 0));
        return sum;
    }
}
