package dev.turnpike.router.decision;

/**
 * Success as published and observed for the task type, shifted by the difficulty where the caller states one.
 *
 * <p>Scores and outcomes are averages over a task type, so they stand for its middling difficulty, 0.5. Difficulty shifts the
 * log-odds: by {@value #LOG_ODDS_PER_DIFFICULTY} from 0 to 1, which turns 0.9 into 0.55 for the hardest and into 0.99 for the
 * easiest, keeps the order of the models and never leaves (0, 1).
 */
public final class TrackRecord implements SuccessEstimator {

    private static final double LOG_ODDS_PER_DIFFICULTY = 4;
    private static final double MIDDLING = 0.5;

    @Override
    public Estimate estimate(Ask ask, Track track) {
        Double difficulty = ask.request().getDifficulty();
        if (difficulty == null || difficulty == MIDDLING) {
            return track::success;
        }
        // p/(1-p) of the shifted estimate is p/(1-p) times this
        double odds = StrictMath.exp(-LOG_ODDS_PER_DIFFICULTY * (difficulty - MIDDLING));
        return index -> {
            double success = track.success(index);
            return success * odds / (success * odds + 1 - success);
        };
    }
}
