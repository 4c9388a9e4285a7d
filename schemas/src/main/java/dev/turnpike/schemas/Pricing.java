package dev.turnpike.schemas;

import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.PriceTier;
import dev.turnpike.schemas.event.UsageReport;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What tokens cost: Σ tokens × price ÷ 1,000,000 over the disjoint token classes, plus the charge per request, times the
 * service tier's multiplier; rounded half-even once per event.
 */
public final class Pricing {

    private static final BigInteger TOKENS_PER_PRICE = BigInteger.valueOf(1_000_000);
    private static final long PPM = 1_000_000;
    private static final Set<String> USUAL_TIERS = Set.of("standard", "default", "auto");

    /** The reason that a correction names which follows from a change of a past price. */
    public static final String CHANGED = "its price was changed";

    private Pricing() {}

    /** When an offer's prices were changed last, milliseconds since 1970-01-01 UTC; 0 where none says. */
    public static long newest(ModelOffer offer) {
        return offer.getPrices().stream().mapToLong(Pricing::changed).max().orElse(0);
    }

    /** When a price was recorded or, later, superseded. */
    public static long changed(Price price) {
        return Math.max(price.getRecordedAt(), Objects.requireNonNullElse(price.getSupersededAt(), 0L));
    }

    /** What a price is called by convention: {@code provider/model@date}, with the time of day where it is not midnight UTC. */
    public static String version(String offerId, long effectiveFrom) {
        String start = Instant.ofEpochMilli(effectiveFrom).toString();
        return offerId + '@' + (start.endsWith("T00:00:00Z") ? start.substring(0, 10) : start);
    }

    /** Tokens of one attempt in disjoint classes. */
    public record Tokens(
            long input, long cacheRead, long cacheWrite5m, long cacheWrite1h, long output, long reasoning) {

        /** All input tokens, cached ones included. */
        public long inclusiveInput() {
            return input + cacheRead + cacheWrite5m + cacheWrite1h;
        }

        /** All output tokens, reasoning included. */
        public long inclusiveOutput() {
            return output + reasoning;
        }

        public long total() {
            return inclusiveInput() + inclusiveOutput();
        }

        /**
         * Splits the inclusive counts of a report into disjoint classes.
         *
         * @throws IllegalArgumentException if a count is negative, the parts exceed the whole or the whole is beyond counting
         */
        public static Tokens of(UsageReport report) {
            long input = report.getInputTokens();
            long cacheRead = report.getCacheReadInputTokens();
            long written = report.getCacheCreationInputTokens();
            long written1h = report.getCacheCreation1hInputTokens();
            long output = report.getOutputTokens();
            long reasoning = report.getReasoningOutputTokens();
            long least = Math.min(
                    Math.min(Math.min(input, cacheRead), Math.min(written, written1h)), Math.min(output, reasoning));
            if (least < 0) {
                throw new IllegalArgumentException("token counts must not be negative: " + least);
            }
            if (cacheRead > input || written > input - cacheRead) {
                throw new IllegalArgumentException("cache_read_input_tokens " + cacheRead
                        + " and cache_creation_input_tokens " + written + " exceed input_tokens " + input);
            }
            if (written1h > written) {
                throw new IllegalArgumentException("cache_creation_1h_input_tokens " + written1h
                        + " exceeds cache_creation_input_tokens " + written);
            }
            if (reasoning > output) {
                throw new IllegalArgumentException(
                        "reasoning_output_tokens " + reasoning + " exceeds output_tokens " + output);
            }
            if (output > Long.MAX_VALUE - input) {
                throw new IllegalArgumentException("input_tokens " + input + " and output_tokens " + output
                        + " add up to more than can be counted");
            }
            return new Tokens(
                    input - cacheRead - written,
                    cacheRead,
                    written - written1h,
                    written1h,
                    output - reasoning,
                    reasoning);
        }
    }

    /** The price in force at an instant: the one with the latest start that is not after it; null where there is none. */
    public static @Nullable Price inForce(List<Price> prices, long epochMilli) {
        return inForce(prices, epochMilli, Long.MAX_VALUE);
    }

    /**
     * The price in force at an instant, by what was recorded at another one: prices that came later are not known there,
     * and those that were superseded later still stand.
     */
    public static @Nullable Price inForce(List<Price> prices, long epochMilli, long recorded) {
        Price found = null;
        for (Price price : prices) {
            if (stands(price, recorded)
                    && price.getEffectiveFrom() <= epochMilli
                    && (found == null || price.getEffectiveFrom() > found.getEffectiveFrom())) {
                found = price;
            }
        }
        return found;
    }

    /** Whether a price stands: it is not superseded. */
    public static boolean stands(Price price) {
        return stands(price, Long.MAX_VALUE);
    }

    private static boolean stands(Price price, long recorded) {
        Long superseded = price.getSupersededAt();
        return price.getRecordedAt() <= recorded && (superseded == null || superseded > recorded);
    }

    /** Whether a price says what a service tier costs. */
    public static boolean knows(Price price, @Nullable String serviceTier) {
        return isUsual(serviceTier) || price.getServiceTierPpm().containsKey(serviceTier);
    }

    /** Whether a service tier is the one that needs no name: everybody has another one for it. */
    public static boolean isUsual(@Nullable String serviceTier) {
        return serviceTier == null || USUAL_TIERS.contains(serviceTier);
    }

    /**
     * The cost of one attempt in nano-dollars; of a service tier that the price does not {@link #knows know}, the standard
     * one's.
     *
     * @throws ArithmeticException if it does not fit a long
     */
    public static long cost(Price price, Tokens tokens, @Nullable String serviceTier) {
        Rates rates = rates(price, tokens.inclusiveInput());
        long ppm = multiplier(price, serviceTier);
        try {
            long perMillion = Math.addExact(
                    Math.addExact(
                            Math.addExact(
                                    Math.multiplyExact(tokens.input(), rates.input),
                                    Math.multiplyExact(tokens.cacheRead(), rates.cacheRead)),
                            Math.addExact(
                                    Math.multiplyExact(tokens.cacheWrite5m(), rates.cacheWrite5m),
                                    Math.multiplyExact(tokens.cacheWrite1h(), rates.cacheWrite1h))),
                    Math.addExact(
                            Math.multiplyExact(tokens.output(), rates.output),
                            Math.multiplyExact(tokens.reasoning(), rates.reasoning)));
            long whole = Math.addExact(perMillion, Math.multiplyExact(price.getPerRequest(), PPM));
            return ppm == PPM ? Money.multiplyDivide(whole, 1, PPM) : Money.multiplyDivide(whole, ppm, PPM * PPM);
        } catch (ArithmeticException e) {
            return exactCost(price, rates, tokens, ppm);
        }
    }

    /**
     * The most an attempt can cost: every input token at the dearest input class, every output token at the dearest
     * output class, in the dearest tier the input can reach and at the dearest service tier.
     *
     * @throws ArithmeticException if it does not fit a long
     */
    public static long bound(Price price, long inputTokens, long outputTokens) {
        long input = 0;
        long output = 0;
        for (int tier = -1; tier < price.getTiers().size(); tier++) {
            if (tier >= 0 && price.getTiers().get(tier).getAboveInputTokens() >= inputTokens) {
                continue;
            }
            Rates rates = Rates.with(price, tier < 0 ? null : price.getTiers().get(tier));
            input = Math.max(input, rates.dearestInput());
            output = Math.max(output, Math.max(rates.output, rates.reasoning));
        }
        long ppm = PPM;
        for (long multiplier : price.getServiceTierPpm().values()) {
            ppm = Math.max(ppm, multiplier);
        }
        long perRequest = price.getPerRequest();
        if ((inputTokens | outputTokens | input | output | perRequest) < 0) {
            return exactBound(inputTokens, input, outputTokens, output, perRequest, ppm);
        }
        try {
            long perMillion = Math.addExact(
                    Math.addExact(Math.multiplyExact(inputTokens, input), Math.multiplyExact(outputTokens, output)),
                    Math.multiplyExact(perRequest, PPM));
            // rounding up twice is rounding up once, since the first is to a whole number
            long scaled = Math.addExact(
                    Math.multiplyExact(perMillion / PPM, ppm), divideUp(Math.multiplyExact(perMillion % PPM, ppm)));
            return divideUp(scaled);
        } catch (ArithmeticException e) {
            return exactBound(inputTokens, input, outputTokens, output, perRequest, ppm);
        }
    }

    private static long divideUp(long amount) {
        return amount / PPM + (amount % PPM > 0 ? 1 : 0);
    }

    static long exactBound(
            long inputTokens, long inputRate, long outputTokens, long outputRate, long perRequest, long ppm) {
        BigInteger divisor = TOKENS_PER_PRICE.multiply(BigInteger.valueOf(PPM));
        return product(inputTokens, inputRate)
                .add(product(outputTokens, outputRate))
                .add(product(perRequest, PPM))
                .multiply(BigInteger.valueOf(ppm))
                .add(divisor.subtract(BigInteger.ONE))
                .divide(divisor)
                .longValueExact();
    }

    private static long exactCost(Price price, Rates rates, Tokens tokens, long ppm) {
        BigInteger perMillion = product(tokens.input(), rates.input)
                .add(product(tokens.cacheRead(), rates.cacheRead))
                .add(product(tokens.cacheWrite5m(), rates.cacheWrite5m))
                .add(product(tokens.cacheWrite1h(), rates.cacheWrite1h))
                .add(product(tokens.output(), rates.output))
                .add(product(tokens.reasoning(), rates.reasoning))
                .add(BigInteger.valueOf(price.getPerRequest()).multiply(TOKENS_PER_PRICE));
        return new BigDecimal(perMillion.multiply(BigInteger.valueOf(ppm)))
                .divide(new BigDecimal(TOKENS_PER_PRICE.multiply(BigInteger.valueOf(PPM))), 0, RoundingMode.HALF_EVEN)
                .longValueExact();
    }

    private static BigInteger product(long tokens, long rate) {
        return BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(rate));
    }

    /** The long-context tier that applies to so much input, all classes of it together; null where the base prices do. */
    public static @Nullable PriceTier tier(Price price, long inclusiveInput) {
        PriceTier chosen = null;
        for (PriceTier tier : price.getTiers()) {
            if (inclusiveInput > tier.getAboveInputTokens()
                    && (chosen == null || tier.getAboveInputTokens() > chosen.getAboveInputTokens())) {
                chosen = tier;
            }
        }
        return chosen;
    }

    /** What each class costs where there is so much input, all classes of it together. */
    public static Rates rates(Price price, long inclusiveInput) {
        return Rates.with(price, tier(price, inclusiveInput));
    }

    /** What a service tier multiplies the whole cost by, parts per million; of one that the price does not know, a million. */
    public static long multiplier(Price price, @Nullable String serviceTier) {
        return serviceTier == null ? PPM : price.getServiceTierPpm().getOrDefault(serviceTier, PPM);
    }

    /** Nano-dollars per million tokens of each class, with defaults filled in and the tier chosen. */
    public record Rates(long input, long cacheRead, long cacheWrite5m, long cacheWrite1h, long output, long reasoning) {

        static Rates with(Price price, @Nullable PriceTier tier) {
            long input = first(tier == null ? null : tier.getInput(), price.getInput());
            long cacheRead = first(tier == null ? null : tier.getCacheRead(), first(price.getCacheRead(), input));
            long write5m = first(tier == null ? null : tier.getCacheWrite5m(), first(price.getCacheWrite5m(), input));
            long write1h = first(tier == null ? null : tier.getCacheWrite1h(), first(price.getCacheWrite1h(), write5m));
            long output = first(tier == null ? null : tier.getOutput(), price.getOutput());
            long reasoning = first(tier == null ? null : tier.getReasoning(), first(price.getReasoning(), output));
            return new Rates(input, cacheRead, write5m, write1h, output, reasoning);
        }

        long dearestInput() {
            return Math.max(Math.max(input, cacheRead), Math.max(cacheWrite5m, cacheWrite1h));
        }

        private static long first(@Nullable Long value, long otherwise) {
            return value == null ? otherwise : value;
        }
    }
}
