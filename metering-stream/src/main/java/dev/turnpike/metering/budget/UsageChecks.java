package dev.turnpike.metering.budget;

import dev.turnpike.schemas.event.UsageReport;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a usage report can be booked at all. */
public final class UsageChecks {

    private static final Set<String> STATUSES = Set.of("started", "ok", "error", "not-executed");

    // more than all the world uses in a day: one such report, added up, would leave no room for true ones
    private static final long MAX_TOKENS = 1_000_000_000_000L;
    private static final int MAX_TEXT = 512;
    private static final int MAX_ERROR = 10_000;
    private static final int MAX_TAGS = 64;

    private UsageChecks() {}

    /** What is wrong with a report, in one line; null where nothing is. */
    public static @Nullable String problem(UsageReport report) {
        if (report.getTeam().isEmpty()) {
            return "team: is empty; name who pays";
        }
        if (report.getUsageId().isEmpty()) {
            return "usage_id: is empty; give each report an id of its own";
        }
        if (report.getSource().isEmpty()) {
            return "source: is empty; name who reports";
        }
        if (report.getModel().isEmpty()) {
            return "model: is empty; name the model that was used";
        }
        if (report.getRequestId() != null && report.getRequestId().isEmpty()) {
            return "request_id: is empty; leave it out where there is none";
        }
        if (!STATUSES.contains(report.getStatus())) {
            return "status: " + report.getStatus() + " must be started, ok, error or not-executed";
        }
        if (report.getAttempt() != null && report.getAttempt() < 1) {
            return "attempt: " + report.getAttempt() + " must be at least 1";
        }
        if (report.getAttempts() != null && report.getAttempts() < 0) {
            return "attempts: " + report.getAttempts() + " must not be negative";
        }
        String tooLong = tooLong(report);
        if (tooLong != null) {
            return tooLong;
        }
        if (Math.max(report.getInputTokens(), report.getOutputTokens()) > MAX_TOKENS) {
            return "input_tokens: " + report.getInputTokens() + ", output_tokens: " + report.getOutputTokens()
                    + ": must be at most " + MAX_TOKENS;
        }
        return null;
    }

    // they are part of keys and repeated in every entry, window and cell
    private static @Nullable String tooLong(UsageReport report) {
        Map<String, @Nullable String> texts = new LinkedHashMap<>();
        texts.put("team", report.getTeam());
        texts.put("usage_id", report.getUsageId());
        texts.put("source", report.getSource());
        texts.put("model", report.getModel());
        texts.put("provider", report.getProvider());
        texts.put("request_id", report.getRequestId());
        texts.put("user", report.getUser());
        texts.put("task_id", report.getTaskId());
        texts.put("task_type", report.getTaskType());
        texts.put("service_tier", report.getServiceTier());
        texts.put("error", report.getError());
        for (Map.Entry<String, String> tag : report.getTags().entrySet()) {
            texts.put("a tag's name", tag.getKey());
            texts.put("tag " + tag.getKey(), tag.getValue());
            if (tag.getKey().length() > MAX_TEXT) {
                break;
            }
        }
        for (Map.Entry<String, @Nullable String> text : texts.entrySet()) {
            String value = text.getValue();
            int most = text.getKey().equals("error") ? MAX_ERROR : MAX_TEXT;
            if (value != null && value.length() > most) {
                return text.getKey() + ": has " + value.length() + " characters; at most " + most + " are taken";
            }
        }
        return report.getTags().size() <= MAX_TAGS
                ? null
                : "tags: there are " + report.getTags().size() + "; at most " + MAX_TAGS + " are taken";
    }
}
