package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.offer;
import static dev.turnpike.router.decision.Given.price;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.PriceTier;
import java.util.List;
import org.junit.jupiter.api.Test;

class PricesTest {

    @Test
    void shouldBeThoseInForceWhicheverInstantWasAskedForBefore() {
        var one = offer("a/one", "1", "1", 0.9);
        one.setPrices(List.of(price("a/one", "1", "1", 10), price("a/one", "2", "2", 20)));
        var two = offer("b/two", "1", "1", 0.9);
        two.setPrices(List.of(price("b/two", "3", "3", 15), price("b/two", "4", "4", 25)));
        var fleet = Given.fleet(one, two);

        // forth and back over every change, as redecisions of earlier requests do
        for (long instant : new long[] {9, 10, 14, 15, 19, 20, 24, 25, 99, 24, 20, 19, 15, 14, 10, 9, 0}) {
            Prices prices = fleet.catalog().pricesAt(instant);
            assertThat(prices.of(0))
                    .as("at %d", instant)
                    .isSameAs(fleet.offer(0).priceAt(instant));
            assertThat(prices.of(1))
                    .as("at %d", instant)
                    .isSameAs(fleet.offer(1).priceAt(instant));
        }
    }

    @Test
    void shouldBeWorkedOutOnceBetweenTwoChanges() {
        var terms = offer("a/one", "1", "1", 0.9);
        terms.setPrices(List.of(price("a/one", "1", "1", 10), price("a/one", "2", "2", 20)));
        var catalog = Given.fleet(terms).catalog();

        assertThat(catalog.pricesAt(10)).isSameAs(catalog.pricesAt(19));
    }

    @Test
    void shouldCostWhatTheHighestTierReachedSays() {
        ModelOffer terms = offer("a/one", "1", "5", 0.9);
        terms.getPrices().get(0).setPerRequest(7L);
        terms.getPrices()
                .get(0)
                .setTiers(List.of(
                        PriceTier.newBuilder()
                                .setAboveInputTokens(200)
                                .setInput(3_000_000_000L)
                                .build(),
                        PriceTier.newBuilder()
                                .setAboveInputTokens(100)
                                .setInput(2_000_000_000L)
                                .build()));
        Prices prices = Given.fleet(terms).catalog().pricesAt(Given.NOW);

        assertThat(prices.cost(0, 100, 10)).isCloseTo(100 * 1_000 + 10 * 5_000 + 7, within(1e-6));
        assertThat(prices.cost(0, 101, 10)).isCloseTo(101 * 2_000 + 10 * 5_000 + 7, within(1e-6));
        assertThat(prices.cost(0, 201, 10)).isCloseTo(201 * 3_000 + 10 * 5_000 + 7, within(1e-6));
    }
}
