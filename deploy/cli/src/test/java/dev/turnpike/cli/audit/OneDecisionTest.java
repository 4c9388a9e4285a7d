package dev.turnpike.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Topics;
import org.junit.jupiter.api.Test;

final class OneDecisionTest {

    private final SmallLog log = SmallLog.good();

    @Test
    void shouldHoldWhereNothingIsWrong() {
        Finding finding = log.judge(new OneDecision(log.cut(), SmallLog.HORIZON));

        assertThat(finding.examples()).isEmpty();
        assertThat(finding.holds()).isTrue();
        assertThat(finding.counted()).isEqualTo("3 decisions: 2 dispatches, 1 rejection");
    }

    @Test
    void shouldFindARequestDecidedTwice() {
        log.again(Topics.DECISIONS);

        Finding finding = log.judge(new OneDecision(log.cut(), SmallLog.HORIZON));

        assertThat(finding.broken()).isEqualTo(1);
        assertThat(finding.examples().get(0))
                .startsWith(
                        "decisions-" + SmallLog.OWNER + "@3: team search, request r3, decision 0 was decided already");
    }

    @Test
    void shouldFindADispatchWrittenTwice() {
        log.again(Topics.DISPATCHES);

        Finding finding = log.judge(new OneDecision(log.cut(), SmallLog.HORIZON));

        assertThat(finding.examples()).singleElement().asString().contains("request r2", "no decision of its own");
    }

    @Test
    void shouldFindADecisionWithoutDispatch() {
        log.withoutLast(Topics.DISPATCHES);

        Finding finding = log.judge(new OneDecision(log.cut(), SmallLog.HORIZON));

        assertThat(finding.examples()).singleElement().asString().contains("request r2", "has no dispatch");
    }

    @Test
    void shouldFindADispatchOfARejectedRequest() {
        log.change(Topics.DECISIONS, decision -> decision.setOutcome("routed"));

        Finding finding = log.judge(new OneDecision(log.cut(), SmallLog.HORIZON));

        assertThat(finding.examples()).singleElement().asString().contains("disagree");
    }

    @Test
    void shouldNotJudgeATransactionThatWasStillOpen() {
        log.withoutLast(Topics.DISPATCHES);

        Finding finding =
                log.judge(new OneDecision(log.cutAt(log.last(Topics.DECISIONS).timestamp() - 200), SmallLog.HORIZON));

        assertThat(finding.holds()).isTrue();
    }

    @Test
    void shouldNotJudgeWhatIsOlderThanAskedFor() {
        log.withoutLast(Topics.DISPATCHES);

        Finding finding =
                log.judge(new OneDecision(log.cutFrom(log.last(Topics.DECISIONS).timestamp()), SmallLog.HORIZON));

        assertThat(finding.holds()).isTrue();
    }

    @Test
    void shouldLetARequestBeDecidedAnewAfterTheHorizon() {
        log.again(Topics.DECISIONS);

        Finding finding = log.judge(new OneDecision(log.cut(), 0));

        assertThat(finding.examples()).noneMatch(example -> example.contains("decided already"));
    }
}
