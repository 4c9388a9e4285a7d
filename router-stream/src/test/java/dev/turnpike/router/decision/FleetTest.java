package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.offer;
import static dev.turnpike.router.decision.Given.performance;
import static dev.turnpike.router.decision.Given.policy;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FleetTest {

    @Test
    void shouldFindOffersByIdAndModelsByNameWhereverTheyAre() {
        var fleet = Given.fleet(
                offer("b/llama", "1", "1", 0.9), offer("a/llama", "1", "1", 0.9), offer("c/x", "1", "1", 0.9));

        assertThat(fleet.named("llama")).containsExactly(0, 1);
        assertThat(fleet.named("b/llama")).containsExactly(1);
        assertThat(fleet.named("d/llama")).isNull();
    }

    @Test
    void shouldTakeAnIdForTheOfferEvenWhereAModelElsewhereIsCalledSo() {
        // a gateway that resells models under their makers' ids
        var fleet = Given.fleet(offer("gateway/openai/gpt", "2", "2", 0.9), offer("openai/gpt", "1", "1", 0.9));

        assertThat(fleet.named("openai/gpt")).containsExactly(1);
        assertThat(fleet.named("gateway/openai/gpt")).containsExactly(0);
    }

    @Test
    void shouldPreferAnAliasToAModelOfTheSameName() {
        var fleet = Fleet.of(
                List.of(
                        new Offer(offer("a/fast", "1", "1", 0.9), List.of()),
                        new Offer(offer("b/x", "1", "1", 0.9), List.of())),
                Map.of("fast", "b/x"));

        var wanted = Wanted.of("fast", TeamRules.of(policy()), fleet);

        assertThat(wanted.offers()).containsExactly(1);
        assertThat(wanted.display()).isEqualTo("fast (b/x)");
    }

    @Test
    void shouldReplaceWhatIsKnownOfOneOfferOnly() {
        var terms = offer("a/one", "1", "1", 0.5);
        var fleet = Given.fleet(terms, offer("b/two", "1", "1", 0.5));
        var judged = performance("code", 80, 0);
        judged.setJudged(80);
        judged.setSuccesses(80);

        var later = fleet.with(new Offer(terms, List.of(judged)));

        assertThat(later.on("code").success(0)).isEqualTo(0.9);
        assertThat(later.on("code").success(1)).isEqualTo(0.5);
        assertThat(fleet.on("code").success(0)).isEqualTo(0.5);
        assertThat(later.catalog()).isSameAs(fleet.catalog());
    }

    @Test
    void shouldBeSoundAgainWhenTheOfferThatFailedIs() {
        var terms = offer("a/one", "1", "1", 0.5);
        var failing = performance("code", 10, 10);
        failing.setRecentAttempts(10);
        failing.setRecentErrors(10);
        var sound = Given.fleet(terms, offer("b/two", "1", "1", 0.5));

        var troubled = sound.with(new Offer(terms, List.of(failing)));

        assertThat(sound.isSound()).isTrue();
        assertThat(troubled.isSound()).isFalse();
        assertThat(troubled.with(new Offer(terms, List.of(failing))).isSound()).isFalse();
        assertThat(troubled.with(new Offer(terms, List.of())).isSound()).isTrue();
    }

    @Test
    void shouldKnowTaskTypesBeyondThoseItKeeps() {
        var fleet = Given.fleet(offer("a/one", "1", "1", 0.7));
        for (int i = 0; i < 300; i++) {
            assertThat(fleet.on("type" + i).success(0)).isEqualTo(0.7);
        }
    }
}
