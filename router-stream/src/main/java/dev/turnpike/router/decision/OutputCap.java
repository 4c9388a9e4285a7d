package dev.turnpike.router.decision;

/**
 * The most output tokens of one answer: the least of what the caller, the policy and the offer allow.
 *
 * @param inputTokens input to expect, which takes up context
 * @param most what caller and policy allow
 * @param least the cap is not shrunk below this to fit a budget
 */
record OutputCap(long inputTokens, long most, long least) {

    static OutputCap of(Ask ask, TeamRules rules) {
        Long claimed = ask.request().getInputTokens();
        Long asked = ask.request().getMaxOutputTokens();
        long most = Math.min(ask.prompt().outputCap(), rules.routing().getOutputCap());
        return new OutputCap(
                claimed == null ? ask.prompt().likelyInputTokens() : claimed,
                asked == null ? most : Math.min(asked, most),
                rules.routing().getMinOutputCap());
    }

    long of(Offer offer) {
        return Math.min(most, offer.mostOutput(inputTokens));
    }

    /** How far a cap may be shrunk. */
    long leastOf(long cap) {
        return Math.min(cap, least);
    }
}
