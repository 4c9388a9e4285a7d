package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.PriceTier;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PricingLaws {

    /** Law 2 rests on this: what an attempt costs is never more than what was held for it. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.turnpike.schemas.Seeds#few")
    void shouldNeverCostMoreThanTheBound(long seed) {
        RandomGenerator random = Seeds.random(seed);
        for (int i = 0; i < 1_000; i++) {
            Price price = price(random);
            Tokens tokens = tokens(random);
            long input = tokens.inclusiveInput() + random.nextLong(2) * random.nextLong(1_000_000);
            long output = tokens.inclusiveOutput() + random.nextLong(2) * random.nextLong(1_000);

            assertThat(Pricing.cost(price, tokens, serviceTier(random)))
                    .as("seed %d: %s of %s", seed, tokens, price)
                    .isLessThanOrEqualTo(Pricing.bound(price, input, output));
        }
    }

    /** The fast path and the exact one agree with a plain calculation in decimals. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.turnpike.schemas.Seeds#few")
    void shouldCostWhatExactArithmeticSays(long seed) {
        RandomGenerator random = Seeds.random(seed);
        for (int i = 0; i < 1_000; i++) {
            Price price = price(random);
            price.setTiers(List.of());
            Tokens tokens = tokens(random);
            String serviceTier = serviceTier(random);
            long input = price.getInput();
            long write5m = or(price.getCacheWrite5m(), input);
            BigDecimal exact = times(tokens.input(), input)
                    .add(times(tokens.cacheRead(), or(price.getCacheRead(), input)))
                    .add(times(tokens.cacheWrite5m(), write5m))
                    .add(times(tokens.cacheWrite1h(), or(price.getCacheWrite1h(), write5m)))
                    .add(times(tokens.output(), price.getOutput()))
                    .add(times(tokens.reasoning(), or(price.getReasoning(), price.getOutput())))
                    .movePointLeft(6)
                    .add(BigDecimal.valueOf(price.getPerRequest()))
                    .multiply(BigDecimal.valueOf(
                            serviceTier == null
                                    ? 1_000_000
                                    : price.getServiceTierPpm().getOrDefault(serviceTier, 1_000_000L)))
                    .movePointLeft(6)
                    .setScale(0, RoundingMode.HALF_EVEN);

            assertThat(Pricing.cost(price, tokens, serviceTier))
                    .as("seed %d: %s of %s at %s", seed, tokens, price, serviceTier)
                    .isEqualTo(exact.longValueExact());
        }
    }

    /** The fast path of the bound and the exact one agree. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.turnpike.schemas.Seeds#few")
    void shouldBoundAsExactArithmeticSays(long seed) {
        RandomGenerator random = Seeds.random(seed);
        for (int i = 0; i < 1_000; i++) {
            Price price = new Price(
                    "v",
                    0L,
                    rate(random),
                    rate(random),
                    null,
                    null,
                    null,
                    null,
                    random.nextLong(1_000_000),
                    List.of(),
                    Map.of("priority", random.nextLong(4_000_000)),
                    0L,
                    null);
            long input = count(random);
            // now and then so much that the fast path has to give way
            long output = random.nextInt(10) == 0 ? random.nextLong(1L << 40) : count(random);
            long ppm = Math.max(1_000_000, price.getServiceTierPpm().get("priority"));

            assertThat(Pricing.bound(price, input, output))
                    .as("seed %d: %d and %d tokens of %s", seed, input, output, price)
                    .isEqualTo(Pricing.exactBound(
                            input, price.getInput(), output, price.getOutput(), price.getPerRequest(), ppm));
        }
    }

    private static BigDecimal times(long tokens, long rate) {
        return BigDecimal.valueOf(tokens).multiply(BigDecimal.valueOf(rate));
    }

    private static long or(@Nullable Long price, long otherwise) {
        return price == null ? otherwise : price;
    }

    private static Price price(RandomGenerator random) {
        List<PriceTier> tiers = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            tiers.add(new PriceTier(
                    random.nextLong(1_000_000),
                    maybe(random),
                    maybe(random),
                    maybe(random),
                    maybe(random),
                    maybe(random),
                    maybe(random)));
        }
        return new Price(
                "v",
                0L,
                rate(random),
                rate(random),
                maybe(random),
                maybe(random),
                maybe(random),
                maybe(random),
                random.nextLong(1_000_000),
                tiers,
                Map.of("batch", random.nextLong(1_000_001), "priority", random.nextLong(4_000_000)),
                0L,
                null);
    }

    /** From free to 1,000 dollars per million tokens, odd ones included. */
    private static long rate(RandomGenerator random) {
        return random.nextLong(1_000_000_000_000L) >> random.nextInt(40);
    }

    private static @Nullable Long maybe(RandomGenerator random) {
        return random.nextBoolean() ? rate(random) : null;
    }

    private static @Nullable String serviceTier(RandomGenerator random) {
        return List.of("", "batch", "priority", "unknown")
                .get(random.nextInt(4))
                .transform(t -> t.isEmpty() ? null : t);
    }

    private static Tokens tokens(RandomGenerator random) {
        return new Tokens(count(random), count(random), count(random), count(random), count(random), count(random));
    }

    private static long count(RandomGenerator random) {
        return random.nextLong(400_000) >> random.nextInt(20);
    }
}
