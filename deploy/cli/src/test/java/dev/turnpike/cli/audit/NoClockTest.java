package dev.turnpike.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Topics;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class NoClockTest {

    private final SmallLog log = SmallLog.good();

    @Test
    void shouldHoldWhereNothingIsWrong() {
        Finding finding = judge();

        assertThat(finding.examples()).isEmpty();
        assertThat(finding.holds()).isTrue();
        assertThat(finding.counted()).isEqualTo("9 times, 3 ids and 3 costs follow from the records");
    }

    @Test
    void shouldFindADecisionThatLookedAtAClock() {
        log.change(Topics.DECISIONS, decision -> decision.setRequestedAt(decision.getRequestedAt() + 7));

        assertThat(judge().examples()).anyMatch(example -> example.contains("the time of its request is"));
    }

    @Test
    void shouldFindADispatchThatLookedAtAClock() {
        log.change(Topics.DISPATCHES, dispatch -> dispatch.setAdmittedAt(dispatch.getAdmittedAt() + 7));

        assertThat(judge().examples()).singleElement().asString().contains("admitted_at");
    }

    @Test
    void shouldFindAHoldThatIsNotTheBound() {
        log.change(Topics.DISPATCHES, dispatch -> dispatch.setHold(new Amounts(1, 1, 1).toAvro()));

        assertThat(judge().examples()).singleElement().asString().contains("the bounds of its chain give");
    }

    @Test
    void shouldFindAnIdOutOfTheBlue() {
        log.change(Topics.LEDGER, entry -> entry.setEntryId("7f3a"));

        assertThat(judge().examples()).singleElement().asString().contains("entry id 7f3a is not made of");
    }

    @Test
    void shouldFindACostThatIsNotTokensTimesPrice() {
        log.change(Topics.LEDGER, entry -> entry.setInputTokens(99_999));

        assertThat(judge().examples()).singleElement().asString().contains("by price acme/large@2026-01-01 it is");
    }

    private Finding judge() {
        return log.judge(new NoClock(log.cut(), Map.of()));
    }
}
