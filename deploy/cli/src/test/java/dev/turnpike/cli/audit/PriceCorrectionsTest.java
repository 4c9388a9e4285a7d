package dev.turnpike.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A past price that was changed, and the corrections that follow. */
final class PriceCorrectionsTest {

    private static final Price CHANGED = Price.newBuilder(SmallLog.PRICE)
            .setVersion("acme/large@2026-01-01-2")
            .setInput(1_500_000_000L)
            .setRecordedAt(2 * SmallLog.DAY)
            .build();
    private static final ModelOffer OFFER = ModelOffer.newBuilder()
            .setProvider("acme")
            .setModel("large")
            .setPrices(List.of(
                    CHANGED,
                    Price.newBuilder(SmallLog.PRICE)
                            .setSupersededAt(2 * SmallLog.DAY)
                            .build()))
            .build();

    private final SmallLog log = SmallLog.good();

    @BeforeEach
    void correct() {
        log.repriced(CHANGED, log.last(Topics.LEDGER).timestamp() + 10);
    }

    @Test
    void shouldHoldWhereCorrectionsFollowFromThePrices() {
        assertThat(laws().map(log::judge).toList()).allSatisfy(finding -> {
            assertThat(finding.examples()).isEmpty();
            assertThat(finding.holds()).isTrue();
        });
    }

    @Test
    void shouldFindACorrectionThatIsNotTokensTimesPrice() {
        log.change(Topics.LEDGER, entry -> entry.setAmount(new Amounts(249_999_999L, 150_000, 1).toAvro()));

        assertThat(log.judge(new NoClock(log.cut(), catalog())).examples())
                .singleElement()
                .asString()
                .contains("by price acme/large@2026-01-01-2 it is 250000000");
        assertThat(log.judge(new Balanced(log.cut(), SmallLog.HORIZON)).examples())
                .singleElement()
                .asString()
                .contains("says spent");
    }

    @Test
    void shouldFindACorrectionByAPriceThatWasNotInForce() {
        Price later =
                Price.newBuilder(CHANGED).setEffectiveFrom(2 * SmallLog.DAY).build();
        ModelOffer offer =
                ModelOffer.newBuilder(OFFER).setPrices(List.of(later)).build();

        assertThat(log.judge(new NoClock(log.cut(), Map.of("acme/large", offer)))
                        .examples())
                .singleElement()
                .asString()
                .contains("was admitted before its price");
    }

    @Test
    void shouldFindACorrectionThatTakesNothingBack() {
        var replacement = log.last(Topics.LEDGER);
        log.withoutLast(Topics.LEDGER).withoutLast(Topics.LEDGER);
        log.add(Topics.LEDGER, SmallLog.OWNER, replacement.timestamp(), replacement.value());

        assertThat(log.judge(new Balanced(log.cut(), SmallLog.HORIZON)).holds()).isFalse();
        assertThat(log.judge(new SameTotals(log.cut(), catalog())).holds()).isFalse();
    }

    private Stream<Law> laws() {
        return Stream.of(
                new Balanced(log.cut(), SmallLog.HORIZON),
                new OneEntry(log.cut(), SmallLog.HORIZON),
                new SameTotals(log.cut(), catalog()),
                new NoClock(log.cut(), catalog()));
    }

    private static Map<String, ModelOffer> catalog() {
        return Map.of("acme/large", OFFER);
    }
}
