package dev.turnpike.sink.webhook;

import static dev.turnpike.sink.webhook.Alerts.alert;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnpike.schemas.event.BudgetAlert;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShapeTest {

    @Test
    void shouldPostTheEventAsItIs() {
        assertThat(Shape.JSON.of(alert("a1"), null).toString())
                .isEqualTo("{\"alert_id\":\"a1\",\"kind\":\"threshold\",\"team\":\"search\",\"budget\":\"team-month\","
                        + "\"enforcement\":\"hard\",\"scope\":\"team\",\"scope_value\":\"search\",\"period\":\"month\","
                        + "\"window_start\":1793613599000,\"window_end\":1793613601000,\"threshold\":80,"
                        + "\"unit\":\"nano_usd\",\"limit\":5000000000,\"spent\":4000000000,\"request_id\":null,"
                        + "\"message\":\"$4.00 of $5.00 spent by team <search>, past 80 %\",\"raised_at\":1793613600000,\"begun_at\":null,"
                        + "\"runs_out_at\":null,\"pace\":null}");
    }

    @Test
    void shouldPostAMessageThatSlackDoesNotTakeForMarkup() {
        JsonNode message = Shape.SLACK.of(alert("a1"), null);

        assertThat(message.path("text").asText()).isEqualTo("$4.00 of $5.00 spent by team &lt;search&gt;, past 80 %");
        assertThat(message.at("/blocks/0/text/text").asText()).startsWith(":warning: $4.00");
        assertThat(message.at("/blocks/1/elements/0/text").asText())
                .isEqualTo("team search · budget team-month · hard · until 2026-11-02T10:00:01Z");
    }

    @Test
    void shouldPostAnEventThatPagerDutyTakesForTheSameIncidentTwice() {
        JsonNode event = Shape.PAGERDUTY.of(alert("a1"), "key");

        assertThat(event.path("routing_key").asText()).isEqualTo("key");
        assertThat(event.path("event_action").asText()).isEqualTo("trigger");
        assertThat(event.path("dedup_key").asText()).isEqualTo("a1");
        assertThat(event.at("/payload/summary").asText()).startsWith("$4.00 of $5.00");
        assertThat(event.at("/payload/source").asText()).isEqualTo("turnpike");
        assertThat(Instant.parse(event.at("/payload/timestamp").asText())).isEqualTo(Alerts.RAISED);
        assertThat(event.at("/payload/custom_details/limit").asLong()).isEqualTo(5_000_000_000L);
    }

    @Test
    void shouldSayWhoseItIsAndWhenItRunsOut() {
        BudgetAlert alert = alert("a1");
        alert.setKind("burn-rate");
        alert.setTeam("");
        alert.setScope("org");
        alert.setScopeValue("acme");
        alert.setRunsOutAt(Alerts.RAISED.toEpochMilli() + 61_000);

        assertThat(Shape.SLACK.of(alert, null).at("/blocks/1/elements/0/text").asText())
                .isEqualTo(
                        "org acme · budget team-month · hard · runs out 2026-11-02T10:01:00Z · until 2026-11-02T10:00:01Z");
        assertThat(Shape.PAGERDUTY.of(alert, "key").at("/payload/group").asText())
                .isEqualTo("acme");
    }

    @ParameterizedTest
    @CsvSource({
        "threshold, hard, 80, warning",
        "threshold, hard, 100, critical",
        "threshold, soft, 100, error",
        "overrun, , , error",
        "unpriced, , , warning",
        "forecast, hard, , warning",
        "burn-rate, hard, , error",
        "runaway, , , critical"
    })
    void shouldBeAsSevereAsItIs(String kind, String enforcement, Integer threshold, String severity) {
        BudgetAlert alert = alert("a1");
        alert.setKind(kind);
        alert.setEnforcement(enforcement);
        alert.setThreshold(threshold);

        assertThat(Shape.PAGERDUTY.of(alert, "key").at("/payload/severity").asText())
                .isEqualTo(severity);
    }

    @Test
    void shouldNotSayMoreThanPagerDutyTakes() {
        BudgetAlert alert = alert("a1");
        alert.setMessage("x".repeat(5_000));

        assertThat(Shape.PAGERDUTY.of(alert, "key").at("/payload/summary").asText())
                .hasSize(1_024);
    }
}
