package dev.turnpike.document;

import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.PriceTier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads {@code kind: ModelOffer}. */
final class OfferDocument {

    private OfferDocument() {}

    static ModelOffer read(Section section) {
        String provider = section.get("provider", OfferDocument::provider);
        String model = section.get("model", Values::name);
        var offer = new ModelOffer();
        offer.setProvider(provider);
        offer.setModel(model);
        offer.setStatus(section.get("status", Values.oneOf("active", "off"), "active"));
        offer.setContextTokens(section.find("context_tokens", Values::positive));
        offer.setMaxOutputTokens(section.find("max_output_tokens", Values::positive));
        offer.setTools(section.get("tools", Values::flag, false));
        offer.setVision(section.get("vision", Values::flag, false));
        offer.setJson(section.get("json", Values::flag, false));
        offer.setRegions(section.list("regions", Values::name));
        offer.setQuality(section.map("quality", Values::share));
        offer.setQualitySource(section.find("quality_source"));
        offer.setSpecialistFor(section.list("specialist_for", Values::name));
        offer.setLatencyMs(section.find("latency_ms", Values::count));
        offer.setPrices(prices(BudgetScopes.offerId(provider, model), section));
        section.end();
        return offer;
    }

    private static List<Price> prices(String id, Section offer) {
        List<Price> prices = new ArrayList<>();
        Set<Long> starts = new HashSet<>();
        Set<String> versions = new HashSet<>();
        for (Section section : offer.sections("prices")) {
            Price price = price(id, section);
            if (!starts.add(price.getEffectiveFrom())) {
                throw section.refuse("effective_from", "another price of this offer starts then; keep one of them");
            }
            if (!versions.add(price.getVersion())) {
                throw section.refuse("version", "another price of this offer has this version; name it differently");
            }
            prices.add(price);
        }
        return prices;
    }

    private static Price price(String id, Section section) {
        var price = new Price();
        price.setEffectiveFrom(section.get("effective_from", Values::instant));
        price.setVersion(section.get("version", Values::name, Pricing.version(id, price.getEffectiveFrom())));
        price.setInput(section.get("input_usd_per_million", Values::usd));
        price.setOutput(section.get("output_usd_per_million", Values::usd));
        price.setCacheRead(section.find("cache_read_usd_per_million", Values::usd));
        price.setCacheWrite5m(section.find("cache_write_5m_usd_per_million", Values::usd));
        price.setCacheWrite1h(section.find("cache_write_1h_usd_per_million", Values::usd));
        price.setReasoning(section.find("reasoning_usd_per_million", Values::usd));
        price.setPerRequest(section.get("usd_per_request", Values::usd, 0L));
        price.setServiceTierPpm(section.map("service_tiers", Values::factor));
        price.setTiers(tiers(section));
        section.end();
        return price;
    }

    private static List<PriceTier> tiers(Section price) {
        List<PriceTier> tiers = new ArrayList<>();
        Set<Long> bounds = new HashSet<>();
        for (Section section : price.sections("tiers")) {
            var tier = new PriceTier();
            tier.setAboveInputTokens(section.get("above_input_tokens", Values::positive));
            tier.setInput(section.find("input_usd_per_million", Values::usd));
            tier.setOutput(section.find("output_usd_per_million", Values::usd));
            tier.setCacheRead(section.find("cache_read_usd_per_million", Values::usd));
            tier.setCacheWrite5m(section.find("cache_write_5m_usd_per_million", Values::usd));
            tier.setCacheWrite1h(section.find("cache_write_1h_usd_per_million", Values::usd));
            tier.setReasoning(section.find("reasoning_usd_per_million", Values::usd));
            section.end();
            if (!bounds.add(tier.getAboveInputTokens())) {
                throw section.refuse("above_input_tokens", "another tier of this price begins there; keep one of them");
            }
            tiers.add(tier);
        }
        return tiers;
    }

    private static String provider(String text) {
        if (text.contains("/")) {
            throw new IllegalArgumentException("must not contain a slash, which ends it in provider/model");
        }
        return Values.name(text);
    }
}
