package dev.turnpike.cli.view;

import dev.turnpike.cli.text.Table;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.SpendAggregate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model costs and achieves on a task type.
 *
 * @param score what the catalog says of it
 * @param performance what it really did; null where it was not used yet
 * @param nanoUsd all that was spent on it, for this task type
 */
public record ModelLine(
        ModelOffer offer,
        String taskType,
        @Nullable Price price,
        @Nullable Double score,
        @Nullable ModelPerformance performance,
        long nanoUsd) {

    private static final String ANY = "*";

    /** The models with what they did, cheapest per completed task first, then by attempt; those never used last. */
    public static List<ModelLine> of(
            Collection<ModelOffer> offers,
            Collection<ModelPerformance> performance,
            Collection<SpendAggregate> spend,
            long now) {
        Map<String, Long> spent = new HashMap<>();
        for (SpendAggregate cell : spend) {
            if (cell.getTag() == null
                    && cell.getTaskId() == null
                    && cell.getModel() != null
                    && cell.getWindow().equals("1d")) {
                String task = cell.getTaskType() == null ? ANY : cell.getTaskType();
                String key = BudgetScopes.offerId(cell.getProvider(), cell.getModel()) + ' ' + task;
                spent.merge(key, cell.getAmount().getNanoUsd(), Math::addExact);
            }
        }
        List<ModelLine> lines = new ArrayList<>();
        for (ModelOffer offer : offers) {
            String id = BudgetScopes.offerId(offer.getProvider(), offer.getModel());
            Price price = Pricing.inForce(offer.getPrices(), now);
            List<ModelPerformance> own = performance.stream()
                    .filter(each -> BudgetScopes.offerId(each.getProvider(), each.getModel())
                            .equals(id))
                    .toList();
            for (ModelPerformance each : own) {
                String task = each.getTaskType();
                lines.add(new ModelLine(
                        offer, task, price, score(offer, task), each, spent.getOrDefault(id + ' ' + task, 0L)));
            }
            if (own.isEmpty()) {
                offer.getQuality().keySet().stream()
                        .sorted()
                        .forEach(task -> lines.add(new ModelLine(offer, task, price, score(offer, task), null, 0)));
                if (offer.getQuality().isEmpty()) {
                    lines.add(new ModelLine(offer, ANY, price, null, null, 0));
                }
            }
        }
        lines.sort(Comparator.comparingDouble(ModelLine::perSuccessOrMax)
                .thenComparingDouble(ModelLine::perAttemptOrMax)
                .thenComparing(ModelLine::id));
        return lines;
    }

    /** The columns of a table of lines. */
    public static Table<ModelLine> table() {
        return new Table<ModelLine>()
                .text("model", ModelLine::id)
                .text("task_type", ModelLine::taskType)
                .shown("score", true, ModelLine::score, score -> String.format("%.3f", score))
                .count("attempts", line -> line.performance == null ? null : Math.round(line.performance.getAttempts()))
                .share("success", line -> success(line.performance))
                .shown(
                        "per_attempt_nano_usd",
                        "PER CALL",
                        true,
                        line -> line.performance == null
                                ? null
                                : Long.valueOf(Math.round(line.performance.getCostNanoUsd())),
                        Money::display)
                .money("per_task", line -> perSuccess(line.performance))
                .money("spent", ModelLine::nanoUsd);
    }

    /** {@code provider/model}. */
    public String id() {
        return BudgetScopes.offerId(offer.getProvider(), offer.getModel());
    }

    private double perSuccessOrMax() {
        Long perSuccess = perSuccess(performance);
        return perSuccess == null ? Double.MAX_VALUE : perSuccess;
    }

    private double perAttemptOrMax() {
        return performance == null ? Double.MAX_VALUE : performance.getCostNanoUsd();
    }

    private static @Nullable Double success(@Nullable ModelPerformance performance) {
        return performance == null || performance.getJudged() <= 0
                ? null
                : Double.valueOf(performance.getSuccesses() / performance.getJudged());
    }

    private static @Nullable Long perSuccess(@Nullable ModelPerformance performance) {
        Double perSuccess = performance == null ? null : performance.getPerSuccessNanoUsd();
        return perSuccess == null ? null : Long.valueOf(Math.round(perSuccess));
    }

    private static @Nullable Double score(ModelOffer offer, String taskType) {
        Double own = offer.getQuality().get(taskType);
        return own == null ? offer.getQuality().get(ANY) : own;
    }
}
