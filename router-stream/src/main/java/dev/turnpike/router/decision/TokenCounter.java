package dev.turnpike.router.decision;

import dev.turnpike.schemas.event.LlmRequest;

/** Counts input tokens as the tokenizer of a model family does. Slower than counting bytes, and closer. */
public interface TokenCounter {

    /** Knows no tokenizer: every model is bounded by bytes. */
    TokenCounter NONE = new TokenCounter() {
        @Override
        public boolean covers(String model) {
            return false;
        }

        @Override
        public long most(LlmRequest request) {
            return Long.MAX_VALUE;
        }
    };

    /** Whether the model's tokenizer is the one that counts here. */
    boolean covers(String model);

    /** The most input tokens that the request has for the models covered. */
    long most(LlmRequest request);
}
