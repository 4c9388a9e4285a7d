package dev.turnpike.router.decision;

/**
 * The most input tokens of a request. Bytes bound it at once: no tokenizer makes more than one token of a byte. The tokenizer
 * itself bounds it closer and is run once at most, when somebody asks.
 */
final class InputBound {

    private final Ask ask;
    private final TokenCounter counter;
    private final long claimed;
    private final long byBytes;
    private long counted = -1;

    InputBound(Ask ask, TokenCounter counter) {
        Long claim = ask.request().getInputTokens();
        this.ask = ask;
        this.counter = counter;
        // a claim can only be more careful than our own count
        this.claimed = claim == null ? 0 : claim;
        this.byBytes = Math.max(claimed, ask.prompt().mostInputTokens());
    }

    long byBytes() {
        return byBytes;
    }

    /** The closest bound for a model. */
    long closest(Offer offer) {
        if (!counter.covers(offer.terms().getModel())) {
            return byBytes;
        }
        if (counted < 0) {
            counted = Math.max(claimed, counter.most(ask.request()));
        }
        return Math.min(byBytes, counted);
    }
}
