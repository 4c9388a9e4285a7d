package dev.turnpike.router.decision;

import dev.turnpike.router.decision.PromptJudge.Judgement;
import org.jspecify.annotations.Nullable;

/**
 * Success as published and observed for the task type, shifted by the difficulty: the caller's where stated, else what the
 * prompt's text says.
 *
 * <p>Scores and outcomes are averages over a task type, so they stand for its middling difficulty, 0.5. Difficulty shifts the
 * log-odds: by {@value #LOG_ODDS_PER_DIFFICULTY} from 0 to 1, which turns 0.9 into 0.55 for the hardest and into 0.99 for the
 * easiest, keeps the order of the models and never leaves (0, 1). A model on which the judge was trained is shifted by what the
 * judge expects of that model.
 */
public final class TrackRecord implements SuccessEstimator {

    private static final double LOG_ODDS_PER_DIFFICULTY = 4;
    private static final double MIDDLING = 0.5;
    // so far from 0 and from 1 a shifted estimate begins to be slowed down
    private static final double EDGE = 0.1;

    private final @Nullable PromptJudge judge;

    /** @param judge of prompts; null: prompts whose difficulty is not stated count as middling */
    public TrackRecord(@Nullable PromptJudge judge) {
        this.judge = judge;
    }

    @Override
    public Estimate estimate(Ask ask, Track track) {
        Double stated = ask.request().getDifficulty();
        String text = ask.prompt().text();
        if (stated != null || judge == null || text.isEmpty()) {
            return new Shifted(track, stated, null);
        }
        Judgement judgement = judge.judge(text, ask.request().getTaskType());
        return new Shifted(track, judgement.difficulty(), judgement);
    }

    private static final class Shifted implements Estimate {

        private final Track track;
        private final @Nullable Double difficulty;
        private final @Nullable Judgement judgement;
        private final boolean guess;
        private final double odds;

        Shifted(Track track, @Nullable Double difficulty, @Nullable Judgement judgement) {
            this.track = track;
            this.difficulty = difficulty;
            this.guess = judgement != null;
            this.judgement = judgement != null && judgement.tellsModelsApart() ? judgement : null;
            // p/(1-p) of the shifted estimate is p/(1-p) times this
            this.odds = difficulty == null ? 1 : StrictMath.exp(-LOG_ODDS_PER_DIFFICULTY * (difficulty - MIDDLING));
        }

        @Override
        public double success(int index) {
            double usual = track.success(index);
            if (judgement != null) {
                double shift = judgement.shift(track.model(index));
                if (!Double.isNaN(shift)) {
                    return bounded(usual + shift);
                }
            }
            return odds == 1 ? usual : usual * odds / (usual * odds + 1 - usual);
        }

        /** Never reaches 0 or 1 and keeps every difference: models cut off at one value would all be taken for equally good. */
        private static double bounded(double likely) {
            if (likely > 1 - EDGE) {
                return 1 - EDGE * StrictMath.exp((1 - EDGE - likely) / EDGE);
            }
            return likely < EDGE ? EDGE * StrictMath.exp((likely - EDGE) / EDGE) : likely;
        }

        @Override
        public @Nullable Double difficulty() {
            return difficulty;
        }

        @Override
        public boolean isGuess() {
            return guess;
        }
    }
}
