package dev.turnpike.router.decision;

/** Says how likely each offer is to succeed on a request. */
public interface SuccessEstimator {

    /** Expected probabilities of success (0..1) on one request, by the offer's place in the fleet. */
    @FunctionalInterface
    interface Estimate {
        double success(int index);
    }

    /**
     * Looks at a request once, to be asked about each offer.
     *
     * @param ask what is to be decided
     * @param track what the offers achieve on its task type
     */
    Estimate estimate(Ask ask, Track track);
}
