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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * LiteLLM's {@code model_prices_and_context_window.json}: an object of models by name, with dollars per token.
 *
 * <p>Prices of a service tier become a factor where they are one and the same multiple of all standard ones; otherwise the tier
 * is left out, and its usage stays unpriced.
 */
final class LitellmReader implements ListReader {

    // describes the fields; it is no model
    private static final String SAMPLE = "sample_spec";

    private static final Map<String, Rate> RATES = Map.of(
            "input_cost_per_token", Rate.INPUT,
            "output_cost_per_token", Rate.OUTPUT,
            "cache_read_input_token_cost", Rate.CACHE_READ,
            "cache_creation_input_token_cost", Rate.CACHE_WRITE_5M,
            "output_cost_per_reasoning_token", Rate.REASONING);

    private static final Map<String, String> SERVICE_TIERS =
            Map.of("batches", "batch", "flex", "flex", "priority", "priority");

    private static final Pattern FIELD = Pattern.compile("(" + String.join("|", RATES.keySet())
            + ")(_above_1hr)?(?:_above_(\\d{1,9})k_tokens)?(?:_(batches|flex|priority))?");

    @Override
    public List<Entry> entries(JsonNode list) {
        if (!list.isObject()) {
            throw new IllegalArgumentException("must be an object of models by name");
        }
        List<Entry> entries = new ArrayList<>();
        list.properties().forEach(named -> {
            JsonNode model = named.getValue();
            if (!model.isObject()) {
                throw new IllegalArgumentException(named.getKey() + ": must be an object, the fields of a model");
            }
            if (!named.getKey().equals(SAMPLE)) {
                entries.add(entry(named.getKey(), model));
            }
        });
        return entries;
    }

    /** A name may start with the provider, or with what the provider's name starts with: vertex_ai/ of vertex_ai-mistral_models. */
    private static Entry entry(String name, JsonNode model) {
        String provider = model.path("litellm_provider").asText();
        int slash = name.indexOf('/');
        if (slash > 0) {
            String first = name.substring(0, slash);
            if (provider.equals(first) || provider.startsWith(first + '-')) {
                return new Entry(first, name.substring(slash + 1), model);
            }
        }
        return new Entry(provider, name, model);
    }

    @Override
    public ModelOffer offer(Entry entry, long from) throws Unrepresentable {
        JsonNode model = entry.node();
        if (!model.path("mode").asText().equals("chat")) {
            throw new Unrepresentable("mode other than chat");
        }
        if (model.has("tiered_pricing")) {
            throw new Unrepresentable("tiers of unknown shape");
        }
        return ModelOffer.newBuilder()
                .setProvider(entry.provider())
                .setModel(entry.model())
                .setStatus(isOver(model, from) ? "off" : "active")
                .setContextTokens(Amounts.tokens(model.path("max_input_tokens")))
                .setMaxOutputTokens(Amounts.tokens(model.path("max_output_tokens")))
                .setTools(model.path("supports_function_calling").asBoolean())
                .setVision(model.path("supports_vision").asBoolean())
                .setJson(model.path("supports_response_schema").asBoolean())
                .setPrices(List.of(price(entry, from)))
                .build();
    }

    private static Price price(Entry entry, long from) throws Unrepresentable {
        Rates standard = new Rates();
        Map<String, Rates> byServiceTier = new TreeMap<>();
        for (Map.Entry<String, JsonNode> field : entry.node().properties()) {
            String name = field.getKey();
            if (RATES.keySet().stream().noneMatch(name::startsWith)) {
                continue;
            }
            // DeepSeek's older name for what is read from the cache
            Matcher parts =
                    FIELD.matcher(name.equals("input_cost_per_token_cache_hit") ? "cache_read_input_token_cost" : name);
            if (!parts.matches() || (parts.group(2) != null && rate(parts) != Rate.CACHE_WRITE_5M)) {
                throw new Unrepresentable("tiers of unknown shape");
            }
            Rates rates = parts.group(4) == null
                    ? standard
                    : byServiceTier.computeIfAbsent(SERVICE_TIERS.getOrDefault(parts.group(4), ""), any -> new Rates());
            long above = parts.group(3) == null ? 0 : Long.parseLong(parts.group(3)) * 1_000;
            rates.put(
                    above,
                    parts.group(2) == null ? rate(parts) : Rate.CACHE_WRITE_1H,
                    Amounts.nanos(field.getValue(), Amounts.PER_TOKEN));
        }
        Price price = standard.price(entry.id(), from);
        if (price.getInput() == 0 && price.getOutput() == 0) {
            throw new Unrepresentable("price of 0, which the list also has where it knows none");
        }
        Long perRequest = Amounts.nanos(entry.node().path("input_cost_per_request"), Amounts.PER_MILLION);
        price.setPerRequest(perRequest == null ? 0 : perRequest);
        Map<String, Long> factors = new TreeMap<>();
        byServiceTier.forEach((tier, rates) -> {
            Long factor = standard.factor(rates);
            if (factor != null) {
                factors.put(tier, factor);
            }
        });
        price.setServiceTierPpm(factors);
        return price;
    }

    private static Rate rate(Matcher field) {
        return RATES.getOrDefault(field.group(1), Rate.INPUT);
    }

    private static boolean isOver(JsonNode model, long at) {
        try {
            LocalDate end = LocalDate.parse(model.path("deprecation_date").asText());
            return end.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli() <= at;
        } catch (DateTimeException e) {
            // most have none
            return false;
        }
    }
}
