package dev.turnpike.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.WindowView;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class WithinLimitsTest {

    private static final Map<String, TeamPolicy> POLICIES = Map.of(
            "1",
            TeamPolicy.newBuilder()
                    .setTeam(SmallLog.TEAM)
                    .setVersion("1")
                    .setBudgets(List.of(Budget.newBuilder()
                            .setName("team-day")
                            .setScope("team")
                            .setPeriod("day")
                            .setLimitNanoUsd(SmallLog.LIMIT)
                            .build()))
                    .build());

    private final SmallLog log = SmallLog.good();

    @Test
    void shouldHoldWhereNothingIsWrong() {
        Finding finding = log.judge(new WithinLimits(log.cut(), POLICIES));

        assertThat(finding.examples()).isEmpty();
        assertThat(finding.holds()).isTrue();
        assertThat(finding.counted())
                .isEqualTo("2 dispatches in 2 hard windows, 2 policies and 3 feedbacks as published;"
                        + " overspent 0 nano-dollars, overruns $0.00, undispatched usage $0.20");
    }

    @Test
    void shouldFindADispatchBeyondTheLimit() {
        // given: a limit that the decision's own figures exceed
        log.withoutLast(Topics.DECISIONS);
        log.change(Topics.DECISIONS, view(view -> view.setLimit(new Amounts(300_000_000L, 0, 0).toAvro())));

        Finding finding = log.judge(new WithinLimits(log.cut(), POLICIES));

        assertThat(finding.examples())
                .anyMatch(example -> example.contains("request r2")
                        && example.contains("$0.60 spent and held of $0.30 in budget team-day"));
    }

    @Test
    void shouldFindALimitThatThePolicyDoesNotHave() {
        log.withoutLast(Topics.DECISIONS);
        log.change(Topics.DECISIONS, view(view -> view.setLimit(new Amounts(SmallLog.LIMIT * 2, 0, 0).toAvro())));

        Finding finding = log.judge(new WithinLimits(log.cut(), POLICIES));

        assertThat(finding.examples())
                .singleElement()
                .asString()
                .startsWith("decisions-" + SmallLog.OWNER + "@1: ")
                .contains("request r2", "without regard to budget team-day of policy 1");
    }

    @Test
    void shouldFindADispatchThatPassesABudgetOver() {
        log.withoutLast(Topics.DECISIONS);
        log.change(Topics.DECISIONS, decision -> decision.setWindows(List.of()));

        Finding finding = log.judge(new WithinLimits(log.cut(), POLICIES));

        assertThat(finding.examples()).anyMatch(example -> example.contains("without regard to budget team-day"));
    }

    @Test
    void shouldFindADecisionThatForgetsAHold() {
        log.withoutLast(Topics.DECISIONS);
        log.change(Topics.DECISIONS, view(view -> view.setHeld(SmallLog.BOUND.toAvro())));

        Finding finding = log.judge(new WithinLimits(log.cut(), POLICIES));

        assertThat(finding.examples()).singleElement().asString().contains("request r2", "dispatches add up to");
    }

    @Test
    void shouldFindFeedbackThatTheMeterDidNotGive() {
        log.withoutLast(Topics.DECISIONS);
        log.change(Topics.DECISIONS, view(view -> view.setSpent(Amounts.ZERO.toAvro())));

        Finding finding = log.judge(new WithinLimits(log.cut(), POLICIES));

        assertThat(finding.examples()).singleElement().asString().contains("request r2", "the meter published");
    }

    @Test
    void shouldNotTakeAPriceThatWasChangedLaterForOverspending() {
        log.withoutLast(Topics.LEDGER);
        Price dear = Price.newBuilder(SmallLog.PRICE)
                .setVersion("acme/large@2026-01-01-2")
                .setInput(100_000_000_000L)
                .build();
        log.repriced(dear, log.last(Topics.LEDGER).timestamp() + 10);

        Finding finding = log.judge(new WithinLimits(log.cut(), POLICIES));

        assertThat(finding.examples()).isEmpty();
        assertThat(finding.counted()).contains("changed prices $9.9");
    }

    @Test
    void shouldFindFeedbackThatWasNeverPublished() {
        log.change(Topics.DECISIONS, view(view -> view.setVersion(99)));

        Finding finding = log.judge(new WithinLimits(log.cut(), POLICIES));

        assertThat(finding.examples()).singleElement().asString().contains("request r3", "never published");
    }

    @Test
    void shouldNotExpectFeedbackThatWasCompactedAway() {
        log.withoutFirst(Topics.BUDGETS);

        Finding finding = log.judge(new WithinLimits(log.cut(), POLICIES));

        assertThat(finding.examples()).isEmpty();
    }

    @Test
    void shouldFindDispatchedSpendAboveTheLimit() {
        log.again(Topics.LEDGER);
        log.change(Topics.LEDGER, entry -> {
            entry.setDecision(0);
            entry.setAmount(new Amounts(601_000_000L, 1, 1).toAvro());
        });

        Finding finding = log.judge(new WithinLimits(log.cut(), POLICIES));

        assertThat(finding.examples()).anyMatch(example -> example.contains("1000000 nano_usd too much"));
        assertThat(finding.counted()).contains("overspent 1000000 nano-dollars");
    }

    @Test
    void shouldTellOverrunsApart() {
        log.again(Topics.LEDGER);
        log.change(Topics.LEDGER, entry -> {
            entry.setDecision(0);
            entry.setAmount(new Amounts(900_000_000L, 1, 1).toAvro());
            entry.setOverrunNanoUsd(700_000_000L);
        });

        Finding finding = log.judge(new WithinLimits(log.cut(), POLICIES));

        assertThat(finding.holds()).isTrue();
        assertThat(finding.counted()).contains("overruns $0.70");
    }

    private static Consumer<Decision> view(Consumer<WindowView> fault) {
        return decision -> fault.accept(decision.getWindows().get(0));
    }
}
