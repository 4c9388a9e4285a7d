package dev.turnpike.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Topics;
import org.junit.jupiter.api.Test;

final class NothingDroppedTest {

    private final SmallLog log = SmallLog.good();

    @Test
    void shouldHoldWhereNothingIsWrong() {
        Finding finding = judge();

        assertThat(finding.examples()).isEmpty();
        assertThat(finding.holds()).isTrue();
        assertThat(finding.counted())
                .isEqualTo("11 records: 3 decided, 3 booked, 1 repeated, 2 without effect, 1 moved, 1 dead letters");
    }

    @Test
    void shouldFindARequestThatWasSwallowed() {
        log.request("r9", SmallLog.DAY + 9_000, SmallLog.OWNER);

        assertThat(judge().examples())
                .singleElement()
                .asString()
                .contains("has no decision and no dead letter names it");
    }

    @Test
    void shouldFindUsageThatWasNotBooked() {
        log.withoutLast(Topics.LEDGER);

        assertThat(judge().examples()).singleElement().asString().contains("is not booked");
    }

    @Test
    void shouldFindUnreadableBytesWithoutADeadLetter() {
        log.withoutLast(Topics.DEAD_LETTERS);

        assertThat(judge().examples()).singleElement().asString().contains("cannot be read");
    }

    @Test
    void shouldFindAMisplacedRequestThatWasNotMoved() {
        log.request("r9", SmallLog.DAY + 9_000, SmallLog.OTHER);

        assertThat(judge().examples()).singleElement().asString().contains("is not on its team's partition");
    }

    @Test
    void shouldCountWhatIsStillInFlight() {
        log.request("r9", SmallLog.DAY + 9_000, SmallLog.OWNER);
        NothingDropped law = new NothingDropped(log.cutAt(SmallLog.DAY + 9_000), SmallLog.HORIZON);

        Finding finding = log.judge(law);

        assertThat(finding.holds()).isTrue();
        assertThat(law.inFlight()).isEqualTo(1);
    }

    private Finding judge() {
        return log.judge(new NothingDropped(log.cut(), SmallLog.HORIZON));
    }
}
