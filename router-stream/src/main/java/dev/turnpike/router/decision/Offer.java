package dev.turnpike.router.decision;

import dev.turnpike.schemas.BudgetScopes;
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

    // below this many attempts an error rate says nothing
    private static final double CIRCUIT_MIN_ATTEMPTS = 10;
    private static final double CIRCUIT_ERROR_RATE = 0.5;
    private static final long CIRCUIT_PAUSE_MILLIS = 60_000;

    private final String id;
    private final ModelOffer terms;
    private final Price[] newestFirst;
    private final Map<String, ModelPerformance> performance;
    private final boolean failing;
    private final long failingUntil;

    public Offer(ModelOffer terms, Collection<ModelPerformance> performance) {
        this.id = BudgetScopes.offerId(terms.getProvider(), terms.getModel());
        this.terms = terms;
        this.newestFirst = terms.getPrices().stream()
                .sorted(Comparator.comparingLong(Price::getEffectiveFrom).reversed())
                .toArray(Price[]::new);
        this.performance = new HashMap<>();
        double attempts = 0;
        double errors = 0;
        long updated = 0;
        for (ModelPerformance known : performance) {
            this.performance.put(known.getTaskType(), known);
            attempts += known.getAttempts();
            errors += known.getErrors();
            updated = Math.max(updated, known.getUpdatedAt());
        }
        this.failing = attempts >= CIRCUIT_MIN_ATTEMPTS && errors / attempts >= CIRCUIT_ERROR_RATE;
        this.failingUntil = updated + CIRCUIT_PAUSE_MILLIS;
    }

    /** {@code provider/model}. */
    public String id() {
        return id;
    }

    public ModelOffer terms() {
        return terms;
    }

    boolean isOff() {
        return !terms.getStatus().equals("active");
    }

    /**
     * Whether most attempts fail. Open for a minute after the newest attempt; then requests are let through again, and what
     * becomes of them opens or closes it.
     */
    boolean isCircuitOpen(long now) {
        return failing && now < failingUntil;
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
