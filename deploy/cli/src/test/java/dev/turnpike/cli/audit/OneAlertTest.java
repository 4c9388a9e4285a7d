package dev.turnpike.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OneAlertTest {

    private static final TeamPolicy POLICY = TeamPolicy.newBuilder()
            .setTeam("search")
            .setBudgets(List.of(Budget.newBuilder()
                    .setName("team-day")
                    .setScope("team")
                    .setPeriod("day")
                    .setLimitNanoUsd(SmallLog.LIMIT)
                    .setAlertAt(List.of(50, 80))
                    .build()))
            .build();

    private final SmallLog log = SmallLog.good();

    @BeforeEach
    void alertAtHalf() {
        // 0.60 of 1 dollar is spent
        log.alert(50, log.last(Topics.LEDGER).timestamp());
    }

    @Test
    void shouldHoldWhereNothingIsWrong() {
        Finding finding = judge(0);

        assertThat(finding.examples()).isEmpty();
        assertThat(finding.holds()).isTrue();
        assertThat(finding.counted()).isEqualTo("1 threshold and 0 paces alerted, 0 other alerts");
    }

    @Test
    void shouldFindAnAlertRaisedTwice() {
        log.again(Topics.ALERTS);

        assertThat(judge(0).examples()).singleElement().asString().contains("was raised already at alerts-");
    }

    @Test
    void shouldFindTheSameThresholdUnderAnotherId() {
        log.again(Topics.ALERTS);
        log.change(Topics.ALERTS, alert -> alert.setBudget("renamed"));
        long at = log.last(Topics.ALERTS).timestamp() + 1;
        log.alert(50, at);
        log.change(Topics.ALERTS, alert -> alert.setAlertId("another id"));

        assertThat(judge(0).examples()).anyMatch(example -> example.contains("was alerted already"));
    }

    @Test
    void shouldFindAnAlertBeforeItsThreshold() {
        log.change(Topics.ALERTS, alert -> alert.setSpent(1L));

        assertThat(judge(0).examples()).singleElement().asString().contains("was alerted at 1 of 1000000000");
    }

    @ParameterizedTest
    @CsvSource({"forecast, 1", "burn-rate, 2", "runaway, 1"})
    void shouldFindTheSamePaceUnderAnotherId(String kind, int allowed) {
        for (int i = 0; i <= allowed; i++) {
            pace(kind, kind + i);
            if (i == allowed - 1) {
                assertThat(judge(0).examples()).isEmpty();
            }
        }

        assertThat(judge(0).examples())
                .singleElement()
                .asString()
                .contains(kind + " of search/", "was alerted already");
    }

    @Test
    void shouldFindAForecastOfWhatIsKnownToBurn() {
        pace("burn-rate", "burn");
        pace("forecast", "forecast");

        assertThat(judge(0).examples()).singleElement().asString().contains("forecast of search/");
    }

    @Test
    void shouldFindAPaceToldTwice() {
        pace("runaway", "runaway");
        log.again(Topics.ALERTS);

        assertThat(judge(0).examples()).singleElement().asString().contains("alert runaway was raised already");
    }

    private void pace(String kind, String id) {
        log.alert(50, log.last(Topics.LEDGER).timestamp());
        log.change(Topics.ALERTS, alert -> {
            alert.setKind(kind);
            alert.setAlertId(id);
            alert.setThreshold(null);
        });
    }

    @Test
    void shouldFindAThresholdThatWasPassedInSilence() {
        log.withoutLast(Topics.ALERTS);

        assertThat(judge(0).examples()).singleElement().asString().contains("50 %", "never alerted");
    }

    @Test
    void shouldNotExpectAlertsOfAPolicyThatCameAfterTheSpend() {
        log.withoutLast(Topics.ALERTS);

        assertThat(judge(SmallLog.DAY + 60_000).holds()).isTrue();
    }

    private Finding judge(long policyPublishedAt) {
        var policy = new Entry<>(Topics.POLICIES, 0, 0, policyPublishedAt, "search", POLICY);
        return log.judge(new OneAlert(log.cut(), Map.of("search", policy), Map.of()));
    }
}
