package dev.turnpike.metering.pricing;

import dev.turnpike.schemas.Pricing.Tokens;

/** What a usage costs, or why that cannot be said. */
public sealed interface Quote {

    /** A known cost in nano-dollars, by the price of that version. */
    record Priced(Tokens tokens, long nanoUsd, String priceVersion) implements Quote {}

    /** Tokens without a known price: never taken for free. */
    record Unpriced(Tokens tokens, String reason) implements Quote {}

    /** Counts that cannot be: a part exceeds its whole, or a count is negative. */
    record Contradictory(String detail) implements Quote {}
}
