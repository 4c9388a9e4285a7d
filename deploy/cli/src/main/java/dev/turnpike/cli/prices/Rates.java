package dev.turnpike.cli.prices;

import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.PriceTier;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Nano-dollars per million tokens by class and by the length of the input above which they apply; 0: from the first token. */
final class Rates {

    private static final BigInteger PPM = BigInteger.valueOf(1_000_000);

    private final TreeMap<Long, Map<Rate, Long>> above = new TreeMap<>();

    void put(long aboveInputTokens, Rate rate, @Nullable Long nanos) {
        if (nanos != null) {
            above.computeIfAbsent(aboveInputTokens, any -> new EnumMap<>(Rate.class))
                    .put(rate, nanos);
        }
    }

    @Nullable
    Long find(Rate rate) {
        return above.getOrDefault(0L, Map.of()).get(rate);
    }

    /** The price that these rates make. */
    Price price(String id, long effectiveFrom) throws Unrepresentable {
        Long input = find(Rate.INPUT);
        Long output = find(Rate.OUTPUT);
        if (input == null || output == null) {
            throw new Unrepresentable("no price per token for both input and output");
        }
        return Price.newBuilder()
                .setVersion(Pricing.version(id, effectiveFrom))
                .setEffectiveFrom(effectiveFrom)
                .setInput(input)
                .setOutput(output)
                .setCacheRead(find(Rate.CACHE_READ))
                .setCacheWrite5m(find(Rate.CACHE_WRITE_5M))
                .setCacheWrite1h(find(Rate.CACHE_WRITE_1H))
                .setReasoning(find(Rate.REASONING))
                .setTiers(tiers())
                .build();
    }

    private List<PriceTier> tiers() {
        List<PriceTier> tiers = new ArrayList<>();
        // a tier of ours says all that differs from the base, one of a list what differs from the tier below
        Map<Rate, Long> rates = new EnumMap<>(Rate.class);
        above.tailMap(0L, false).forEach((tokens, stated) -> {
            rates.putAll(stated);
            tiers.add(PriceTier.newBuilder()
                    .setAboveInputTokens(tokens)
                    .setInput(rates.get(Rate.INPUT))
                    .setOutput(rates.get(Rate.OUTPUT))
                    .setCacheRead(rates.get(Rate.CACHE_READ))
                    .setCacheWrite5m(rates.get(Rate.CACHE_WRITE_5M))
                    .setCacheWrite1h(rates.get(Rate.CACHE_WRITE_1H))
                    .setReasoning(rates.get(Rate.REASONING))
                    .build());
        });
        return tiers;
    }

    /** What each of these rates has to be multiplied by, in parts per million, to be another's; null: there is no such number. */
    @Nullable
    Long factor(Rates other) {
        if (!above.keySet().equals(other.above.keySet())) {
            return null;
        }
        Long factor = null;
        for (Map.Entry<Long, Map<Rate, Long>> tier : above.entrySet()) {
            Map<Rate, Long> others = other.above.getOrDefault(tier.getKey(), Map.of());
            if (!tier.getValue().keySet().equals(others.keySet())) {
                return null;
            }
            for (Map.Entry<Rate, Long> rate : tier.getValue().entrySet()) {
                Long theirs = others.getOrDefault(rate.getKey(), 0L);
                if (rate.getValue() == 0 && theirs == 0) {
                    continue;
                }
                Long each = exactRatio(theirs, rate.getValue());
                if (each == null || (factor != null && !factor.equals(each))) {
                    return null;
                }
                factor = each;
            }
        }
        return factor;
    }

    private static @Nullable Long exactRatio(long value, long base) {
        if (value == 0 || base == 0) {
            return null;
        }
        BigInteger[] ratio = BigInteger.valueOf(value).multiply(PPM).divideAndRemainder(BigInteger.valueOf(base));
        return ratio[1].signum() == 0 && ratio[0].bitLength() < Long.SIZE ? ratio[0].longValue() : null;
    }
}
