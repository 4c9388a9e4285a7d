package dev.turnpike.cli.prices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.PriceTier;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PriceUpdateTest {

    static {
        TrustedEvents.register();
    }

    private static final Price OLD = price(100, 3)
            .setCacheWrite1h(6L)
            .setServiceTierPpm(Map.of("batch", 500_000L))
            .build();
    private static final ModelOffer OFFER = ModelOffer.newBuilder()
            .setProvider("acme")
            .setModel("large")
            .setStatus("off")
            .setContextTokens(10L)
            .setRegions(List.of("eu"))
            .setQuality(Map.of("code", 0.5))
            .setPrices(List.of(OLD))
            .build();

    @Test
    void shouldAddANewPriceAndKeepAllElse() {
        ModelOffer updated = PriceUpdate.of(OFFER, listed(price(200, 2).build()));

        // the hour's cache was priced for another input; the factor holds for any
        Price added = price(200, 2).setServiceTierPpm(Map.of("batch", 500_000L)).build();
        assertThat(updated)
                .isEqualTo(ModelOffer.newBuilder(OFFER)
                        .setPrices(List.of(OLD, added))
                        .build());
    }

    @Test
    void shouldChangeNothingWhereTheListSaysWhatIsInForce() {
        assertThat(PriceUpdate.of(OFFER, listed(price(200, 3).build()))).isEqualTo(OFFER);
    }

    @Test
    void shouldTakeTiersAsTheListHasThem() {
        PriceTier tier =
                PriceTier.newBuilder().setAboveInputTokens(7).setInput(9L).build();
        ModelOffer tiered = ModelOffer.newBuilder(OFFER)
                .setPrices(List.of(Price.newBuilder(OLD).setTiers(List.of(tier)).build()))
                .build();

        ModelOffer updated = PriceUpdate.of(tiered, listed(price(200, 3).build()));

        assertThat(updated.getPrices()).hasSize(2);
        assertThat(updated.getPrices().get(1).getTiers()).isEmpty();
        assertThat(updated.getPrices().get(1).getCacheWrite1h()).isEqualTo(6);
    }

    @Test
    void shouldReplaceThePriceOfTheSameInstant() {
        assertThat(PriceUpdate.of(OFFER, listed(price(100, 2).build())).getPrices())
                .extracting(Price::getInput)
                .containsExactly(2L);
    }

    @Test
    void shouldNotTakeASupersededPriceForOneInForce() {
        ModelOffer corrected = ModelOffer.newBuilder(OFFER)
                .setPrices(List.of(
                        price(100, 3).build(),
                        price(150, 2).setVersion("wrong").setSupersededAt(160L).build()))
                .build();

        assertThat(PriceUpdate.of(corrected, listed(price(200, 2).build())).getPrices())
                .extracting(Price::getEffectiveFrom, Price::getInput)
                .containsExactly(tuple(100L, 3L), tuple(200L, 2L));
    }

    private static ModelOffer listed(Price price) {
        return ModelOffer.newBuilder()
                .setProvider("acme")
                .setModel("large")
                .setTools(true)
                .setPrices(List.of(price))
                .build();
    }

    private static Price.Builder price(long from, long input) {
        return Price.newBuilder()
                .setVersion("acme/large@" + from)
                .setEffectiveFrom(from)
                .setInput(input)
                .setOutput(5);
    }
}
