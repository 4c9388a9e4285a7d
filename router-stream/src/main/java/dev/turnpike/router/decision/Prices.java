package dev.turnpike.router.decision;

import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.PriceTier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The price in force of each offer of a catalog, in columns: good for every instant until one of them changes. */
final class Prices {

    private static final double TOKENS_PER_PRICE = 1_000_000;

    private final long from;
    private final long until;
    private final @Nullable Price[] prices;
    private final double[] input;
    private final double[] output;
    private final double[] perRequest;
    private final boolean[] tiered;

    private Prices(long from, long until, @Nullable Price[] prices) {
        this.from = from;
        this.until = until;
        this.prices = prices;
        this.input = new double[prices.length];
        this.output = new double[prices.length];
        this.perRequest = new double[prices.length];
        this.tiered = new boolean[prices.length];
        for (int i = 0; i < prices.length; i++) {
            Price price = prices[i];
            if (price != null) {
                input[i] = price.getInput() / TOKENS_PER_PRICE;
                output[i] = price.getOutput() / TOKENS_PER_PRICE;
                perRequest[i] = price.getPerRequest();
                tiered[i] = !price.getTiers().isEmpty();
            }
        }
    }

    static Prices at(long instant, Offer[] offers) {
        long from = Long.MIN_VALUE;
        long until = Long.MAX_VALUE;
        Price[] prices = new Price[offers.length];
        for (int i = 0; i < offers.length; i++) {
            prices[i] = offers[i].priceAt(instant);
            from = Math.max(from, prices[i] == null ? Long.MIN_VALUE : prices[i].getEffectiveFrom());
            until = Math.min(until, offers[i].nextPriceAfter(instant));
        }
        return new Prices(from, until, prices);
    }

    boolean areGoodAt(long instant) {
        return from <= instant && instant < until;
    }

    /** Null where none is in force. */
    @Nullable
    Price of(int index) {
        return prices[index];
    }

    /** What tokens are expected to cost at an offer, nano-dollars: only ranks, what is held and booked is exact. */
    double cost(int index, long inputTokens, double outputTokens) {
        double inputRate = input[index];
        double outputRate = output[index];
        Price price = tiered[index] ? prices[index] : null;
        PriceTier tier = price == null ? null : tier(price.getTiers(), inputTokens);
        if (tier != null) {
            inputRate = tier.getInput() == null ? inputRate : tier.getInput() / TOKENS_PER_PRICE;
            outputRate = tier.getOutput() == null ? outputRate : tier.getOutput() / TOKENS_PER_PRICE;
        }
        return inputTokens * inputRate + outputTokens * outputRate + perRequest[index];
    }

    /** The highest that so many input tokens reach; null: none. */
    private static @Nullable PriceTier tier(List<PriceTier> tiers, long inputTokens) {
        PriceTier highest = null;
        for (PriceTier tier : tiers) {
            boolean reached = inputTokens > tier.getAboveInputTokens();
            if (reached && (highest == null || tier.getAboveInputTokens() > highest.getAboveInputTokens())) {
                highest = tier;
            }
        }
        return highest;
    }
}
