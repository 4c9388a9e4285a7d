package dev.turnpike.router.decision;

import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.Price;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A model at a provider with all that is known of it, prepared for deciding. */
public final class Offer {

    private final String id;
    private final ModelOffer terms;
    private final Price[] newestFirst;
    private final Map<String, ModelPerformance> performance;
    private final boolean active;
    private final long context;
    private final Circuit circuit;

    public Offer(ModelOffer terms, Collection<ModelPerformance> performance) {
        this.id = BudgetScopes.offerId(terms.getProvider(), terms.getModel());
        this.terms = terms;
        this.newestFirst = terms.getPrices().stream()
                .filter(Pricing::stands)
                .sorted(Comparator.comparingLong(Price::getEffectiveFrom).reversed())
                .toArray(Price[]::new);
        this.performance = new HashMap<>();
        for (ModelPerformance known : performance) {
            this.performance.put(known.getTaskType(), known);
        }
        this.active = terms.getStatus().equals("active");
        this.context = terms.getContextTokens() == null ? Long.MAX_VALUE : terms.getContextTokens();
        this.circuit = Circuit.of(performance);
    }

    /** {@code provider/model}. */
    public String id() {
        return id;
    }

    public ModelOffer terms() {
        return terms;
    }

    boolean isOff() {
        return !active;
    }

    /** The longest input and output together. */
    long context() {
        return context;
    }

    Circuit circuit() {
        return circuit;
    }

    /** The price in force at an instant; null where there is none. */
    @Nullable
    Price priceAt(long instant) {
        for (Price price : newestFirst) {
            if (price.getEffectiveFrom() <= instant) {
                return price;
            }
        }
        return null;
    }

    /** When the price in force at an instant gives way to another; {@code Long.MAX_VALUE} where none is known to follow. */
    long nextPriceAfter(long instant) {
        long next = Long.MAX_VALUE;
        for (Price price : newestFirst) {
            if (price.getEffectiveFrom() <= instant) {
                break;
            }
            next = price.getEffectiveFrom();
        }
        return next;
    }

    /** The most output tokens it can give after an input: its own limit, and what its context leaves. */
    long mostOutput(long inputTokens) {
        Long output = terms.getMaxOutputTokens();
        Long context = terms.getContextTokens();
        long most = output == null ? Long.MAX_VALUE : output;
        return context == null ? most : Math.min(most, context - inputTokens);
    }

    /** What it achieved on a task type; null where nothing is known. */
    @Nullable
    ModelPerformance performanceOn(String taskType) {
        return performance.get(taskType);
    }

    /** Time to the whole answer in milliseconds, as measured on a task type, else as published. */
    double latencyOn(String taskType) {
        ModelPerformance known = performance.get(taskType);
        if (known != null && known.getLatencyMs() != null) {
            return known.getLatencyMs();
        }
        return terms.getLatencyMs() == null ? Double.MAX_VALUE : terms.getLatencyMs();
    }

    @Override
    public String toString() {
        return id;
    }
}
