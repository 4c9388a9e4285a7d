package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.NOW;
import static dev.turnpike.router.decision.Given.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Requires;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EligibilityTest {

    @ParameterizedTest
    @MethodSource
    void shouldGiveAReasonForEachThingThatIsMissing(
            Consumer<ModelOffer> able, Consumer<Requires> requires, Exclusion reason) {
        var request = request("r1");
        request.setRequires(Requires.newBuilder().build());
        requires.accept(request.getRequires());
        var eligibility = new Eligibility(Given.ask(request), 500, NOW);
        var unable = Given.offer("a/one", "1", "1", 0.9);
        var equipped = Given.offer("a/one", "1", "1", 0.9);
        able.accept(equipped);

        assertThat(eligibility.exclusionOf(Given.offer(unable))).isEqualTo(reason);
        assertThat(eligibility.exclusionOf(Given.offer(equipped))).isNull();
    }

    static Stream<Arguments> shouldGiveAReasonForEachThingThatIsMissing() {
        return Stream.of(
                needs(offer -> offer.setTools(true), requires -> requires.setTools(true), Exclusion.NO_TOOLS),
                needs(offer -> offer.setVision(true), requires -> requires.setVision(true), Exclusion.NO_VISION),
                needs(offer -> offer.setJson(true), requires -> requires.setJson(true), Exclusion.NO_JSON),
                needs(
                        offer -> offer.setRegions(List.of("us", "eu")),
                        requires -> requires.setRegions(List.of("eu", "ch")),
                        Exclusion.REGION));
    }

    private static Arguments needs(Consumer<ModelOffer> able, Consumer<Requires> requires, Exclusion reason) {
        return Arguments.of(able, requires, reason);
    }

    @Test
    void shouldRequireWhatTheBodyUses() {
        var ask = Ask.first(request("r1"), new Prompt(9, 9, 9, 1, true, false, false, "", List.of(), null, null));

        assertThat(new Eligibility(ask, 9, NOW).exclusionOf(Given.offer(Given.offer("a/one", "1", "1", 0.9))))
                .isEqualTo(Exclusion.NO_TOOLS);
    }

    @Test
    void shouldExcludeAContextThatLeavesNoRoomForAnAnswer() {
        var eligibility = new Eligibility(Given.ask(request("r1")), 500, NOW);

        assertThat(eligibility.exclusionOf(withContext(500))).isEqualTo(Exclusion.CONTEXT);
        assertThat(eligibility.exclusionOf(withContext(501))).isNull();
    }

    @Test
    void shouldExcludeAContextShorterThanAskedFor() {
        var request = request("r1");
        request.setRequires(Requires.newBuilder().setMinContext(100_000L).build());
        var eligibility = new Eligibility(Given.ask(request), 500, NOW);

        assertThat(eligibility.exclusionOf(withContext(99_999))).isEqualTo(Exclusion.CONTEXT);
        assertThat(eligibility.exclusionOf(withContext(100_000))).isNull();
    }

    @Test
    void shouldExcludeWhatFailedOnTheRequest() {
        var again = new Ask(request("r1"), Given.prompt(9), 1, 1, Set.of("a/one"));

        assertThat(new Eligibility(again, 9, NOW).exclusionOf(Given.offer(Given.offer("a/one", "1", "1", 0.9))))
                .isEqualTo(Exclusion.FAILED);
    }

    private static Offer withContext(long tokens) {
        var terms = Given.offer("a/one", "1", "1", 0.9);
        terms.setContextTokens(tokens);
        return Given.offer(terms);
    }
}
