package dev.turnpike.metering.performance;

import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.PerformanceSample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What one model has cost and achieved on one task type: sums in which each sample weighs half as much after a half-life.
 *
 * @param timed attempts that told their latency
 * @param outputs answers by their output tokens: class i holds those of 2^(i-1) to 2^i - 1 tokens, class 0 those without
 * @param recent the same in a short memory, for whether the model is fit to be called now
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
        List<Double> outputs,
        Recent recent,
        long updatedAt) {

    /**
     * What happened lately: sums in which each sample weighs half as much after 30 seconds.
     *
     * @param timed attempts that told their latency
     * @param lastErrorAt time of the newest error, milliseconds since 1970-01-01 UTC; 0: there was none
     */
    public record Recent(double attempts, double errors, double latencyMs, double timed, long lastErrorAt) {

        public static final Recent NONE = new Recent(0, 0, 0, 0, 0);

        private static final Duration HALF_LIFE = Duration.ofSeconds(30);

        Recent fold(PerformanceSample sample, long at, long updatedAt) {
            long now = Math.max(updatedAt, at);
            double kept = weight(now - updatedAt, HALF_LIFE);
            double added = weight(now - at, HALF_LIFE);
            Long latency = sample.getLatencyMs();
            return new Recent(
                    attempts * kept + sample.getAttempts() * added,
                    errors * kept + sample.getErrors() * added,
                    latencyMs * kept + (latency == null ? 0 : latency * added),
                    timed * kept + (latency == null ? 0 : added),
                    sample.getErrors() > 0 ? Math.max(lastErrorAt, at) : lastErrorAt);
        }
    }

    /** A model of which nothing is known yet. */
    public static Performance of(PerformanceSample sample, long at) {
        return new Performance(
                sample.getProvider(),
                sample.getModel(),
                sample.getTaskType(),
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                List.of(),
                Recent.NONE,
                at);
    }

    /** What was published, taken up again. */
    public static Performance restored(ModelPerformance told) {
        Double latency = told.getLatencyMs();
        Double recentLatency = told.getRecentLatencyMs();
        double timed = told.getTimed() == null ? told.getAttempts() : told.getTimed();
        double recentTimed = told.getRecentTimed() == null ? told.getRecentAttempts() : told.getRecentTimed();
        Long lastErrorAt = told.getLastErrorAt();
        return new Performance(
                told.getProvider(),
                told.getModel(),
                told.getTaskType(),
                told.getAttempts(),
                told.getErrors(),
                told.getJudged(),
                told.getSuccesses(),
                told.getInputTokens() * told.getAttempts(),
                told.getOutputTokens() * told.getAttempts(),
                told.getCostNanoUsd() * told.getAttempts(),
                latency == null ? 0 : latency * timed,
                timed,
                told.getOutputHistogram(),
                new Recent(
                        told.getRecentAttempts(),
                        told.getRecentErrors(),
                        recentLatency == null ? 0 : recentLatency * recentTimed,
                        recentTimed,
                        lastErrorAt == null ? 0 : lastErrorAt),
                told.getUpdatedAt());
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
                outputs(sample, kept, added),
                recent.fold(sample, at, updatedAt),
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
                .setOutputHistogram(outputs)
                .setRecentAttempts(recent.attempts)
                .setRecentErrors(recent.errors)
                .setRecentLatencyMs(recent.timed > 0 ? (Double) (recent.latencyMs / recent.timed) : null)
                .setLastErrorAt(recent.lastErrorAt == 0 ? null : (Long) recent.lastErrorAt)
                .setUpdatedAt(updatedAt)
                .setTimed(timed)
                .setRecentTimed(recent.timed)
                .build();
    }

    private List<Double> outputs(PerformanceSample sample, double kept, double added) {
        // an attempt that failed says nothing about how long answers are
        boolean answered = sample.getAttempts() > sample.getErrors();
        int own = answered ? Long.SIZE - Long.numberOfLeadingZeros(sample.getOutputTokens()) : -1;
        List<Double> folded = new ArrayList<>(Math.max(outputs.size(), own + 1));
        for (int i = 0; i < Math.max(outputs.size(), own + 1); i++) {
            double before = i < outputs.size() ? outputs.get(i) * kept : 0;
            folded.add(i == own ? before + added : before);
        }
        return List.copyOf(folded);
    }

    private static double mean(double sum, double weight) {
        return weight > 0 ? sum / weight : 0;
    }

    private static double weight(long ageMillis, Duration halfLife) {
        // strict: the same on every machine, as a replay must give the same bytes
        return StrictMath.pow(0.5, (double) ageMillis / halfLife.toMillis());
    }
}
