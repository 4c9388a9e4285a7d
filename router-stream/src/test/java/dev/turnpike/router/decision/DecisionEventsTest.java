package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.NOW;
import static dev.turnpike.router.decision.Given.hard;
import static dev.turnpike.router.decision.Given.offer;
import static dev.turnpike.router.decision.Given.policy;
import static dev.turnpike.router.decision.Given.request;
import static dev.turnpike.router.decision.Given.requests;
import static dev.turnpike.router.decision.Given.spent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.turnpike.router.decision.DecisionEvents.Events;
import dev.turnpike.router.decision.DecisionEvents.Source;
import dev.turnpike.schemas.event.Candidate;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.TeamPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DecisionEventsTest {

    private static final Source SOURCE = new Source("llm.requests", 3, 42);

    private final LlmRequest request = request("r1");
    private final TeamPolicy policy = policy(hard("team-day", "team", "day", "1"), requests("count", "team", "day", 9));
    private final List<ModelOffer> offers = new ArrayList<>();

    @BeforeEach
    void addOffers() {
        offers.add(offer("a/good", "1", "4", 0.8));
        offers.add(offer("b/strong", "10", "40", 0.9));
        offers.add(offer("c/weak", "0.1", "0.4", 0.2));
        var off = offer("d/off", "1", "4", 0.9);
        off.setStatus("off");
        offers.add(off);
        policy.getRouting().setQualityFloor(0.5);
    }

    @Test
    void shouldShowEachBudgetWithItsOwnHoldIncluded() {
        var decision = events().decision();

        assertThat(decision.getWindows()).hasSize(2).allSatisfy(view -> {
            assertThat(view.getHeld()).isEqualTo(decision.getHold());
            assertThat(view.getVersion()).isEqualTo(1);
            assertThat(view.getSpent().getNanoUsd()).isEqualTo(500_000_000);
        });
        assertThat(decision.getWindows().get(0).getUnit()).isEqualTo("nano_usd");
        assertThat(decision.getWindows().get(0).getLimit().getNanoUsd()).isEqualTo(1_000_000_000);
        assertThat(decision.getWindows().get(1).getUnit()).isEqualTo("requests");
        assertThat(decision.getWindows().get(1).getLimit().getRequests()).isEqualTo(9);
    }

    @Test
    void shouldListCandidatesBestFirstAndThenThoseThatAreOut() {
        var decision = events().decision();

        assertThat(decision.getCandidates())
                .extracting(Candidate::getModel, Candidate::getExcluded)
                .containsExactly(
                        tuple("good", null),
                        tuple("strong", null),
                        tuple("weak", "expected success below the floor"),
                        tuple("off", "switched off in the catalog"));
        var chosen = decision.getCandidates().get(0);
        assertThat(chosen.getBoundNanoUsd()).isEqualTo(decision.getHold().getNanoUsd());
        assertThat(chosen.getPerSuccessNanoUsd()).isEqualTo(Math.round(chosen.getExpectedNanoUsd() / 0.8));
        assertThat(chosen.getPriceVersion()).isEqualTo("a/good@0");
        assertThat(decision.getCandidates().get(2).getSuccess()).isEqualTo(0.2);
        assertThat(decision.getCandidates().get(3).getSuccess()).isNull();
    }

    @Test
    void shouldListNoMoreThanMatters() {
        for (int i = 0; i < 100; i++) {
            offers.add(offer("z/good" + i, "2", "4", 0.8));
            offers.add(offer("z/weak" + i, "2", "4", 0.1));
        }

        var decision = events().decision();

        assertThat(decision.getCandidates()).hasSize(32);
        assertThat(decision.getCandidates().subList(0, 16)).allMatch(candidate -> candidate.getExcluded() == null);
        assertThat(decision.getCandidates().subList(16, 32)).allMatch(candidate -> candidate.getExcluded() != null);
    }

    @Test
    void shouldDispatchWithTheBaselineAndTheTimes() {
        policy.setHoldTtlMs(900_000);

        var dispatch = dispatch(Duration.ofMinutes(5));

        assertThat(dispatch.getBaselineModel()).isEqualTo("strong");
        assertThat(dispatch.getBaselinePrice().getVersion()).isEqualTo("b/strong@0");
        assertThat(dispatch.getAdmittedAt()).isEqualTo(NOW);
        assertThat(dispatch.getDeadline()).isEqualTo(NOW + 300_000);
        assertThat(dispatch.getHoldUntil()).isEqualTo(NOW + 900_000);
        assertThat(dispatch.getFirstAttempt()).isEqualTo(1);
        assertThat(dispatch.getWindows()).hasSize(1);
        assertThat(dispatch.getHold().getRequests()).isEqualTo(1);
    }

    @Test
    void shouldEndTheTimeToStartWellBeforeTheHold() {
        policy.setHoldTtlMs(60_000);

        var dispatch = dispatch(Duration.ofMinutes(10));

        assertThat(dispatch.getDeadline()).isEqualTo(NOW + 40_000);
        assertThat(dispatch.getHoldUntil()).isEqualTo(NOW + 60_000);
    }

    @Test
    void shouldRejectWithTheBudgetAndTheTimeToRetry() {
        policy.getBudgets().get(0).setLimitNanoUsd(500_000_000L);

        var rejection = events().rejection();
        var decision = events().decision();

        assertThat(rejection.getCode()).isEqualTo(decision.getCode()).isEqualTo("budget-exhausted");
        assertThat(rejection.getBudget()).isEqualTo("team-day");
        assertThat(rejection.getRetryAt()).isEqualTo(decision.getRetryAt()).isNotNull();
        assertThat(decision.getHold()).isNull();
        assertThat(decision.getWindows().get(0).getHeld().getNanoUsd()).isZero();
        assertThat(decision.getCandidates().get(0).getExcluded()).isEqualTo("over budget");
    }

    private Dispatch dispatch(Duration longestDeadline) {
        return events(longestDeadline).dispatch();
    }

    private Events events() {
        return events(Duration.ofMinutes(10));
    }

    private Events events(Duration longestDeadline) {
        var rules = TeamRules.of(policy);
        var ask = Given.ask(request);
        var fleet = Given.fleet(offers.toArray(ModelOffer[]::new));
        var outcome = new Router(new TrackRecord(null), TokenCounter.NONE).decide(ask, fleet, rules, spent("0.5"), NOW);
        return new DecisionEvents(longestDeadline).of(ask, outcome, rules, SOURCE, NOW);
    }
}
