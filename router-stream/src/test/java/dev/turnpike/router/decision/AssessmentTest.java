package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.NOW;
import static dev.turnpike.router.decision.Given.offer;
import static dev.turnpike.router.decision.Given.performance;
import static dev.turnpike.router.decision.Given.policy;
import static dev.turnpike.router.decision.Given.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.PriceTier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps 2 and 3: estimates, and cheapest per completed task. */
class AssessmentTest {

    @Test
    void shouldRankByCostPerCompletedTaskNotPerAttempt() {
        // half the price per attempt, but it fails three times as often
        var cheap = offer("a/cheap", "1", "4", 0.3);
        var good = offer("b/good", "2", "8", 0.9);

        assertThat(order(cheap, good)).containsExactly("b/good", "a/cheap");
    }

    @Test
    void shouldCountTokensThatAModelReallyBurns() {
        var chatty = performance("*", 1_000, 0);
        chatty.setOutputTokens(3_000);
        var fleet = Fleet.of(
                List.of(
                        new Offer(offer("a/chatty", "1", "2", 0.9), List.of(chatty)),
                        new Offer(offer("b/terse", "2", "4", 0.9), List.of())),
                Map.of());

        assertThat(order(fleet)).containsExactly("b/terse", "a/chatty");
    }

    @Test
    void shouldBreakTiesByLatencyThenByName() {
        var unknown = offer("a/unknown", "1", "1", 0.9);
        var slow = offer("b/slow", "1", "1", 0.9);
        slow.setLatencyMs(2_000L);
        var quick = offer("c/quick", "1", "1", 0.9);
        quick.setLatencyMs(500L);
        var asQuick = offer("d/quick", "1", "1", 0.9);
        asQuick.setLatencyMs(500L);

        assertThat(order(asQuick, unknown, quick, slow)).containsExactly("c/quick", "d/quick", "b/slow", "a/unknown");
    }

    @Test
    void shouldExpectLongContextPricesWhereTheyApply() {
        var tiered = offer("a/tiered", "1", "1", 0.9);
        tiered.getPrices()
                .get(0)
                .setTiers(List.of(
                        PriceTier.newBuilder()
                                .setAboveInputTokens(499)
                                .setInput(5_000_000_000L)
                                .build(),
                        PriceTier.newBuilder()
                                .setAboveInputTokens(500)
                                .setInput(9_000_000_000L)
                                .build()));

        // 500 input tokens are likely: above 499, not above 500
        assertThat(assess(Given.fleet(tiered)).expected(0)).isEqualTo(500 * 5_000 + 400 * 1_000);
    }

    @Test
    void shouldMultiplyTheOutputByTheChoices() {
        var prompt = new Prompt(1_000, 500, 100, 3, false, false, false, "", List.of(), null, null, null);
        var assessment = Assessment.of(
                Ask.first(request("r1"), prompt),
                Given.fleet(offer("a/one", "1", "1", 0.5)),
                TeamRules.of(policy()),
                new TrackRecord(null),
                NOW);

        assertThat(assessment.expected(0)).isEqualTo((500 + 3 * 100) * 1_000);
        assertThat(assessment.perSuccess(0)).isEqualTo(2 * assessment.expected(0));
    }

    @Test
    void shouldRankAnOfferThatNeverSucceedsLast() {
        assertThat(order(offer("a/hopeless", "0", "0", 0), offer("b/dear", "100", "100", 0.1)))
                .containsExactly("b/dear", "a/hopeless");
    }

    @Test
    void shouldMeasureSavingsAgainstTheStrongestAndDearest() {
        var assessment = assess(Given.fleet(
                offer("a/weak", "9", "9", 0.5), offer("b/strong", "1", "1", 0.9), offer("c/strong", "2", "2", 0.9)));

        assertThat(assessment.offer(assessment.strongest()).id()).isEqualTo("c/strong");
    }

    @Test
    void shouldExcludeAnOfferWithoutAPriceInForce() {
        var tomorrow = offer("a/tomorrow", "1", "1", 0.9);
        tomorrow.setPrices(List.of(Given.price("a/tomorrow", "1", "1", NOW + 1)));

        assertThat(assess(Given.fleet(tomorrow)).exclusion(0)).isEqualTo(Exclusion.UNPRICED);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource
    void shouldOrderLikeASortHoweverFarItIsAsked(long seed) {
        var random = new SplittableRandom(seed);
        var offers = new ArrayList<ModelOffer>();
        for (int i = 0; i < 60; i++) {
            var terms = offer("p/m" + i, Integer.toString(random.nextInt(4)), "1", 0.5);
            terms.setLatencyMs(random.nextLong(3));
            offers.add(terms);
        }
        var assessment = assess(Given.fleet(offers.toArray(ModelOffer[]::new)));
        var sorted = IntStream.range(0, 60)
                .boxed()
                .sorted((a, b) -> a.equals(b) ? 0 : assessment.isBetter(a, b) ? -1 : 1)
                .toList();
        int asked = random.nextInt(60);

        var ranking = ranking(assessment, 60);

        assertThat(ranking.at(asked)).isEqualTo(sorted.get(asked));
        assertThat(IntStream.range(0, 60).mapToObj(ranking::at)).containsExactlyElementsOf(sorted);
    }

    static IntStream shouldOrderLikeASortHoweverFarItIsAsked() {
        return IntStream.range(0, 20);
    }

    private static List<String> order(ModelOffer... offers) {
        return order(Given.fleet(offers));
    }

    private static List<String> order(Fleet fleet) {
        var assessment = assess(fleet);
        var ranking = ranking(assessment, fleet.size());
        return IntStream.range(0, fleet.size())
                .mapToObj(rank -> assessment.offer(ranking.at(rank)).id())
                .toList();
    }

    private static Ranking ranking(Assessment assessment, int size) {
        var ranking = new Ranking(assessment, new int[Ranking.AT_HAND], new int[size]);
        IntStream.range(0, size).forEach(ranking::add);
        return ranking;
    }

    private static Assessment assess(Fleet fleet) {
        return Assessment.of(Given.ask(request("r1")), fleet, TeamRules.of(policy()), new TrackRecord(null), NOW);
    }
}
