package dev.turnpike.cli.prices;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Pydantic's genai-prices: a list of providers with models, with dollars per million tokens that may begin at a date. */
final class GenaiPricesReader implements ListReader {

    private static final Map<String, Rate> RATES = Map.of(
            "input_mtok", Rate.INPUT,
            "output_mtok", Rate.OUTPUT,
            "cache_read_mtok", Rate.CACHE_READ,
            "cache_write_mtok", Rate.CACHE_WRITE_5M);

    // dollars for a thousand requests
    private static final int PER_THOUSAND = 6;

    @Override
    public List<Entry> entries(JsonNode list) {
        if (!list.isArray()) {
            throw new IllegalArgumentException("must be a list of providers");
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            JsonNode provider = list.path(i);
            if (!provider.path("id").isTextual()) {
                throw new IllegalArgumentException("[" + i + "].id: must be a text, the name of the provider");
            }
            String name = provider.path("id").textValue();
            if (!provider.path("models").isArray()) {
                throw new IllegalArgumentException(name + ".models: must be a list of models");
            }
            for (JsonNode model : provider.path("models")) {
                if (!model.path("id").isTextual()) {
                    throw new IllegalArgumentException(name + ".models: each must have an id, its name");
                }
                entries.add(new Entry(name, model.path("id").textValue(), model));
            }
        }
        return entries;
    }

    @Override
    public ModelOffer offer(Entry entry, long from) throws Unrepresentable {
        JsonNode model = entry.node();
        return ModelOffer.newBuilder()
                .setProvider(entry.provider())
                .setModel(entry.model())
                .setStatus(model.path("deprecated").asBoolean() ? "off" : "active")
                .setContextTokens(Amounts.tokens(model.path("context_window")))
                .setPrices(prices(entry, from))
                .build();
    }

    private static List<Price> prices(Entry entry, long from) throws Unrepresentable {
        JsonNode stated = entry.node().path("prices");
        if (!stated.isArray()) {
            return List.of(price(entry, stated, from));
        }
        TreeMap<Long, Price> dated = new TreeMap<>();
        Price undated = null;
        // the last one whose condition holds is in force
        for (JsonNode each : stated) {
            Long start = start(each.path("constraint"));
            if (start == null) {
                undated = price(entry, each.path("prices"), from);
                dated.clear();
            } else {
                dated.tailMap(start, true).clear();
                dated.put(start, price(entry, each.path("prices"), start));
            }
        }
        // what was in force before the first date is past where that has come
        if (undated != null && (dated.isEmpty() || from < dated.firstKey())) {
            dated.put(from, undated);
        }
        if (dated.isEmpty()) {
            throw new Unrepresentable("no price per token for both input and output");
        }
        return List.copyOf(dated.values());
    }

    private static @Nullable Long start(JsonNode constraint) throws Unrepresentable {
        if (constraint.isMissingNode() || constraint.isNull()) {
            return null;
        }
        try {
            return LocalDate.parse(constraint.path("start_date").asText())
                    .atStartOfDay(ZoneOffset.UTC)
                    .toInstant()
                    .toEpochMilli();
        } catch (DateTimeException e) {
            throw new Unrepresentable("price that depends on something else than a date, such as the time of day");
        }
    }

    private static Price price(Entry entry, JsonNode prices, long from) throws Unrepresentable {
        Rates rates = new Rates();
        for (Map.Entry<String, Rate> rate : RATES.entrySet()) {
            put(rates, rate.getValue(), prices.path(rate.getKey()));
        }
        Price price = rates.price(entry.id(), from);
        Long perRequest = Amounts.nanos(prices.path("requests_kcount"), PER_THOUSAND);
        price.setPerRequest(perRequest == null ? 0 : perRequest);
        return price;
    }

    private static void put(Rates rates, Rate rate, JsonNode amount) throws Unrepresentable {
        if (!amount.isObject()) {
            rates.put(0, rate, Amounts.nanos(amount, Amounts.PER_MILLION));
            return;
        }
        rates.put(0, rate, Amounts.nanos(amount.path("base"), Amounts.PER_MILLION));
        for (JsonNode tier : amount.path("tiers")) {
            Long start = Amounts.tokens(tier.path("start"));
            Long nanos = Amounts.nanos(tier.path("price"), Amounts.PER_MILLION);
            if (start == null || nanos == null) {
                throw new Unrepresentable("tiers of unknown shape");
            }
            rates.put(start, rate, nanos);
        }
    }
}
