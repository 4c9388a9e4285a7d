package dev.turnpike.router.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OfferTest {

    @Test
    void shouldHaveThePriceThatIsInForce() {
        var terms = Given.offer("a/one", "1", "1", 0.9);
        terms.setPrices(List.of(
                Given.price("a/one", "2", "2", 2_000),
                Given.price("a/one", "1", "1", 1_000),
                Given.price("a/one", "3", "3", 3_000)));
        var offer = Given.offer(terms);

        assertThat(offer.priceAt(999)).isNull();
        assertThat(offer.priceAt(1_000).getVersion()).isEqualTo("a/one@1000");
        assertThat(offer.priceAt(2_999).getVersion()).isEqualTo("a/one@2000");
        assertThat(offer.priceAt(9_999).getVersion()).isEqualTo("a/one@3000");
    }

    @Test
    void shouldGiveNoMoreOutputThanItsContextLeaves() {
        var terms = Given.offer("a/one", "1", "1", 0.9);
        terms.setContextTokens(1_000L);
        terms.setMaxOutputTokens(400L);

        assertThat(Given.offer(terms).mostOutput(100)).isEqualTo(400);
        assertThat(Given.offer(terms).mostOutput(900)).isEqualTo(100);
    }
}
