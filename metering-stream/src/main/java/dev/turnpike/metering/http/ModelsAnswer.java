package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.document.Kind;
import dev.turnpike.metering.recent.Applied;
import dev.turnpike.metering.recent.Recent;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.Price;
import java.util.Comparator;
import java.util.List;

/** Every offer with its price, its scores, and what it really costs and achieves; cheapest per completed task first. */
final class ModelsAnswer {

    private ModelsAnswer() {}

    static ObjectNode of(Recent recent, long now) {
        List<Applied> aliases = recent.documents(Kind.ALIAS);
        List<ModelPerformance> performance = recent.performance();
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode models = answer.putArray("models");
        recent.documents(Kind.MODEL_OFFER).stream()
                .map(applied -> model(applied, aliases, performance, now))
                .sorted(Comparator.comparingDouble(ModelsAnswer::rank)
                        .thenComparing(model -> model.get("model").asText()))
                .forEach(models::add);
        return answer.put("as_of", now);
    }

    private static ObjectNode model(
            Applied applied, List<Applied> aliases, List<ModelPerformance> performance, long now) {
        ModelOffer offer = (ModelOffer) applied.document().value();
        String id = applied.document().key();
        ObjectNode model = JsonNodeFactory.instance
                .objectNode()
                .put("model", id)
                .put("status", offer.getStatus())
                .put("quality_source", offer.getQualitySource())
                .put("context_tokens", offer.getContextTokens());
        Price price = Pricing.inForce(offer.getPrices(), now);
        if (price != null) {
            model.put("input_nano_usd_per_million", price.getInput())
                    .put("output_nano_usd_per_million", price.getOutput())
                    .put("price_version", price.getVersion());
        }
        ObjectNode quality = model.putObject("quality");
        offer.getQuality().forEach(quality::put);
        ArrayNode names = model.putArray("aliases");
        for (Applied alias : aliases) {
            if (((Alias) alias.document().value()).getTarget().equals(id)) {
                names.add(alias.document().key());
            }
        }
        ArrayNode tasks = model.putArray("performance");
        for (ModelPerformance each : performance) {
            if (BudgetScopes.offerId(each.getProvider(), each.getModel()).equals(id)) {
                tasks.add(performed(each));
            }
        }
        return model;
    }

    private static ObjectNode performed(ModelPerformance each) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("task_type", each.getTaskType())
                .put("attempts", each.getAttempts())
                .put("errors", each.getErrors())
                .put("success", each.getJudged() <= 0 ? null : (Double) (each.getSuccesses() / each.getJudged()))
                .put("nano_usd_per_attempt", Math.round(each.getCostNanoUsd()))
                .put(
                        "nano_usd_per_completed_task",
                        each.getPerSuccessNanoUsd() == null ? null : (Long) Math.round(each.getPerSuccessNanoUsd()))
                .put("input_tokens", each.getInputTokens())
                .put("output_tokens", each.getOutputTokens())
                .put("latency_ms", each.getLatencyMs())
                .put("updated_at", each.getUpdatedAt());
    }

    private static double rank(ObjectNode model) {
        double best = Double.MAX_VALUE;
        for (var task : model.get("performance")) {
            double cost = task.path("nano_usd_per_completed_task").asDouble(0);
            // what was never judged ranks behind what was, by its cost per attempt
            best = Math.min(
                    best,
                    cost > 0 ? cost : 1e18 + task.path("nano_usd_per_attempt").asDouble());
        }
        return best;
    }
}
