package dev.turnpike.metering.pricing;

import static dev.turnpike.metering.Given.offer;
import static dev.turnpike.metering.Given.price;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.metering.pricing.Quote.Priced;
import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PriceChangesTest {

    private static final Tokens TEN = new Tokens(7, 0, 0, 0, 3, 0);
    private static final long NOW = 1_000;
    private static final long NEVER = PriceChanges.NEVER;

    @Test
    void shouldCorrectWhatWasPricedByAPriceThatWasWrong() {
        PriceChanges changes = between(1, 2, superseded("1", 2, 0, 0, 2), recorded("1#2", 5, 0, 2));

        assertThat(changes.since(NEVER, NOW)).isZero();
        assertThat(corrected(changes, "1", 20, 30)).isEqualTo(new Priced(TEN, 50, "1#2"));
        // by another price, or by none
        assertThat(corrected(changes, "0", 10, 30)).isNull();
        assertThat(corrected(changes, null, 0, 30)).isNull();
    }

    @Test
    void shouldCorrectFromTheDateOfAPriceThatWasForgotten() {
        PriceChanges changes = between(1, 2, recorded("1", 2, 0, 0), recorded("2", 3, 500, 2));

        assertThat(changes.since(NEVER, NOW)).isEqualTo(500);
        assertThat(corrected(changes, "1", 20, 499)).isNull();
        assertThat(corrected(changes, "1", 20, 500)).isEqualTo(new Priced(TEN, 30, "2"));
    }

    @Test
    void shouldCorrectNothingForAPriceThatBeginsLater() {
        assertThat(between(1, 2, recorded("1", 2, 0, 0), recorded("2", 3, NOW + 1, 2))
                        .since(0, NOW))
                .isEqualTo(NEVER);
    }

    @Test
    void shouldPriceWhatHadNoPriceFromTheFirstSuchUsageOn() {
        PriceChanges changes = between(1, 2, recorded("1", 2, 0, 2));

        assertThat(changes.since(NEVER, NOW)).isEqualTo(NEVER);
        assertThat(changes.since(700, NOW)).isEqualTo(700);
        assertThat(corrected(changes, null, 0, 700)).isEqualTo(new Priced(TEN, 20, "1"));
    }

    @Test
    void shouldLeaveWhatCostsTheSame() {
        Price withTier = Price.newBuilder(recorded("1#2", 2, 0, 2))
                .setServiceTierPpm(Map.of("batch", 500_000L))
                .build();
        PriceChanges changes = between(1, 2, superseded("1", 2, 0, 0, 2), withTier);

        assertThat(corrected(changes, "1", 20, 30)).isNull();
        assertThat(changes.corrected("openai", "small", null, 0, TEN, "batch", 30))
                .isEqualTo(new Priced(TEN, 10, "1#2"));
    }

    @Test
    void shouldCorrectWhatWasPricedByAVersionThatCameAndWentInBetween() {
        PriceChanges changes =
                between(1, 3, superseded("1", 2, 0, 0, 2), superseded("1#2", 5, 0, 2, 3), recorded("1#3", 4, 0, 3));

        assertThat(corrected(changes, "1", 20, 30)).isEqualTo(new Priced(TEN, 40, "1#3"));
        assertThat(corrected(changes, "1#2", 50, 30)).isEqualTo(new Priced(TEN, 40, "1#3"));
    }

    @Test
    void shouldKeepWhatNobodyHasAPriceForAnyMore() {
        PriceChanges changes = between(1, 2, superseded("1", 2, 0, 0, 2));

        assertThat(changes.since(0, NOW)).isEqualTo(NEVER);
        assertThat(corrected(changes, "1", 20, 30)).isNull();
    }

    @Test
    void shouldKnowTheOfferOfUsageWithoutAProviderByItsPrice() {
        PriceChanges changes = between(1, 2, superseded("1", 2, 0, 0, 2), recorded("1#2", 5, 0, 2));

        assertThat(changes.corrected(null, "small", "1", 20, TEN, null, 30)).isEqualTo(new Priced(TEN, 50, "1#2"));
        assertThat(changes.corrected(null, "small", null, 0, TEN, null, 30)).isNull();
    }

    private static PriceChanges between(long from, long to, Price... prices) {
        ModelOffer offer = offer("openai", "small", prices);
        PriceChanges changes = new PriceChanges(from, to);
        changes.add("openai/small", offer);
        return changes;
    }

    private static @Nullable Priced corrected(
            PriceChanges changes, @Nullable String version, long nanoUsd, long admittedAt) {
        return changes.corrected("openai", "small", version, nanoUsd, TEN, null, admittedAt);
    }

    private static Price recorded(String version, long perToken, long effectiveFrom, long at) {
        return Price.newBuilder(price(version, perToken))
                .setEffectiveFrom(effectiveFrom)
                .setRecordedAt(at)
                .build();
    }

    private static Price superseded(String version, long perToken, long effectiveFrom, long recorded, long at) {
        return Price.newBuilder(recorded(version, perToken, effectiveFrom, recorded))
                .setSupersededAt(at)
                .build();
    }
}
