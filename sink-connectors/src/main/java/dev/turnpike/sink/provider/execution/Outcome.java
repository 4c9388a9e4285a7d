package dev.turnpike.sink.provider.execution;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.event.ChainModel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How an attempt ended. */
public sealed interface Outcome {

    /**
     * How long it took.
     *
     * @param latencyMs to the end of the answer
     * @param firstTokenMs to its first token; null where it was not seen
     */
    record Timing(long latencyMs, @Nullable Long firstTokenMs) {}

    /** What an executor may do after a failure. */
    enum Remedy {
        /** The same call may go well in a while. */
        RETRY,
        /** Not with this model or provider, but perhaps with another. */
        NEXT_MODEL,
        /** The request is at fault; every model would refuse it. */
        NONE
    }

    /** What the attempt cost by our own count; only nano-dollars and tokens. */
    Amounts cost(ChainModel model);

    /** The whole answer, as the JSON text of a {@code chat.completion}. */
    record Answered(String response, Counts counts, Timing timing) implements Outcome {

        @Override
        public Amounts cost(ChainModel model) {
            return counts.cost(model);
        }
    }

    /**
     * An answer that is not delivered, since the judge found it wanting and another model may answer.
     *
     * @param verdict what is wrong with it
     */
    record HeldBack(String verdict, Counts counts, Timing timing) implements Outcome {

        @Override
        public Amounts cost(ChainModel model) {
            return counts.cost(model);
        }
    }

    /**
     * No answer, and no tokens used.
     *
     * @param retryAfter how long the provider wants to be left alone; null where it does not say
     */
    record Failed(String reason, Remedy remedy, @Nullable Duration retryAfter, Timing timing) implements Outcome {

        private static final Tokens NONE = new Tokens(0, 0, 0, 0, 0, 0);

        @Override
        public Amounts cost(ChainModel model) {
            return new Amounts(Pricing.cost(model.getPrice(), NONE, null), 0, 0);
        }
    }

    /**
     * Nobody knows what it cost: it may have been working when we stopped listening, so it counts its bound.
     *
     * @param wasHeard whether a part of the answer may have reached the caller already
     */
    record Unknown(String reason, boolean wasHeard) implements Outcome {

        @Override
        public Amounts cost(ChainModel model) {
            return Amounts.of(model.getBound());
        }
    }
}
