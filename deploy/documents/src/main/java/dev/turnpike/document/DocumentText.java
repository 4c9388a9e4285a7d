package dev.turnpike.document;

import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.PriceTier;
import dev.turnpike.schemas.event.Routing;
import dev.turnpike.schemas.event.TeamPolicy;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** Writes documents as people write them: what {@link DocumentReader} reads back to the same value. */
public final class DocumentText {

    private DocumentText() {}

    /** The keys and values of a document; what has its default is left out. */
    public static Map<String, Object> fields(Document document) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", document.kind().wireName());
        if (document.value() instanceof ModelOffer offer) {
            offer(fields, offer);
        } else if (document.value() instanceof TeamPolicy policy) {
            policy(fields, policy);
        } else if (document.value() instanceof Org org) {
            fields.put("org", org.getOrg());
            calendar(fields, org.getTimezone(), org.getWeekStart(), org.getBudgets());
        } else if (document.value() instanceof Alias alias) {
            fields.put("alias", alias.getAlias());
            fields.put("target", alias.getTarget());
        }
        return fields;
    }

    /** The document as YAML. */
    public static String yaml(Document document) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setIndicatorIndent(2);
        options.setIndentWithIndicator(true);
        return new Yaml(options).dump(fields(document));
    }

    private static void offer(Map<String, Object> fields, ModelOffer offer) {
        fields.put("provider", offer.getProvider());
        fields.put("model", offer.getModel());
        unless("active", fields, "status", offer.getStatus());
        unless(null, fields, "context_tokens", offer.getContextTokens());
        unless(null, fields, "max_output_tokens", offer.getMaxOutputTokens());
        unless(false, fields, "tools", offer.getTools());
        unless(false, fields, "vision", offer.getVision());
        unless(false, fields, "json", offer.getJson());
        unless(List.of(), fields, "regions", offer.getRegions());
        unless(Map.of(), fields, "quality", offer.getQuality());
        unless(null, fields, "quality_source", offer.getQualitySource());
        unless(List.of(), fields, "specialist_for", offer.getSpecialistFor());
        unless(null, fields, "latency_ms", offer.getLatencyMs());
        fields.put(
                "prices",
                offer.getPrices().stream()
                        .filter(Pricing::stands)
                        .map(DocumentText::price)
                        .toList());
    }

    private static Map<String, Object> price(Price price) {
        Map<String, Object> fields = new LinkedHashMap<>();
        String from = Instant.ofEpochMilli(price.getEffectiveFrom()).toString();
        fields.put("effective_from", from.endsWith("T00:00:00Z") ? from.substring(0, 10) : from);
        fields.put("version", price.getVersion());
        rates(
                fields,
                price.getInput(),
                price.getOutput(),
                price.getCacheRead(),
                price.getCacheWrite5m(),
                price.getCacheWrite1h(),
                price.getReasoning());
        if (price.getPerRequest() != 0) {
            fields.put("usd_per_request", usd(price.getPerRequest()));
        }
        Map<String, Object> serviceTiers = new LinkedHashMap<>();
        price.getServiceTierPpm().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(tier -> serviceTiers.put(tier.getKey(), plain(BigDecimal.valueOf(tier.getValue(), 6))));
        unless(Map.of(), fields, "service_tiers", serviceTiers);
        List<Object> tiers = new ArrayList<>();
        for (PriceTier tier : price.getTiers()) {
            Map<String, Object> rates = new LinkedHashMap<>();
            rates.put("above_input_tokens", tier.getAboveInputTokens());
            rates(
                    rates,
                    tier.getInput(),
                    tier.getOutput(),
                    tier.getCacheRead(),
                    tier.getCacheWrite5m(),
                    tier.getCacheWrite1h(),
                    tier.getReasoning());
            tiers.add(rates);
        }
        unless(List.of(), fields, "tiers", tiers);
        return fields;
    }

    private static void rates(
            Map<String, Object> fields,
            @Nullable Long input,
            @Nullable Long output,
            @Nullable Long cacheRead,
            @Nullable Long cacheWrite5m,
            @Nullable Long cacheWrite1h,
            @Nullable Long reasoning) {
        unless(null, fields, "input_usd_per_million", usd(input));
        unless(null, fields, "output_usd_per_million", usd(output));
        unless(null, fields, "cache_read_usd_per_million", usd(cacheRead));
        unless(null, fields, "cache_write_5m_usd_per_million", usd(cacheWrite5m));
        unless(null, fields, "cache_write_1h_usd_per_million", usd(cacheWrite1h));
        unless(null, fields, "reasoning_usd_per_million", usd(reasoning));
    }

    private static void policy(Map<String, Object> fields, TeamPolicy policy) {
        fields.put("team", policy.getTeam());
        unless(null, fields, "org", policy.getOrg());
        calendar(fields, policy.getTimezone(), policy.getWeekStart(), policy.getBudgets());
        unless(Map.of(), fields, "routing", routing(policy.getRouting()));
        Duration ttl = Duration.ofMillis(policy.getHoldTtlMs());
        unless("900s", fields, "hold_ttl", ttl.toSeconds() + "s");
        unless("capture", fields, "on_expiry", policy.getOnExpiry());
        unless(List.of(), fields, "signing_keys", policy.getSigningKeys());
    }

    private static void calendar(Map<String, Object> fields, String timezone, String weekStart, List<Budget> budgets) {
        unless("UTC", fields, "timezone", timezone);
        unless("monday", fields, "week_start", weekStart);
        unless(
                List.of(),
                fields,
                "budgets",
                budgets.stream().map(DocumentText::budget).toList());
    }

    private static Map<String, Object> budget(Budget budget) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", budget.getName());
        fields.put("scope", budget.getScope());
        fields.put("period", budget.getPeriod());
        unless(null, fields, "limit_usd", usd(budget.getLimitNanoUsd()));
        unless(null, fields, "limit_tokens", budget.getLimitTokens());
        unless(null, fields, "limit_requests", budget.getLimitRequests());
        fields.put("enforcement", budget.getEnforcement());
        unless(List.of(), fields, "alert_at", budget.getAlertAt());
        return fields;
    }

    private static Map<String, Object> routing(Routing routing) {
        Routing defaults = Routing.newBuilder().build();
        Map<String, Object> fields = new LinkedHashMap<>();
        unless(defaults.getQualityFloor(), fields, "quality_floor", routing.getQualityFloor());
        unless(null, fields, "economy_floor", routing.getEconomyFloor());
        unless(null, fields, "economy_at", routing.getEconomyAt());
        unless(Map.of(), fields, "task_floors", routing.getTaskFloors());
        unless(defaults.getDowngrade(), fields, "downgrade", routing.getDowngrade());
        unless(List.of(), fields, "allow", routing.getAllow());
        unless(List.of(), fields, "deny", routing.getDeny());
        unless(defaults.getExplore(), fields, "explore", routing.getExplore());
        unless(defaults.getDefaultModel(), fields, "default_model", routing.getDefaultModel());
        unless(defaults.getOutputCap(), fields, "output_cap", routing.getOutputCap());
        unless(defaults.getMinOutputCap(), fields, "min_output_cap", routing.getMinOutputCap());
        unless(defaults.getFallbacks(), fields, "fallbacks", routing.getFallbacks());
        unless(null, fields, "max_request_usd", usd(routing.getMaxRequestNanoUsd()));
        unless(null, fields, "output_quantile", routing.getOutputQuantile());
        unless(null, fields, "worth_usd", usd(routing.getWorthNanoUsd()));
        unless(defaults.getCascade(), fields, "cascade", routing.getCascade());
        unless(Map.of(), fields, "allow_tools", routing.getAllowTools());
        return fields;
    }

    private static void unless(
            @Nullable Object otherwise, Map<String, Object> fields, String key, @Nullable Object value) {
        if (value != null && !value.equals(otherwise)) {
            fields.put(key, value);
        }
    }

    private static @Nullable BigDecimal usd(@Nullable Long nanoUsd) {
        return nanoUsd == null ? null : new BigDecimal(Money.toUsd(nanoUsd));
    }

    private static BigDecimal plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
