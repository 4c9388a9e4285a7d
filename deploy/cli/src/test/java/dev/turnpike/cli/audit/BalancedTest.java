package dev.turnpike.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Tick;
import org.junit.jupiter.api.Test;

final class BalancedTest {

    private final SmallLog log = SmallLog.good();

    @Test
    void shouldHoldWhereNothingIsWrong() {
        Finding finding = judge();

        assertThat(finding.examples()).isEmpty();
        assertThat(finding.holds()).isTrue();
        assertThat(finding.counted()).isEqualTo("1 window from 3 states and 3 ledger entries; open holds $0.00");
    }

    @Test
    void shouldFindSpentThatTheLedgerDoesNotHave() {
        log.change(Topics.BUDGETS, state -> state.setSpent(new Amounts(1, 2, 3).toAvro()));

        assertThat(judge().examples()).singleElement().asString().contains("says spent");
    }

    @Test
    void shouldFindALedgerEntryThatNoStateCounts() {
        log.again(Topics.LEDGER);

        assertThat(judge().examples()).singleElement().asString().contains("says spent");
    }

    @Test
    void shouldFindAHoldThatLeaks() {
        log.change(Topics.BUDGETS, state -> state.setClosed(SmallLog.BOUND.toAvro()));

        assertThat(judge().examples()).singleElement().asString().contains("says closed");
    }

    @Test
    void shouldFindAHoldThatIsClosedTwice() {
        log.change(Topics.BUDGETS, state -> state.setClosed(new Amounts(1_200_000_000L, 600_000, 3).toAvro()));

        assertThat(judge().examples()).anyMatch(example -> example.contains("is more than opened"));
    }

    @Test
    void shouldFindAHoldThatWasNotCounted() {
        log.change(Topics.BUDGETS, state -> state.setOpened(SmallLog.BOUND.toAvro()));

        assertThat(judge().examples()).anyMatch(example -> example.contains("says opened"));
    }

    @Test
    void shouldFindMoneyThatIsReservedForNobody() {
        log.change(Topics.BUDGETS, state -> state.setReserved(new Amounts(1, 0, 0).toAvro()));

        assertThat(judge().examples()).singleElement().asString().contains("reserves");
    }

    @Test
    void shouldLetABudgetReserveWhatIsOpen() {
        log.dispatched("r4", log.request("r4", SmallLog.DAY + 5_000, SmallLog.OWNER));
        log.change(Topics.BUDGETS, state -> state.setReserved(SmallLog.BOUND.toAvro()));

        assertThat(judge().examples()).isEmpty();
    }

    @Test
    void shouldLeaveTheHoldOfAnUnfinishedRequestOpen() {
        // the dispatch is not in any state yet: nothing came back
        log.dispatched("r4", log.request("r4", SmallLog.DAY + 5_000, SmallLog.OWNER));

        assertThat(judge().examples()).isEmpty();
    }

    @Test
    void shouldExpectAHoldToBeClosedOnceItsTimeHasEnded() {
        // given: a dispatch that nobody reported on, and a tick after the end of its hold
        log.dispatched("r4", log.request("r4", SmallLog.DAY + 5_000, SmallLog.OWNER));
        log.add(Topics.TICKS, SmallLog.OWNER, SmallLog.DAY + 1_000_000, new Tick(SmallLog.OWNER, null));

        assertThat(judge().examples()).singleElement().asString().contains("says closed");
    }

    @Test
    void shouldAllowForHoldsThatWaitForTheirTurnAfterTheirTimeHasEnded() {
        // given: the meter ends so many holds a tick, and the log ends with the tick after the end of this one
        log.dispatched("r4", log.request("r4", SmallLog.DAY + 5_000, SmallLog.OWNER));
        log.add(Topics.TICKS, SmallLog.OWNER, SmallLog.DAY + 906_000, new Tick(SmallLog.OWNER, null));

        assertThat(judge().examples()).isEmpty();
    }

    @Test
    void shouldNotAllowForMoreThanWhatWaits() {
        log.dispatched("r4", log.request("r4", SmallLog.DAY + 5_000, SmallLog.OWNER));
        log.add(Topics.TICKS, SmallLog.OWNER, SmallLog.DAY + 906_000, new Tick(SmallLog.OWNER, null));
        log.change(Topics.BUDGETS, state -> state.setClosed(new Amounts(1_200_000_001L, 600_000, 3).toAvro()));

        assertThat(judge().examples()).anyMatch(example -> example.contains("says closed"));
    }

    @Test
    void shouldCloseHoldsWhoseDispatchesAreReadAfterTheirReports() {
        log.ahead(Topics.DISPATCHES, 60_000);

        assertThat(judge().examples()).isEmpty();
    }

    @Test
    void shouldNotJudgeWhatTheMeterHasNotProcessedYet() {
        log.withoutLast(Topics.BUDGETS);
        long last = log.last(Topics.LEDGER).timestamp();

        assertThat(log.judge(new Balanced(log.cutAt(last), SmallLog.HORIZON)).holds())
                .isTrue();
    }

    private Finding judge() {
        return log.judge(new Balanced(log.cut(), SmallLog.HORIZON));
    }
}
