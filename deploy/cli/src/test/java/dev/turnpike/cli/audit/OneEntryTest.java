package dev.turnpike.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Topics;
import org.junit.jupiter.api.Test;

final class OneEntryTest {

    private final SmallLog log = SmallLog.good();

    @Test
    void shouldHoldWhereNothingIsWrong() {
        Finding finding = judge();

        assertThat(finding.holds()).isTrue();
        assertThat(finding.counted()).isEqualTo("3 usages, 0 estimates, 0 corrections");
    }

    @Test
    void shouldFindUsageThatIsBookedTwice() {
        log.again(Topics.LEDGER);
        log.change(Topics.LEDGER, entry -> entry.setEntryId("another"));

        assertThat(judge().examples()).singleElement().asString().contains("usage gateway-1 was booked already");
    }

    @Test
    void shouldFindAnEntryIdThatIsUsedTwice() {
        log.again(Topics.LEDGER);
        log.change(Topics.LEDGER, entry -> entry.setUsageId("another"));

        assertThat(judge().examples()).singleElement().asString().contains("entry search/gateway/gateway-1/0 is at");
    }

    @Test
    void shouldLetAnEntryBeCorrected() {
        log.again(Topics.LEDGER);
        log.change(Topics.LEDGER, entry -> {
            entry.setKind("correction");
            entry.setCorrects(entry.getEntryId());
            entry.setEntryId("search/gateway/gateway-1/1");
        });

        assertThat(judge().holds()).isTrue();
    }

    @Test
    void shouldFindACorrectionOfNothing() {
        log.change(Topics.LEDGER, entry -> entry.setKind("correction"));

        assertThat(judge().examples()).singleElement().asString().contains("names no entry");
    }

    private Finding judge() {
        return log.judge(new OneEntry(log.cut(), SmallLog.HORIZON));
    }
}
