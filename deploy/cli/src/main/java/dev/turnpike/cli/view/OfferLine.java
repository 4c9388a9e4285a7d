package dev.turnpike.cli.view;

import dev.turnpike.cli.text.Table;
import dev.turnpike.cli.text.Times;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
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
                .shown(
                        "input_nano_usd_per_million",
                        "INPUT/M",
                        true,
                        line -> rate(line, Price::getInput),
                        Money::display)
                .shown(
                        "output_nano_usd_per_million",
                        "OUTPUT/M",
                        true,
                        line -> rate(line, Price::getOutput),
                        Money::display)
                .shown("price_since", "SINCE", false, line -> rate(line, Price::getEffectiveFrom), Times::day)
                .hidden("price_version", line -> line.price == null ? null : line.price.getVersion())
                .shown(
                        "context_tokens",
                        "CONTEXT",
                        true,
                        line -> line.offer.getContextTokens(),
                        tokens -> String.format(Locale.ROOT, "%,d", tokens))
                .text("quality", line -> quality(line.offer.getQuality()));
    }

    /** The scores by task type; an offer without any is not chosen unless it is named. */
    private static String quality(Map<String, Double> scores) {
        return scores.isEmpty()
                ? "unknown"
                : new TreeMap<>(scores)
                        .entrySet().stream()
                                .map(score -> score.getKey() + ' ' + score.getValue())
                                .collect(Collectors.joining(", "));
    }

    private static @Nullable Long rate(OfferLine line, Function<Price, Long> field) {
        return line.price == null ? null : field.apply(line.price);
    }

    private static String id(ModelOffer offer) {
        return BudgetScopes.offerId(offer.getProvider(), offer.getModel());
    }
}
