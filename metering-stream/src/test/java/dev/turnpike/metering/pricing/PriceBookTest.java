package dev.turnpike.metering.pricing;

import static dev.turnpike.metering.Given.NOON;
import static dev.turnpike.metering.Given.link;
import static dev.turnpike.metering.Given.offer;
import static dev.turnpike.metering.Given.price;
import static dev.turnpike.metering.Given.prices;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.metering.Given;
import dev.turnpike.metering.pricing.Quote.Contradictory;
import dev.turnpike.metering.pricing.Quote.Priced;
import dev.turnpike.metering.pricing.Quote.Unpriced;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.UsageReport;
import java.util.List;
import org.junit.jupiter.api.Test;

class PriceBookTest {

    private static final UsageReport USAGE = Given.usage("r1", 1, "openai", "small")
            .setInputTokens(7)
            .setOutputTokens(3)
            .build();

    @Test
    void shouldTakeThePriceInForceAtTheInstant() {
        // given
        Price later =
                Price.newBuilder(price("small@2", 5)).setEffectiveFrom(NOON).build();
        PriceBook book = prices(offer("openai", "small", later, price("small@1", 2)));

        // when
        Quote before = book.price(USAGE, List.of(), NOON - 1);
        Quote after = book.price(USAGE, List.of(), NOON);

        // then
        assertThat(before).isInstanceOfSatisfying(Priced.class, priced -> {
            assertThat(priced.nanoUsd()).isEqualTo(20);
            assertThat(priced.priceVersion()).isEqualTo("small@1");
        });
        assertThat(after).isInstanceOfSatisfying(Priced.class, priced -> {
            assertThat(priced.nanoUsd()).isEqualTo(50);
            assertThat(priced.priceVersion()).isEqualTo("small@2");
        });
    }

    @Test
    void shouldPreferThePriceOfTheDispatch() {
        PriceBook book = prices(offer("openai", "small", price("small@2", 5)));

        Quote quote = book.price(USAGE, List.of(link("openai", "small", price("small@1", 2))), NOON);

        assertThat(quote)
                .isInstanceOfSatisfying(
                        Priced.class,
                        priced -> assertThat(priced.priceVersion()).isEqualTo("small@1"));
    }

    @Test
    void shouldNotTakeAnotherProvidersPrice() {
        PriceBook book = prices(offer("openai", "small", price("small@2", 5)));

        Quote quote = book.price(USAGE, List.of(link("azure", "small", price("azure@1", 2))), NOON);

        assertThat(quote)
                .isInstanceOfSatisfying(
                        Priced.class,
                        priced -> assertThat(priced.priceVersion()).isEqualTo("small@2"));
    }

    @Test
    void shouldSayWhyThereIsNoPrice() {
        Price later =
                Price.newBuilder(price("small@2", 5)).setEffectiveFrom(NOON).build();

        assertThat(prices().price(USAGE, List.of(), NOON)).isInstanceOfSatisfying(Unpriced.class, unpriced -> {
            assertThat(unpriced.reason()).isEqualTo("openai/small is not in the catalog");
            assertThat(unpriced.tokens().total()).isEqualTo(10);
        });
        assertThat(prices(offer("openai", "small", later)).price(USAGE, List.of(), NOON - 1))
                .isInstanceOfSatisfying(
                        Unpriced.class,
                        unpriced -> assertThat(unpriced.reason()).isEqualTo("openai/small has no price in force"));
    }

    @Test
    void shouldNotGuessWhatContradictsItself() {
        UsageReport usage =
                UsageReport.newBuilder(USAGE).setCacheReadInputTokens(8).build();

        Quote quote = prices(offer("openai", "small", price("small@1", 2))).price(usage, List.of(), NOON);

        assertThat(quote)
                .isInstanceOfSatisfying(
                        Contradictory.class,
                        contradictory ->
                                assertThat(contradictory.detail()).contains("cache_read_input_tokens 8", "exceed"));
    }
}
