package dev.turnpike.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.ModelOffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SameTotalsTest {

    private static final ModelOffer OFFER = ModelOffer.newBuilder()
            .setProvider("acme")
            .setModel("large")
            .setPrices(List.of(SmallLog.PRICE))
            .build();

    private final SmallLog log = SmallLog.good();

    @Test
    void shouldHoldWhereNothingIsWrong() {
        Finding finding = judge();

        assertThat(finding.examples()).isEmpty();
        assertThat(finding.holds()).isTrue();
        assertThat(finding.counted()).isEqualTo("3 reports of 3 requests recomputed");
    }

    @Test
    void shouldFindACostThatDoesNotFollowFromReportAndDispatch() {
        log.change(Topics.LEDGER, entry -> entry.setAmount(new Amounts(1, 150_000, 1).toAvro()));

        assertThat(judge().examples()).singleElement().asString().contains("gateway-1 is booked as");
    }

    @Test
    void shouldFindARequestThatCountsTwice() {
        log.change(Topics.LEDGER, entry -> entry.setAmount(new Amounts(200_000_000L, 150_000, 2).toAvro()));

        assertThat(judge().examples()).singleElement().asString().contains("counts as 2 requests");
    }

    @Test
    void shouldFindUsageBookedInAnotherWindowThanItsDispatchNames() {
        log.withoutLast(Topics.LEDGER);
        log.change(
                Topics.LEDGER,
                entry -> entry.setWindows(List.of(new HoldWindow("team", "search", "day", 0L, SmallLog.DAY))));

        assertThat(judge().examples()).singleElement().asString().contains("request r2 is booked in");
    }

    @Test
    void shouldTakeReversalAndReplacementTogether() {
        // given: usage that was booked wrongly, taken back and booked anew
        log.change(Topics.LEDGER, entry -> entry.setAmount(new Amounts(7, 150_000, 1).toAvro()));
        log.again(Topics.LEDGER);
        log.change(Topics.LEDGER, entry -> entry.setAmount(new Amounts(-7, -150_000, -1).toAvro()));
        log.again(Topics.LEDGER);
        log.change(Topics.LEDGER, entry -> entry.setAmount(new Amounts(200_000_000L, 150_000, 1).toAvro()));

        assertThat(judge().examples()).isEmpty();
    }

    @Test
    void shouldNotJudgeARequestInFlight() {
        log.change(Topics.LEDGER, entry -> entry.setAmount(Amounts.ZERO.toAvro()));
        long last = log.last(Topics.LEDGER).timestamp();

        Finding finding = log.judge(new SameTotals(log.cutAt(last), Map.of("acme/large", OFFER)));

        assertThat(finding.holds()).isTrue();
        assertThat(finding.counted()).endsWith("1 in flight");
    }

    private Finding judge() {
        return log.judge(new SameTotals(log.cut(), Map.of("acme/large", OFFER)));
    }
}
