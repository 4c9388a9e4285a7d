package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.event.SpendAggregate;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Spend cells added up by one dimension: a line per team, window and value. */
final class SpendAnswer {

    private static final String TAG = "tag:";

    private final String by;
    private final Map<Line, SpendAggregate> sums = new TreeMap<>(Comparator.comparing(Line::team)
            .thenComparingLong(Line::windowStart)
            .thenComparing(Line::value, Comparator.nullsFirst(Comparator.naturalOrder())));

    /** @param value null where it is not stated */
    private record Line(
            String team, long windowStart, @Nullable String value) {}

    /** @param by user, model, task_type, tag:NAME, or team for one line per team and window */
    SpendAnswer(String by) {
        if (!by.equals("team")
                && !by.equals("user")
                && !by.equals("model")
                && !by.equals("task_type")
                && !(by.startsWith(TAG) && by.length() > TAG.length())) {
            throw Problem.badRequest("by=" + by + ": must be team, user, model, task_type or tag:NAME");
        }
        this.by = by;
    }

    void add(SpendAggregate cell) {
        // cells of a tag or a task repeat what the others add up to
        String tag = by.startsWith(TAG) ? by.substring(TAG.length()) : null;
        if (tag == null ? cell.getTag() == null && cell.getTaskId() == null : tag.equals(cell.getTag())) {
            sums.merge(new Line(cell.getTeam(), cell.getWindowStart(), value(cell)), cell, SpendAnswer::plus);
        }
    }

    ObjectNode answer(String window) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("window", window).put("by", by);
        ArrayNode lines = answer.putArray("spend");
        sums.forEach((line, sum) -> lines.addObject()
                .put("team", line.team)
                .put("window_start", line.windowStart)
                .put("window_end", sum.getWindowEnd())
                .put("value", line.value)
                .put("nano_usd", sum.getAmount().getNanoUsd())
                .put("tokens", sum.getAmount().getTokens())
                .put("requests", sum.getAmount().getRequests())
                .put("entries", sum.getEntries())
                .put("input_tokens", sum.getInputTokens())
                .put("cache_read_tokens", sum.getCacheReadTokens())
                .put("output_tokens", sum.getOutputTokens())
                .put("baseline_nano_usd", sum.getBaselineNanoUsd())
                .put("unpriced_tokens", sum.getUnpricedTokens()));
        return answer;
    }

    private @Nullable String value(SpendAggregate cell) {
        return switch (by) {
            case "team" -> cell.getTeam();
            case "user" -> cell.getUser();
            case "model" -> BudgetScopes.offerId(cell.getProvider(), String.valueOf(cell.getModel()));
            case "task_type" -> cell.getTaskType();
            default -> cell.getTagValue();
        };
    }

    private static SpendAggregate plus(SpendAggregate one, SpendAggregate other) {
        return SpendAggregate.newBuilder(one)
                .setAmount(Amounts.of(one.getAmount())
                        .plus(Amounts.of(other.getAmount()))
                        .toAvro())
                .setEntries(one.getEntries() + other.getEntries())
                .setInputTokens(one.getInputTokens() + other.getInputTokens())
                .setCacheReadTokens(one.getCacheReadTokens() + other.getCacheReadTokens())
                .setOutputTokens(one.getOutputTokens() + other.getOutputTokens())
                .setBaselineNanoUsd(one.getBaselineNanoUsd() + other.getBaselineNanoUsd())
                .setUnpricedTokens(one.getUnpricedTokens() + other.getUnpricedTokens())
                .build();
    }
}
