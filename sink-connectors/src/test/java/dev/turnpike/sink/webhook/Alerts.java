package dev.turnpike.sink.webhook;

import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.BudgetAlert;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Alerts of team {@code search}, and the least settings of a webhook. */
final class Alerts {

    static final Instant RAISED = Instant.parse("2026-11-02T10:00:00Z");

    static {
        TrustedEvents.register();
    }

    private Alerts() {}

    static BudgetAlert alert(String id) {
        return BudgetAlert.newBuilder()
                .setAlertId(id)
                .setKind("threshold")
                .setTeam("search")
                .setBudget("team-month")
                .setEnforcement("hard")
                .setScope("team")
                .setScopeValue("search")
                .setPeriod("month")
                .setWindowStart(RAISED.toEpochMilli() - 1_000)
                .setWindowEnd(RAISED.toEpochMilli() + 1_000)
                .setThreshold(80)
                .setUnit("nano_usd")
                .setLimit(5_000_000_000L)
                .setSpent(4_000_000_000L)
                .setMessage("$4.00 of $5.00 spent by team <search>, past 80 %")
                .setRaisedAt(RAISED.toEpochMilli())
                .build();
    }

    static Map<String, String> settings(String url) {
        return new HashMap<>(Map.of(
                "name", "webhook",
                "topics", "llm.alerts",
                "consumer.override.isolation.level", "read_committed",
                "bootstrap.servers", "host:9092",
                "schema.registry.url", "mock://webhook",
                "url", url));
    }
}
