package dev.turnpike.router.decision;

import org.jspecify.annotations.Nullable;

/** Says how likely each offer is to succeed on a request. */
public interface SuccessEstimator {

    /** Expected probabilities of success on one request. */
    interface Estimate {

        /** Of an offer by its place in the fleet, 0..1. */
        double success(int index);

        /** The difficulty that was assumed, 0..1; null: none was. */
        @Nullable
        Double difficulty();

        /** Whether the difficulty was read off the prompt, and not stated by the caller. */
        boolean isGuess();
    }

    /**
     * Looks at a request once, to be asked about each offer.
     *
     * @param ask what is to be decided
     * @param track what the offers achieve on its task type
     */
    Estimate estimate(Ask ask, Track track);
}
