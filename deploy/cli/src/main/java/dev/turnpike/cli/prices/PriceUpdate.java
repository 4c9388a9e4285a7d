package dev.turnpike.cli.prices;

import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings the prices of a list into an offer of the catalog.
 *
 * <p>All else that the offer has stays, and so do its other prices. A price that is in force already is not added again. What
 * the list leaves out of a price (a rate for the cache or for reasoning, a charge per request) stays while input and output
 * cost what they did, and factors of service tiers, being relative, stay always; tiers are as the list has them.
 */
public final class PriceUpdate {

    static {
        TrustedEvents.register();
    }

    private PriceUpdate() {}

    /** The offer with the prices of the list. */
    public static ModelOffer of(ModelOffer offer, ModelOffer listed) {
        List<Price> prices = new ArrayList<>(
                offer.getPrices().stream().filter(Pricing::stands).toList());
        for (Price price : listed.getPrices()) {
            Price before = Pricing.inForce(prices, price.getEffectiveFrom());
            Price wanted = before == null ? price : completed(price, before);
            if (before == null || !terms(before).equals(terms(wanted))) {
                prices.removeIf(each -> each.getEffectiveFrom() == price.getEffectiveFrom());
                prices.add(wanted);
            }
        }
        return ModelOffer.newBuilder(offer).setPrices(prices).build();
    }

    private static Price completed(Price listed, Price before) {
        Map<String, Long> factors = new HashMap<>(before.getServiceTierPpm());
        factors.putAll(listed.getServiceTierPpm());
        Price.Builder price = Price.newBuilder(listed).setServiceTierPpm(factors);
        if (listed.getInput() == before.getInput() && listed.getOutput() == before.getOutput()) {
            price.setCacheRead(first(listed.getCacheRead(), before.getCacheRead()))
                    .setCacheWrite5m(first(listed.getCacheWrite5m(), before.getCacheWrite5m()))
                    .setCacheWrite1h(first(listed.getCacheWrite1h(), before.getCacheWrite1h()))
                    .setReasoning(first(listed.getReasoning(), before.getReasoning()))
                    .setPerRequest(listed.getPerRequest() == 0 ? before.getPerRequest() : listed.getPerRequest());
        }
        return price.build();
    }

    private static @Nullable Long first(@Nullable Long value, @Nullable Long otherwise) {
        return value == null ? otherwise : value;
    }

    /** What a price says, whatever it is called and whenever it began. */
    private static Price terms(Price price) {
        return Price.newBuilder(price)
                .setVersion("")
                .setEffectiveFrom(0)
                .setRecordedAt(0)
                .setSupersededAt(null)
                .build();
    }
}
