package dev.turnpike.router.decision;

import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.Routing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The most output tokens of one answer: the least of what the caller, the policy and the offer allow, and of what the task type
 * usually needs where the policy goes by that and the caller sets no limit.
 *
 * @param inputTokens input to expect, which takes up context
 * @param most what caller and policy allow
 * @param least the cap is not shrunk below this
 * @param taskType whose outputs count
 * @param quantile the share of answers that must fit whole; null: what is usual plays no part
 */
record OutputCap(
        long inputTokens,
        long most,
        long least,
        String taskType,
        @Nullable Double quantile) {

    // below this many attempts a quantile says nothing
    private static final double ENOUGH = 100;
    private static final int MOST_DOUBLINGS = 62;

    static OutputCap of(Ask ask, TeamRules rules) {
        Routing routing = rules.routing();
        Long claimed = ask.request().getInputTokens();
        Long asked = ask.request().getMaxOutputTokens();
        String taskType = ask.request().getTaskType();
        boolean limited = asked != null || ask.prompt().outputCap() != Long.MAX_VALUE;
        long most = Math.min(ask.prompt().outputCap(), routing.getOutputCap());
        return new OutputCap(
                claimed == null ? ask.prompt().likelyInputTokens() : claimed,
                asked == null ? most : Math.min(asked, most),
                routing.getMinOutputCap(),
                taskType == null ? Track.ANY : taskType,
                limited ? null : routing.getOutputQuantile());
    }

    long of(Offer offer) {
        return Math.min(Math.min(most, usual(offer)), offer.mostOutput(inputTokens));
    }

    /** How far a cap may be shrunk. */
    long leastOf(long cap) {
        return Math.min(cap, least);
    }

    /**
     * The first number of tokens beyond the class in which the quantile lies. An answer that is cut there falls into the next
     * class, so that where many are cut the cap grows again.
     */
    private long usual(Offer offer) {
        ModelPerformance known = quantile == null ? null : offer.performanceOn(taskType);
        if (quantile == null || known == null) {
            return Long.MAX_VALUE;
        }
        List<Double> classes = known.getOutputHistogram();
        double all = classes.stream().mapToDouble(Double::doubleValue).sum();
        if (all < ENOUGH) {
            return Long.MAX_VALUE;
        }
        double below = 0;
        int quantileClass = -1;
        while (below < quantile * all && quantileClass + 1 < classes.size()) {
            quantileClass++;
            below += classes.get(quantileClass);
        }
        return Math.max(least, 1L << Math.min(MOST_DOUBLINGS, Math.max(0, quantileClass)));
    }
}
