package dev.turnpike.gateway.chat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.schemas.AllowedOffers;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a team may name as a model, as OpenAI lists models: {@code auto}, the offers that are active, priced and allowed by the
 * policy, and the aliases that stand for one of them. {@code created} is when the first price came into force.
 */
public final class ModelList {

    private ModelList() {}

    /** @param now milliseconds since 1970-01-01 UTC: which prices are in force */
    public static ObjectNode of(TeamPolicy policy, Collection<ModelOffer> offers, Collection<Alias> aliases, long now) {
        AllowedOffers allowed = AllowedOffers.of(policy.getRouting());
        SortedMap<String, ModelOffer> usable = new TreeMap<>();
        for (ModelOffer offer : offers) {
            String id = BudgetScopes.offerId(offer.getProvider(), offer.getModel());
            if (offer.getStatus().equals("active")
                    && Pricing.inForce(offer.getPrices(), now) != null
                    && allowed.includes(id)) {
                usable.put(id, offer);
            }
        }
        ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = list.putArray("data");
        if (!usable.isEmpty()) {
            add(data, "auto", 0, "turnpike");
        }
        usable.forEach((id, offer) -> add(data, id, since(offer), offer.getProvider()));
        List<Alias> sorted =
                aliases.stream().sorted(Comparator.comparing(Alias::getAlias)).toList();
        for (Alias alias : sorted) {
            boolean leadsSomewhere = usable.containsKey(alias.getTarget())
                    || usable.values().stream()
                            .anyMatch(offer -> offer.getModel().equals(alias.getTarget()));
            if (leadsSomewhere) {
                add(data, alias.getAlias(), 0, "turnpike");
            }
        }
        return list;
    }

    private static void add(ArrayNode data, String id, long created, String owner) {
        data.addObject()
                .put("id", id)
                .put("object", "model")
                .put("created", created)
                .put("owned_by", owner);
    }

    private static long since(ModelOffer offer) {
        return offer.getPrices().stream()
                        .mapToLong(Price::getEffectiveFrom)
                        .min()
                        .orElse(0)
                / 1_000;
    }
}
