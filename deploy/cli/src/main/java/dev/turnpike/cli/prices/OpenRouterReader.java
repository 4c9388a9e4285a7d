package dev.turnpike.cli.prices;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** OpenRouter's answer to {@code GET /api/v1/models}: {@code data} is a list of models, with dollars per token as texts. */
final class OpenRouterReader implements ListReader {

    private static final String PROVIDER = "openrouter";

    @Override
    public List<Entry> entries(JsonNode list) {
        JsonNode data = list.path("data");
        if (!data.isArray()) {
            throw new IllegalArgumentException("must be an object with data, a list of models");
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < data.size(); i++) {
            JsonNode model = data.path(i);
            if (!model.path("id").isTextual()) {
                throw new IllegalArgumentException("data[" + i + "].id: must be a text, the name of the model");
            }
            entries.add(new Entry(PROVIDER, model.path("id").textValue(), model));
        }
        return entries;
    }

    @Override
    public ModelOffer offer(Entry entry, long from) throws Unrepresentable {
        JsonNode model = entry.node();
        JsonNode outputs = model.path("architecture").path("output_modalities");
        if (!outputs.isMissingNode() && !has(outputs, "text")) {
            throw new Unrepresentable("answers that are no text");
        }
        JsonNode parameters = model.path("supported_parameters");
        return ModelOffer.newBuilder()
                .setProvider(entry.provider())
                .setModel(entry.model())
                .setContextTokens(Amounts.tokens(model.path("context_length")))
                .setMaxOutputTokens(Amounts.tokens(model.path("top_provider").path("max_completion_tokens")))
                .setTools(has(parameters, "tools"))
                .setVision(has(model.path("architecture").path("input_modalities"), "image"))
                .setJson(has(parameters, "response_format") || has(parameters, "structured_outputs"))
                .setPrices(List.of(price(entry, from)))
                .build();
    }

    private static Price price(Entry entry, long from) throws Unrepresentable {
        JsonNode pricing = entry.node().path("pricing");
        if (pricing.path("discount").asDouble() != 0) {
            throw new Unrepresentable("discount");
        }
        if (!pricing.path("overrides").isEmpty()) {
            throw new Unrepresentable("tiers of unknown shape");
        }
        Rates rates = new Rates();
        rates.put(0, Rate.INPUT, perToken(pricing, "prompt"));
        rates.put(0, Rate.OUTPUT, perToken(pricing, "completion"));
        rates.put(0, Rate.CACHE_READ, unlessZero(perToken(pricing, "input_cache_read")));
        rates.put(0, Rate.CACHE_WRITE_5M, unlessZero(perToken(pricing, "input_cache_write")));
        rates.put(0, Rate.CACHE_WRITE_1H, unlessZero(perToken(pricing, "input_cache_write_1h")));
        rates.put(0, Rate.REASONING, unlessZero(perToken(pricing, "internal_reasoning")));
        Price price = rates.price(entry.id(), from);
        Long perRequest = Amounts.nanos(pricing.path("request"), Amounts.PER_MILLION);
        price.setPerRequest(perRequest == null ? 0 : perRequest);
        return price;
    }

    private static @Nullable Long perToken(JsonNode pricing, String field) throws Unrepresentable {
        return Amounts.nanos(pricing.path(field), Amounts.PER_TOKEN);
    }

    /** The list has 0 for classes that have no price of their own; those cost what input and output do. */
    private static @Nullable Long unlessZero(@Nullable Long nanos) {
        return nanos != null && nanos == 0 ? null : nanos;
    }

    private static boolean has(JsonNode texts, String wanted) {
        for (JsonNode text : texts) {
            if (text.asText().equals(wanted)) {
                return true;
            }
        }
        return false;
    }
}
