package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.PriceTier;
import dev.turnpike.schemas.event.UsageReport;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PricingTest {

    private static final long USD = Money.NANOS_PER_USD;

    @Test
    void shouldPriceEachClassOfTokens() {
        Price price = price(p -> p.setInput(3 * USD)
                .setCacheRead(USD / 10)
                .setCacheWrite5m(4 * USD)
                .setCacheWrite1h(6 * USD)
                .setOutput(15 * USD)
                .setReasoning(20 * USD)
                .setPerRequest(7));

        assertThat(Pricing.cost(price, new Tokens(1_000_000, 0, 0, 0, 0, 0), null))
                .isEqualTo(3 * USD + 7);
        assertThat(Pricing.cost(price, new Tokens(0, 1_000_000, 0, 0, 0, 0), null))
                .isEqualTo(USD / 10 + 7);
        assertThat(Pricing.cost(price, new Tokens(0, 0, 1_000_000, 0, 0, 0), null))
                .isEqualTo(4 * USD + 7);
        assertThat(Pricing.cost(price, new Tokens(0, 0, 0, 1_000_000, 0, 0), null))
                .isEqualTo(6 * USD + 7);
        assertThat(Pricing.cost(price, new Tokens(0, 0, 0, 0, 1_000_000, 0), null))
                .isEqualTo(15 * USD + 7);
        assertThat(Pricing.cost(price, new Tokens(0, 0, 0, 0, 0, 1_000_000), null))
                .isEqualTo(20 * USD + 7);
        assertThat(Pricing.cost(price, new Tokens(0, 0, 0, 0, 0, 0), null)).isEqualTo(7);
    }

    @Test
    void shouldPriceWhatHasNoPriceOfItsOwnLikeWhatItBelongsTo() {
        Price price = price(p -> p.setInput(3 * USD).setOutput(15 * USD));
        Price written = price(p -> p.setInput(3 * USD).setOutput(15 * USD).setCacheWrite5m(4 * USD));

        assertThat(Pricing.cost(price, new Tokens(0, 1_000_000, 1_000_000, 1_000_000, 0, 1_000_000), null))
                .isEqualTo(3 * 3 * USD + 15 * USD);
        assertThat(Pricing.cost(written, new Tokens(0, 0, 0, 1_000_000, 0, 0), null))
                .isEqualTo(4 * USD);
    }

    @ParameterizedTest
    @CsvSource({"200000, 2", "200001, 4", "1000000, 4", "1000001, 9"})
    void shouldTakeTheTierThatTheWholeInputExceeds(long input, long usdPerMillion) {
        // tiers as a file may list them: in any order
        Price price = price(p -> p.setInput(2 * USD)
                .setOutput(0)
                .setTiers(List.of(tier(1_000_000, t -> t.setInput(9 * USD)), tier(200_000, t -> t.setInput(4 * USD)))));

        assertThat(Pricing.cost(price, new Tokens(input - 10, 10, 0, 0, 0, 0), null))
                .isEqualTo(input * usdPerMillion * 1_000);
    }

    @Test
    void shouldKeepTheBasePriceWhereATierHasNone() {
        Price price = price(p -> p.setInput(2 * USD)
                .setCacheRead(USD)
                .setOutput(10 * USD)
                .setTiers(List.of(tier(0, t -> t.setOutput(20 * USD)))));

        assertThat(Pricing.cost(price, new Tokens(1_000_000, 0, 0, 0, 0, 0), null))
                .isEqualTo(2 * USD);
        assertThat(Pricing.cost(price, new Tokens(0, 1_000_000, 0, 0, 0, 0), null))
                .isEqualTo(USD);
        // reasoning has no price anywhere: it follows the output of the tier
        assertThat(Pricing.cost(price, new Tokens(1, 0, 0, 0, 0, 1_000_000), null))
                .isEqualTo(20 * USD + 2_000);
    }

    @ParameterizedTest
    @CsvSource({"batch, 500000000", "priority, 1750000000", "unheard-of, 1000000000", ", 1000000000"})
    void shouldMultiplyByTheServiceTier(String serviceTier, long cost) {
        Price price = price(
                p -> p.setInput(USD).setOutput(0).setServiceTierPpm(Map.of("batch", 500_000L, "priority", 1_750_000L)));

        assertThat(Pricing.cost(price, new Tokens(1_000_000, 0, 0, 0, 0, 0), serviceTier))
                .isEqualTo(cost);
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "3, 2", "5, 2", "7, 4"})
    void shouldRoundHalfEvenOncePerEvent(long halves, long cost) {
        // half a nano-dollar per token: class by class it would round differently
        Price price = price(p -> p.setInput(500_000).setOutput(500_000));

        assertThat(Pricing.cost(price, new Tokens(halves, 0, 0, 0, 0, 0), null)).isEqualTo(cost);
        assertThat(Pricing.cost(price, new Tokens(halves - 1, 0, 0, 0, 1, 0), null))
                .isEqualTo(cost);
    }

    @Test
    void shouldBeExactWhereTheSumLeavesTheRangeOfALong() {
        Price price = price(p -> p.setInput(1_000 * USD).setOutput(0).setServiceTierPpm(Map.of("half", 500_000L)));
        Tokens many = new Tokens(9_000_000_000_000L, 0, 0, 0, 0, 0);

        assertThat(Pricing.cost(price, many, null)).isEqualTo(9_000_000_000_000_000_000L);
        assertThat(Pricing.cost(price, many, "half")).isEqualTo(4_500_000_000_000_000_000L);
    }

    @Test
    void shouldFailRatherThanWrap() {
        Price price = price(p -> p.setInput(2_000 * USD).setOutput(0));
        Tokens many = new Tokens(9_000_000_000_000L, 0, 0, 0, 0, 0);

        assertThatThrownBy(() -> Pricing.cost(price, many, null)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Pricing.bound(price, 9_000_000_000_000L, 0)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void shouldBoundByTheDearestThatCanOccur() {
        Price price = price(p -> p.setInput(2 * USD)
                .setCacheWrite1h(5 * USD)
                .setOutput(10 * USD)
                .setReasoning(12 * USD)
                .setPerRequest(3)
                .setTiers(List.of(tier(200_000, t -> t.setInput(6 * USD))))
                .setServiceTierPpm(Map.of("batch", 500_000L, "priority", 2_000_000L)));

        assertThat(Pricing.bound(price, 200_000, 1_000_000)).isEqualTo(2 * (USD + 12 * USD + 3));
        assertThat(Pricing.bound(price, 200_001, 0)).isEqualTo(2 * (200_001L * 6_000 + 3));
    }

    @Test
    void shouldRoundABoundUp() {
        assertThat(Pricing.bound(price(p -> p.setInput(1).setOutput(0)), 1, 0)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"0,", "99,", "100, first", "199, first", "200, second", "1000, second"})
    void shouldFindThePriceInForce(long at, String version) {
        // listed latest first
        List<Price> prices = List.of(
                price(p -> p.setVersion("second").setEffectiveFrom(200)),
                price(p -> p.setVersion("first").setEffectiveFrom(100)));

        Price found = Pricing.inForce(prices, at);

        assertThat(found == null ? null : found.getVersion()).isEqualTo(version);
    }

    @Test
    void shouldSplitInclusiveCountsIntoDisjointClasses() {
        UsageReport report = usage(r -> r.setInputTokens(100)
                .setCacheReadInputTokens(60)
                .setCacheCreationInputTokens(30)
                .setCacheCreation1hInputTokens(10)
                .setOutputTokens(50)
                .setReasoningOutputTokens(20));

        Tokens tokens = Tokens.of(report);

        assertThat(tokens).isEqualTo(new Tokens(10, 60, 20, 10, 30, 20));
        assertThat(tokens.inclusiveInput()).isEqualTo(100);
        assertThat(tokens.inclusiveOutput()).isEqualTo(50);
        assertThat(tokens.total()).isEqualTo(150);
    }

    @ParameterizedTest
    @CsvSource({
        // input, read, written, written for 1 h, output, reasoning
        "-1, 0, 0, 0, 0, 0, token counts must not be negative: -1",
        "0, 0, 0, 0, 0, -7, token counts must not be negative: -7",
        "10, 11, 0, 0, 0, 0, cache_read_input_tokens 11 and cache_creation_input_tokens 0 exceed input_tokens 10",
        "10, 6, 5, 0, 0, 0, cache_read_input_tokens 6 and cache_creation_input_tokens 5 exceed input_tokens 10",
        "10, 9223372036854775807, 9223372036854775807, 0, 0, 0, cache_read_input_tokens 9223372036854775807 and"
                + " cache_creation_input_tokens 9223372036854775807 exceed input_tokens 10",
        "10, 0, 5, 6, 0, 0, cache_creation_1h_input_tokens 6 exceeds cache_creation_input_tokens 5",
        "0, 0, 0, 0, 5, 6, reasoning_output_tokens 6 exceeds output_tokens 5",
        "9223372036854775807, 0, 0, 0, 1, 0, input_tokens 9223372036854775807 and output_tokens 1 add up to more than"
                + " can be counted"
    })
    void shouldRefusePartsThatExceedTheWhole(
            long input, long read, long written, long written1h, long output, long reasoning, String message) {
        UsageReport report = usage(r -> r.setInputTokens(input)
                .setCacheReadInputTokens(read)
                .setCacheCreationInputTokens(written)
                .setCacheCreation1hInputTokens(written1h)
                .setOutputTokens(output)
                .setReasoningOutputTokens(reasoning));

        assertThatThrownBy(() -> Tokens.of(report))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    static Price price(Consumer<Price.Builder> change) {
        Price.Builder price = Price.newBuilder()
                .setVersion("v")
                .setEffectiveFrom(0)
                .setInput(0)
                .setOutput(0);
        change.accept(price);
        return price.build();
    }

    static PriceTier tier(long aboveInputTokens, Consumer<PriceTier.Builder> change) {
        PriceTier.Builder tier = PriceTier.newBuilder().setAboveInputTokens(aboveInputTokens);
        change.accept(tier);
        return tier.build();
    }

    private static UsageReport usage(Consumer<UsageReport.Builder> change) {
        UsageReport.Builder report = UsageReport.newBuilder()
                .setUsageId("u1")
                .setSource("test")
                .setTeam("search")
                .setModel("gpt-5")
                .setOccurredAt(0);
        change.accept(report);
        return report.build();
    }
}
