package dev.turnpike.router.decision;

import dev.turnpike.schemas.event.ModelOffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The terms of a fleet's offers in columns, and their names. Fleets that differ in performance only share one.
 *
 * <p>A decision walks over all offers. What it asks of each is worked out when the catalog changes, so that the walk reads arrays
 * and allocates nothing.
 */
final class Catalog {

    static final int TOOLS = 1;
    static final int VISION = 2;
    static final int JSON = 4;

    private final Offer[] offers;
    private final Map<String, int[]> names;
    private final Map<String, String> aliases;
    private final int[] abilities;
    private final long[] contexts;
    // most requests are admitted under the prices of the request before
    private volatile @Nullable Prices prices;

    Catalog(Offer[] offers, Map<String, int[]> names, Map<String, String> aliases) {
        this.offers = offers;
        this.names = names;
        this.aliases = aliases;
        this.abilities = new int[offers.length];
        this.contexts = new long[offers.length];
        for (int i = 0; i < offers.length; i++) {
            ModelOffer terms = offers[i].terms();
            abilities[i] =
                    (terms.getTools() ? TOOLS : 0) | (terms.getVision() ? VISION : 0) | (terms.getJson() ? JSON : 0);
            contexts[i] = offers[i].context();
        }
    }

    Prices pricesAt(long instant) {
        Prices last = prices;
        if (last == null || !last.areGoodAt(instant)) {
            last = Prices.at(instant, offers);
            prices = last;
        }
        return last;
    }

    /** Whether an offer has all of these abilities and room for an input and at least one token behind it. */
    boolean fits(int index, int needed, long inputTokens, long minContext) {
        long context = contexts[index];
        return (needed & ~abilities[index]) == 0 && context > inputTokens && context >= minContext;
    }

    /** What an alias stands for; the name itself where it is none. */
    String resolve(String name) {
        return aliases.getOrDefault(name, name);
    }

    int @Nullable [] named(String name) {
        return names.get(name);
    }
}
