package dev.turnpike.sink.webhook;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.schemas.event.BudgetAlert;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.StringJoiner;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** What is posted about an alert. */
enum Shape {
    /** The event as one JSON object, with the field names, units and nulls of {@code BudgetAlert}. */
    JSON {
        @Override
        ObjectNode of(BudgetAlert alert, @Nullable String routingKey) {
            return event(alert);
        }
    },
    /** A message for an incoming webhook of Slack; Mattermost and others take it too. */
    SLACK {
        @Override
        ObjectNode of(BudgetAlert alert, @Nullable String routingKey) {
            String text = escaped(alert.getMessage());
            ObjectNode message = MAPPER.createObjectNode().put("text", text);
            var blocks = message.putArray("blocks");
            blocks.addObject()
                    .put("type", "section")
                    .putObject("text")
                    .put("type", "mrkdwn")
                    .put("text", mark(alert) + " " + text);
            blocks.addObject()
                    .put("type", "context")
                    .putArray("elements")
                    .addObject()
                    .put("type", "mrkdwn")
                    .put("text", escaped(context(alert)));
            return message;
        }
    },
    /** An event of PagerDuty's Events API v2; the same alert sent twice stays one incident. */
    PAGERDUTY {
        @Override
        ObjectNode of(BudgetAlert alert, @Nullable String routingKey) {
            ObjectNode event = MAPPER.createObjectNode()
                    .put("routing_key", routingKey)
                    .put("event_action", "trigger")
                    .put("dedup_key", alert.getAlertId());
            String summary = alert.getMessage();
            ObjectNode payload = event.putObject("payload")
                    .put("summary", summary.length() <= MOST_SUMMARY ? summary : summary.substring(0, MOST_SUMMARY))
                    .put("source", "turnpike")
                    .put("severity", severity(alert))
                    .put("timestamp", Instant.ofEpochMilli(alert.getRaisedAt()).toString())
                    .put("component", alert.getBudget())
                    .put("group", whose(alert))
                    .put("class", alert.getKind());
            payload.set("custom_details", event(alert));
            return event;
        }
    };

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MOST_SUMMARY = 1_024;

    abstract ObjectNode of(BudgetAlert alert, @Nullable String routingKey);

    /** As settings name it. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode event(BudgetAlert alert) {
        ObjectNode event = MAPPER.createObjectNode();
        for (Schema.Field field : alert.getSchema().getFields()) {
            event.set(field.name(), MAPPER.valueToTree(alert.get(field.pos())));
        }
        return event;
    }

    private static String severity(BudgetAlert alert) {
        boolean isSpent = alert.getThreshold() != null && alert.getThreshold() >= 100;
        if (isSpent && "hard".equals(alert.getEnforcement())) {
            return "critical";
        }
        return switch (alert.getKind()) {
            case "runaway" -> "critical";
            case "overrun", "burn-rate" -> "error";
            default -> isSpent ? "error" : "warning";
        };
    }

    private static @Nullable String whose(BudgetAlert alert) {
        return alert.getTeam().isEmpty() ? alert.getScopeValue() : alert.getTeam();
    }

    private static String mark(BudgetAlert alert) {
        return severity(alert).equals("warning") ? ":warning:" : ":rotating_light:";
    }

    private static String context(BudgetAlert alert) {
        StringJoiner context = new StringJoiner(" · ")
                .add(alert.getTeam().isEmpty() ? "org " + alert.getScopeValue() : "team " + alert.getTeam());
        if (alert.getBudget() != null) {
            context.add("budget " + alert.getBudget());
        }
        if (alert.getEnforcement() != null) {
            context.add(alert.getEnforcement());
        }
        if (alert.getRunsOutAt() != null && alert.getRunsOutAt() != Long.MAX_VALUE) {
            context.add("runs out " + Instant.ofEpochMilli(alert.getRunsOutAt()).truncatedTo(ChronoUnit.MINUTES));
        }
        if (alert.getWindowEnd() != null && alert.getWindowEnd() != Long.MAX_VALUE) {
            context.add("until " + Instant.ofEpochMilli(alert.getWindowEnd()));
        }
        return context.toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
