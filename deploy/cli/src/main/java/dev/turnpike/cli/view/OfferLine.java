package dev.turnpike.cli.view;

import dev.turnpike.cli.text.Table;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An offer of the catalog.
 *
 * @param price in force now; null where there is none
 */
public record OfferLine(ModelOffer offer, @Nullable Price price) {

    /** The offers by name. */
    public static List<OfferLine> of(Collection<ModelOffer> offers, long now) {
        return offers.stream()
                .sorted(Comparator.comparing(OfferLine::id))
                .map(offer -> new OfferLine(offer, Pricing.inForce(offer.getPrices(), now)))
                .toList();
    }

    /** The columns of a table of lines. */
    public static Table<OfferLine> table() {
        return new Table<OfferLine>()
                .text("model", line -> id(line.offer))
                .text("status", line -> line.offer.getStatus())
                .money("input_per_million", line -> line.price == null ? null : line.price.getInput())
                .money("output_per_million", line -> line.price == null ? null : line.price.getOutput())
                .count("context", line -> line.offer.getContextTokens())
                .count("prices", line -> (long) line.offer.getPrices().size())
                .text("version", line -> line.price == null ? "unpriced" : line.price.getVersion());
    }

    private static String id(ModelOffer offer) {
        return BudgetScopes.offerId(offer.getProvider(), offer.getModel());
    }
}
