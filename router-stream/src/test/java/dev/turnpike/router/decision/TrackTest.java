package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.performance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.turnpike.schemas.event.ModelPerformance;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrackTest {

    @Test
    void shouldStartFromThePublishedScoreOfTheTaskTypeThenOfAnyThenOfNone() {
        var terms = Given.offer("a/one", "1", "1", 0.7);
        terms.setQuality(Map.of("code", 0.9, "*", 0.6));
        var unknown = Given.offer("b/two", "1", "1", 0.7);
        unknown.setQuality(Map.of());
        var fleet = Given.fleet(terms, unknown);

        assertThat(fleet.on("code").success(0)).isEqualTo(0.9);
        assertThat(fleet.on("chat").success(0)).isEqualTo(0.6);
        assertThat(fleet.on("code").success(1)).isEqualTo(0.5);
    }

    @Test
    void shouldMoveTowardsWhatOutcomesSay() {
        var judged = judged(20, 5);

        var track = track(judged);

        // 20 published at 0.9 and 20 judged of which 5 passed
        assertThat(track.success(0)).isEqualTo((18.0 + 5) / 40);
    }

    @Test
    void shouldMoveTheExpectedOutputTowardsWhatAttemptsProduced() {
        var known = performance("code", 20, 0);
        known.setOutputTokens(2_000);

        assertThat(track(known).outputTokens(0, 400)).isEqualTo((20 * 400 + 20 * 2_000) / 40.0);
    }

    @Test
    void shouldPreferMeasuredLatencyToPublished() {
        var terms = Given.offer("a/one", "1", "1", 0.9);
        terms.setLatencyMs(900L);
        var measured = performance("code", 20, 0);
        measured.setLatencyMs(1_200.0);

        assertThat(Given.offer(terms).latencyOn("code")).isEqualTo(900);
        assertThat(Given.offer(terms, measured).latencyOn("code")).isEqualTo(1_200);
    }

    @Test
    void shouldShiftSuccessByTheDifficultyThatTheCallerStates() {
        var request = Given.request("r1");
        var track = track(judged(0, 0));
        request.setDifficulty(1.0);
        double hard = new TrackRecord(null).estimate(Given.ask(request), track).success(0);
        request.setDifficulty(0.0);
        double easy = new TrackRecord(null).estimate(Given.ask(request), track).success(0);
        request.setDifficulty(0.5);
        double middling =
                new TrackRecord(null).estimate(Given.ask(request), track).success(0);

        assertThat(hard).isCloseTo(0.549, within(0.001));
        assertThat(easy).isCloseTo(0.985, within(0.001));
        assertThat(middling).isEqualTo(0.9);
    }

    @Test
    void shouldRankSpecialistsFirstAndWhatIsDearerAndNoBetterLast() {
        var specialist = Given.offer("c/expert", "9", "9", 0.5);
        specialist.setSpecialistFor(List.of("code"));
        var track = new Track(
                new Offer[] {
                    costing("a/cheap", 100, 60),
                    costing("b/dear", 200, 60),
                    Given.offer(specialist),
                    costing("d/good", 300, 80)
                },
                "code");

        assertThat(IntStream.range(0, 4).map(track::rankClass)).containsExactly(1, 2, 0, 1);
    }

    @Test
    void shouldNotRankByAHandfulOfOutcomes() {
        var few = judged(29, 0);
        few.setCostNanoUsd(200);

        var track = new Track(
                new Offer[] {costing("a/cheap", 100, 60), Given.offer(Given.offer("b/dear", "1", "1", 0.9), few)},
                "code");

        assertThat(track.rankClass(1)).isEqualTo(track.rankClass(0));
    }

    @Test
    void shouldTakeTheJudgesWordOnModelsItKnowsAndOnlyTheDifficultyOnOthers() {
        PromptJudge judge = (text, taskType) -> new PromptJudge.Judgement() {
            @Override
            public double difficulty() {
                return 1;
            }

            @Override
            public double shift(String model) {
                return model.equals("one") ? 0.05 : Double.NaN;
            }
        };
        var offers = new Offer[] {
            Given.offer(Given.offer("a/one", "1", "1", 0.8)), Given.offer(Given.offer("b/two", "1", "1", 0.9))
        };
        var prompt = new Prompt(9, 9, 9, 1, false, false, false, "Why?", List.of(), null, null, null);

        var estimate =
                new TrackRecord(judge).estimate(Ask.first(Given.request("r1"), prompt), new Track(offers, "code"));

        assertThat(estimate.success(0)).isCloseTo(0.85, within(1e-9));
        assertThat(estimate.success(1)).isCloseTo(0.549, within(0.001));
        assertThat(estimate.isGuess()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.8, 0.3, -0.3, -0.8})
    void shouldTellModelsApartWhereAllSucceedOrAllFail(double shift) {
        PromptJudge judge = (text, taskType) -> new PromptJudge.Judgement() {
            @Override
            public double difficulty() {
                return 0.5;
            }

            @Override
            public double shift(String model) {
                return shift;
            }
        };
        var offers = new Offer[] {
            Given.offer(Given.offer("a/one", "1", "1", 0.5)),
            Given.offer(Given.offer("b/two", "1", "1", 0.55)),
            Given.offer(Given.offer("c/three", "1", "1", 0.6))
        };
        var prompt = new Prompt(9, 9, 9, 1, false, false, false, "Why?", List.of(), null, null, null);

        var estimate =
                new TrackRecord(judge).estimate(Ask.first(Given.request("r1"), prompt), new Track(offers, "code"));

        assertThat(estimate.success(0)).isGreaterThan(0).isLessThan(estimate.success(1));
        assertThat(estimate.success(1)).isLessThan(estimate.success(2));
        assertThat(estimate.success(2)).isLessThan(1);
    }

    /** An offer of which a hundred answers were judged. */
    private static Offer costing(String id, double nanoUsd, double successes) {
        var known = judged(100, successes);
        known.setCostNanoUsd(nanoUsd);
        return Given.offer(Given.offer(id, "1", "1", 0.5), known);
    }

    private static ModelPerformance judged(double judged, double successes) {
        var performance = performance("code", judged, 0);
        performance.setJudged(judged);
        performance.setSuccesses(successes);
        return performance;
    }

    private static Track track(ModelPerformance performance) {
        var offer = Given.offer(Given.offer("a/one", "1", "1", 0.9), performance);
        return new Track(new Offer[] {offer}, "code");
    }
}
