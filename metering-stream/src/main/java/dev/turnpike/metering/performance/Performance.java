package dev.turnpike.metering.performance;

import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.PerformanceSample;
import java.time.Duration;

/**
 * What one model has cost and achieved on one task type: sums in which each sample weighs half as much after a half-life.
 *
 * @param timed attempts that told their latency
 * @param updatedAt time of the newest sample, at which the sums hold, milliseconds since 1970-01-01 UTC
 */
public record Performance(
        String provider,
        String model,
        String taskType,
        double attempts,
        double errors,
        double judged,
        double successes,
        double inputTokens,
        double outputTokens,
        double costNanoUsd,
        double latencyMs,
        double timed,
        long updatedAt) {

    /** A model of which nothing is known yet. */
    public static Performance of(PerformanceSample sample, long at) {
        return new Performance(
                sample.getProvider(), sample.getModel(), sample.getTaskType(), 0, 0, 0, 0, 0, 0, 0, 0, 0, at);
    }

    /**
     * Adds a sample. One that is older than the newest weighs what it would weigh by now, so that the order of samples does
     * not matter.
     *
     * @param at time of the sample
     */
    public Performance fold(PerformanceSample sample, long at, Duration halfLife) {
        long now = Math.max(updatedAt, at);
        double kept = weight(now - updatedAt, halfLife);
        double added = weight(now - at, halfLife);
        Long latency = sample.getLatencyMs();
        return new Performance(
                provider,
                model,
                taskType,
                attempts * kept + sample.getAttempts() * added,
                errors * kept + sample.getErrors() * added,
                judged * kept + sample.getJudged() * added,
                successes * kept + sample.getJudged() * sample.getScore() * added,
                inputTokens * kept + sample.getInputTokens() * added,
                outputTokens * kept + sample.getOutputTokens() * added,
                costNanoUsd * kept + sample.getCostNanoUsd() * added,
                latencyMs * kept + (latency == null ? 0 : latency * added),
                timed * kept + (latency == null ? 0 : added),
                now);
    }

    /**
     * The sums as rates. Outcomes are known of some requests only, so the cost of a success is the cost of all attempts per
     * answer, over the share of judged answers that were good.
     */
    public ModelPerformance toEvent() {
        double answers = attempts - errors;
        boolean isKnown = answers > 0 && successes > 0;
        return ModelPerformance.newBuilder()
                .setProvider(provider)
                .setModel(model)
                .setTaskType(taskType)
                .setAttempts(attempts)
                .setErrors(errors)
                .setJudged(judged)
                .setSuccesses(successes)
                .setInputTokens(mean(inputTokens, attempts))
                .setOutputTokens(mean(outputTokens, attempts))
                .setCostNanoUsd(mean(costNanoUsd, attempts))
                .setPerSuccessNanoUsd(isKnown ? (Double) (costNanoUsd / answers * judged / successes) : null)
                .setLatencyMs(timed > 0 ? (Double) (latencyMs / timed) : null)
                .setUpdatedAt(updatedAt)
                .build();
    }

    private static double mean(double sum, double weight) {
        return weight > 0 ? sum / weight : 0;
    }

    private static double weight(long ageMillis, Duration halfLife) {
        // strict: the same on every machine, as a replay must give the same bytes
        return StrictMath.pow(0.5, (double) ageMillis / halfLife.toMillis());
    }
}
