package dev.turnpike.metering.pricing;

import dev.turnpike.metering.pricing.Quote.Contradictory;
import dev.turnpike.metering.pricing.Quote.Priced;
import dev.turnpike.metering.pricing.Quote.Unpriced;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.UsageReport;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Every price with the date from which it is in force.
 *
 * <p>A dispatch names the prices of its admission. They win, as the catalog may be behind; unless it knows better: it has the
 * price and says that it was not the one in force. The catalog also answers for what no dispatch covers.
 *
 * @param offers the catalog by offer id; null where it has no such offer
 */
public record PriceBook(Function<String, @Nullable ModelOffer> offers) {

    /** Prices a report by the chain of its dispatch, or at an instant from the catalog. */
    public Quote price(UsageReport usage, List<ChainModel> chain, long at) {
        Tokens tokens;
        try {
            tokens = Tokens.of(usage);
        } catch (IllegalArgumentException | ArithmeticException e) {
            return new Contradictory(String.valueOf(e.getMessage()));
        }
        return price(usage.getProvider(), usage.getModel(), tokens, usage.getServiceTier(), chain, at);
    }

    /** Prices tokens by the chain of their dispatch, or at an instant from the catalog. */
    public Quote price(
            @Nullable String provider,
            String model,
            Tokens tokens,
            @Nullable String serviceTier,
            List<ChainModel> chain,
            long at) {
        ChainModel link = find(chain, provider, model);
        if (link != null) {
            return priced(unlessCorrected(link, at), tokens, serviceTier);
        }
        String id = BudgetScopes.offerId(provider, model);
        ModelOffer offer = offers.apply(id);
        if (offer == null) {
            return new Unpriced(tokens, id + " is not in the catalog");
        }
        Price price = Pricing.inForce(offer.getPrices(), at);
        return price == null ? new Unpriced(tokens, id + " has no price in force") : priced(price, tokens, serviceTier);
    }

    /** The model of a chain that a report means; one without a provider means the first of that name. */
    public static @Nullable ChainModel find(List<ChainModel> chain, @Nullable String provider, String model) {
        for (ChainModel link : chain) {
            if (link.getModel().equals(model) && (provider == null || provider.equals(link.getProvider()))) {
                return link;
            }
        }
        return null;
    }

    private Price unlessCorrected(ChainModel link, long admittedAt) {
        Price named = link.getPrice();
        ModelOffer offer = offers.apply(BudgetScopes.offerId(link.getProvider(), link.getModel()));
        Price known = offer == null ? null : version(offer, named.getVersion());
        Price inForce = known == null || offer == null ? null : Pricing.inForce(offer.getPrices(), admittedAt);
        return inForce == null ? named : inForce;
    }

    static @Nullable Price version(ModelOffer offer, @Nullable String version) {
        for (Price price : offer.getPrices()) {
            if (price.getVersion().equals(version)) {
                return price;
            }
        }
        return null;
    }

    static Quote priced(Price price, Tokens tokens, @Nullable String serviceTier) {
        return Pricing.knows(price, serviceTier)
                ? new Priced(tokens, Pricing.cost(price, tokens, serviceTier), price.getVersion())
                : new Unpriced(tokens, price.getVersion() + " has no price of service tier " + serviceTier);
    }
}
