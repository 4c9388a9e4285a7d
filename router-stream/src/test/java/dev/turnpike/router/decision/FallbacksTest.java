package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.NOW;
import static dev.turnpike.router.decision.Given.hard;
import static dev.turnpike.router.decision.Given.offer;
import static dev.turnpike.router.decision.Given.policy;
import static dev.turnpike.router.decision.Given.request;
import static dev.turnpike.router.decision.Given.untouched;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.router.decision.Outcome.Granted;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FallbacksTest {

    private final LlmRequest request = request("r1");
    private final TeamPolicy policy = policy();

    @BeforeEach
    void allowTwo() {
        policy.getRouting().setFallbacks(2);
    }

    @Test
    void shouldAddTheNextBest() {
        var grant = decide(
                untouched(),
                offer("a/one", "1", "1", 0.9),
                offer("b/two", "1.1", "1.1", 0.9),
                offer("c/three", "1.2", "1.2", 0.9),
                offer("d/four", "1.3", "1.3", 0.9));

        assertThat(chain(grant)).containsExactly("a/one", "b/two", "c/three");
        assertThat(grant.hold()).isEqualTo(grant.chain().get(2).bound());
    }

    @Test
    void shouldPassOverWhatIsMoreThanHalfAsMuchDearer() {
        var grant = decide(
                untouched(),
                offer("a/one", "1", "1", 0.9),
                offer("b/dear", "1.51", "1.51", 0.9),
                offer("c/fair", "1.5", "1.5", 0.8));

        assertThat(chain(grant)).containsExactly("a/one", "c/fair");
    }

    @Test
    void shouldPassOverWhatCannotGiveAsMuchOutput() {
        var brief = offer("b/brief", "1", "1", 0.8);
        brief.setMaxOutputTokens(100L);

        var grant = decide(untouched(), offer("a/one", "1", "1", 0.9), brief);

        assertThat(chain(grant)).containsExactly("a/one");
    }

    @Test
    void shouldPassOverWhatWouldMakeTheHoldPassALimit() {
        // 1,000 + 4,096 tokens: $0.005096 for the first, $0.0056056 for the second
        policy.getBudgets().add(hard("day", "team", "day", "0.0052"));

        var grant = decide(untouched(), offer("a/one", "1", "1", 0.9), offer("b/two", "1.1", "1.1", 0.9));

        assertThat(chain(grant)).containsExactly("a/one");
    }

    @Test
    void shouldPassOverWhatWouldMakeTheHoldPassTheLimitOfAnotherModelOfTheChain() {
        policy.getBudgets().add(hard("per-model", "model", "day", "1"));
        Headroom nearlyFullForTheFirst = key ->
                key.scopeValue().equals("a/one") ? Position.EMPTY.hold(new Amounts(994_800_000, 0, 0)) : Position.EMPTY;

        var grant = decide(nearlyFullForTheFirst, offer("a/one", "1", "1", 0.9), offer("b/two", "1.1", "1.1", 0.9));

        assertThat(chain(grant)).containsExactly("a/one");
    }

    @Test
    void shouldOnlyUseTheNamedModelElsewhereWhereNothingElseMayStandIn() {
        request.setModel("llama");
        policy.getRouting().setDowngrade(false);

        var grant = decide(
                untouched(),
                offer("a/llama", "1", "1", 0.9),
                offer("b/llama", "1.1", "1.1", 0.9),
                offer("c/other", "1", "1", 0.9));

        assertThat(chain(grant)).containsExactly("a/llama", "b/llama");
    }

    private Grant decide(Headroom headroom, ModelOffer... offers) {
        var router = new Router(new TrackRecord(null), TokenCounter.NONE);
        var outcome = router.decide(Given.ask(request), Given.fleet(offers), TeamRules.of(policy), headroom, NOW);
        return ((Granted) outcome).grant();
    }

    private static List<String> chain(Grant grant) {
        return grant.chain().stream().map(plan -> plan.offer().id()).toList();
    }
}
