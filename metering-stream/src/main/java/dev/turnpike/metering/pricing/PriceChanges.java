package dev.turnpike.metering.pricing;

import dev.turnpike.metering.pricing.Quote.Priced;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What prices were recorded or superseded between two instants, and what is booked otherwise because of it.
 *
 * <p>An entry is right by a record of prices if it costs what the price costs that was in force, by that record, when its
 * request was admitted. What was right by the earlier record and is not by the later one is to be corrected; and what was priced
 * by a version that came and went between the two.
 */
public final class PriceChanges {

    /** There is nothing to be corrected. */
    public static final long NEVER = Long.MAX_VALUE;

    private final long from;
    private final long to;
    private final Map<String, ModelOffer> offers = new HashMap<>();
    private final Map<String, ModelOffer> byVersion = new HashMap<>();

    /**
     * Begins without any.
     *
     * @param from the instant of the earlier record, milliseconds since 1970-01-01 UTC
     * @param to the instant of the later one
     */
    public PriceChanges(long from, long to) {
        this.from = from;
        this.to = to;
    }

    /** Takes over an offer, unless nothing of it was changed in between. */
    public void add(String id, ModelOffer offer) {
        if (offer.getPrices().stream().anyMatch(this::isBetween)) {
            offers.put(id, offer);
            offer.getPrices().forEach(price -> byVersion.put(price.getVersion(), offer));
        }
    }

    /**
     * The earliest admission that may have to be booked otherwise; {@link #NEVER} where there is none.
     *
     * @param unpricedSince the earliest admission of usage without a price; {@link #NEVER}: there was none
     * @param now what is later cannot have been booked
     */
    public long since(long unpricedSince, long now) {
        long since = NEVER;
        for (ModelOffer offer : offers.values()) {
            for (Price begins : offer.getPrices()) {
                since = Math.min(since, since(offer, begins.getEffectiveFrom(), unpricedSince));
            }
        }
        return since <= now ? since : NEVER;
    }

    private long since(ModelOffer offer, long at, long unpricedSince) {
        Price before = Pricing.inForce(offer.getPrices(), at, from);
        Price after = Pricing.inForce(offer.getPrices(), at, to);
        if (after == null || after.equals(before)) {
            return NEVER;
        }
        boolean wasUnpriced = before == null && offer.getPrices().stream().noneMatch(this::isPassed);
        return wasUnpriced ? Math.max(at, unpricedSince) : at;
    }

    /**
     * What is right for an entry that was right before; null where it is to stay.
     *
     * @param version the price that it names; null: none was known
     * @param nanoUsd what it costs
     * @param admittedAt what decides the price
     */
    public @Nullable Priced corrected(
            @Nullable String provider,
            String model,
            @Nullable String version,
            long nanoUsd,
            Tokens tokens,
            @Nullable String serviceTier,
            long admittedAt) {
        // a report may name no provider; the price that its dispatch named says which offer it was
        ModelOffer offer = provider == null && version != null
                ? byVersion.get(version)
                : offers.get(BudgetScopes.offerId(provider, model));
        if (offer == null || !(quote(offer, tokens, serviceTier, admittedAt, to) instanceof Priced right)) {
            return null;
        }
        Quote before = quote(offer, tokens, serviceTier, admittedAt, from);
        if (version == null) {
            return before instanceof Priced ? null : right;
        }
        if (right.nanoUsd() == nanoUsd) {
            return null;
        }
        boolean wasRight = before instanceof Priced priced && priced.nanoUsd() == nanoUsd;
        Price named = PriceBook.version(offer, version);
        return wasRight || (named != null && isNew(named)) ? right : null;
    }

    private static @Nullable Quote quote(
            ModelOffer offer, Tokens tokens, @Nullable String serviceTier, long at, long recorded) {
        Price price = Pricing.inForce(offer.getPrices(), at, recorded);
        return price == null ? null : PriceBook.priced(price, tokens, serviceTier);
    }

    private boolean isBetween(Price price) {
        return Pricing.changed(price) > from && price.getRecordedAt() <= to;
    }

    /** Whether a price is not in the earlier record: what names it has never been looked at. */
    private boolean isNew(Price price) {
        return price.getRecordedAt() > from;
    }

    /** Whether a price came and went, so that usage may have been priced by it. */
    private boolean isPassed(Price price) {
        return isNew(price) && !Pricing.stands(price);
    }
}
