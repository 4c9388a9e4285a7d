package dev.turnpike.metering.performance;

import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.PerformanceSample;

/** What a ledger entry or an outcome says about the model behind it. */
public final class Samples {

    private static final String UNKNOWN = "unknown";
    private static final String ANY = "*";

    private Samples() {}

    /** An attempt, as it was booked. */
    public static PerformanceSample ofAttempt(LedgerEntry entry) {
        return about(entry)
                .setAttempts(1)
                .setErrors(entry.getStatus().equals("error") ? 1 : 0)
                // an answer that the executor's judge held back is a judgement as well
                .setJudged(entry.getVerdict() == null ? 0 : 1)
                .setScore(0)
                .setInputTokens(entry.getInputTokens()
                        + entry.getCacheReadTokens()
                        + entry.getCacheWrite5mTokens()
                        + entry.getCacheWrite1hTokens())
                .setOutputTokens(entry.getOutputTokens() + entry.getReasoningTokens())
                .setCostNanoUsd(entry.getAmount().getNanoUsd())
                .setLatencyMs(entry.getLatencyMs())
                .build();
    }

    /**
     * An attempt of which nobody said how it ended until the time of its hold did: for the model it is an error, or a provider that
     * answers nothing would look as well as one that is not asked.
     *
     * @param estimate what was booked for want of reports
     */
    public static PerformanceSample ofSilence(LedgerEntry estimate) {
        return about(estimate).setAttempts(1).setErrors(1).build();
    }

    /**
     * A judgement of an answer.
     *
     * @param score 0..1
     */
    public static PerformanceSample ofOutcome(LedgerEntry answer, double score) {
        return about(answer).setJudged(1).setScore(score).build();
    }

    /** The key that samples of one model and task type share. */
    public static String key(PerformanceSample sample) {
        return sample.getProvider() + '/' + sample.getModel() + '|' + sample.getTaskType();
    }

    private static PerformanceSample.Builder about(LedgerEntry entry) {
        return PerformanceSample.newBuilder()
                .setProvider(entry.getProvider() == null ? UNKNOWN : entry.getProvider())
                .setModel(entry.getModel())
                .setTaskType(entry.getTaskType() == null ? ANY : entry.getTaskType());
    }
}
