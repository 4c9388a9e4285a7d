package dev.turnpike.document;

import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Carries the prices of an offer on: what a file says no more is superseded and stays, since ledger entries name it; what it says
 * otherwise is a price of its own, under a version of its own.
 */
final class PriceHistory {

    private PriceHistory() {}

    /**
     * The offer of a file with the history of what is published.
     *
     * @param standing what is published; null: nothing
     * @param now when it is published, milliseconds since 1970-01-01 UTC; later than every earlier change
     */
    static ModelOffer continued(ModelOffer wanted, @Nullable ModelOffer standing, long now) {
        List<Price> known = standing == null ? List.of() : standing.getPrices();
        Set<String> versions = new HashSet<>();
        known.forEach(price -> versions.add(price.getVersion()));
        List<Price> prices = new ArrayList<>();
        for (Price price : wanted.getPrices()) {
            Price same = same(known, price);
            prices.add(same == null ? recorded(price, versions, now) : same);
        }
        for (Price price : known) {
            if (!prices.contains(price)) {
                prices.add(Pricing.stands(price) ? superseded(price, now) : price);
            }
        }
        return ModelOffer.newBuilder(wanted).setPrices(prices).build();
    }

    private static @Nullable Price same(List<Price> known, Price wanted) {
        for (Price price : known) {
            boolean isNamedSo = price.getVersion().equals(wanted.getVersion())
                    || price.getVersion().startsWith(wanted.getVersion() + '#');
            if (Pricing.stands(price)
                    && isNamedSo
                    && terms(price, wanted.getVersion()).equals(terms(wanted, wanted.getVersion()))) {
                return price;
            }
        }
        return null;
    }

    private static Price terms(Price price, String version) {
        return Price.newBuilder(price)
                .setVersion(version)
                .setRecordedAt(0)
                .setSupersededAt(null)
                .build();
    }

    private static Price recorded(Price price, Set<String> taken, long now) {
        String version = price.getVersion();
        for (int number = 2; !taken.add(version); number++) {
            version = price.getVersion() + '#' + number;
        }
        return Price.newBuilder(price).setVersion(version).setRecordedAt(now).build();
    }

    private static Price superseded(Price price, long now) {
        return Price.newBuilder(price).setSupersededAt(now).build();
    }
}
