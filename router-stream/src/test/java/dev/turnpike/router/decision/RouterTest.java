package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.NOW;
import static dev.turnpike.router.decision.Given.ask;
import static dev.turnpike.router.decision.Given.fleet;
import static dev.turnpike.router.decision.Given.hard;
import static dev.turnpike.router.decision.Given.offer;
import static dev.turnpike.router.decision.Given.policy;
import static dev.turnpike.router.decision.Given.request;
import static dev.turnpike.router.decision.Given.soft;
import static dev.turnpike.router.decision.Given.spent;
import static dev.turnpike.router.decision.Given.untouched;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.router.decision.Outcome.Downgraded;
import dev.turnpike.router.decision.Outcome.Granted;
import dev.turnpike.router.decision.Outcome.Rejected;
import dev.turnpike.router.decision.Outcome.Routed;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.TeamPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RouterTest {

    private static final ModelOffer STRONG = offer("openai/strong", "10", "40", 0.95);
    private static final ModelOffer GOOD = offer("openai/good", "1", "4", 0.80);
    private static final ModelOffer CHEAP = offer("openai/cheap", "0.1", "0.4", 0.55);

    private final Router router = new Router(new TrackRecord(null), TokenCounter.NONE);
    private Fleet fleet = fleet(STRONG, GOOD, CHEAP);
    private TeamPolicy policy = policy();

    @Test
    void shouldRouteToTheCheapestThatIsGoodEnough() {
        policy.getRouting().setQualityFloor(0.7);

        var routed = (Routed) decide(request("r1"), untouched());

        assertThat(served(routed)).isEqualTo("openai/good");
        assertThat(routed.reason())
                .isEqualTo("openai/good: cheapest per completed task of 2 with an expected success of 0.70 or more: "
                        + "$0.002625");
    }

    @Test
    void shouldServeAModelThatIsNamedWhateverTheFloor() {
        policy.getRouting().setQualityFloor(0.7);

        var routed = (Routed) decide(named("openai/cheap"), untouched());

        assertThat(served(routed)).isEqualTo("openai/cheap");
        assertThat(routed.reason()).isEqualTo("openai/cheap: asked for as openai/cheap");
    }

    @Test
    void shouldServeWhatAnAliasStandsFor() {
        fleet = Fleet.of(
                List.of(new Offer(STRONG, List.of()), new Offer(GOOD, List.of())), Map.of("smart", "openai/strong"));

        assertThat(served(decide(named("smart"), untouched()))).isEqualTo("openai/strong");
    }

    @Test
    void shouldServeABareModelNameAtTheCheapestProvider() {
        fleet = fleet(offer("dear/llama", "2", "2", 0.8), offer("fair/llama", "1", "1", 0.8), CHEAP);

        assertThat(served(decide(named("llama"), untouched()))).isEqualTo("fair/llama");
    }

    @Test
    void shouldRejectAModelThatNothingIsCalled() {
        assertRejected(
                decide(named("gpt-9"), untouched()),
                RejectionCode.UNKNOWN_MODEL,
                "gpt-9: neither an alias nor an offer of the catalog");
    }

    @Test
    void shouldTakeThePolicysDefaultWhereTheRequestLeavesTheChoice() {
        policy.getRouting().setDefaultModel("strong");

        assertThat(served(decide(request("r1"), untouched()))).isEqualTo("openai/strong");
    }

    @Test
    void shouldReplaceANamedModelThatIsNotAllowedOnlyIfThePolicySaysSo() {
        policy.getRouting().setDeny(List.of("*/strong"));

        var downgraded = (Downgraded) decide(named("openai/strong"), untouched());
        policy.getRouting().setDowngrade(false);
        var rejected = decide(named("openai/strong"), untouched());

        assertThat(downgraded.from()).isEqualTo("openai/strong");
        assertThat(downgraded.reason())
                .isEqualTo("openai/cheap instead of openai/strong: not allowed by the team's policy");
        assertRejected(rejected, RejectionCode.NO_ELIGIBLE_MODEL, "openai/strong: not allowed by the team's policy");
    }

    @Test
    void shouldReplaceANamedModelThatTheBudgetCannotPayFor() {
        policy.getBudgets().add(hard("team-day", "team", "day", "1"));

        // strong needs at least 1,000 input tokens at $10 per million and 16 output tokens at $40
        var downgraded = (Downgraded) decide(named("openai/strong"), spent("0.99"));

        assertThat(served(downgraded)).isEqualTo("openai/cheap");
        assertThat(downgraded.reason())
                .isEqualTo("openai/cheap instead of openai/strong: budget team-day for team search has $0.01 left of "
                        + "$1.00, and this needs at least $0.01");
    }

    @Test
    void shouldRejectANamedModelThatTheBudgetCannotPayForIfThePolicySaysSo() {
        policy.getBudgets().add(hard("team-day", "team", "day", "1"));
        policy.getRouting().setDowngrade(false);

        var rejected = (Rejected) decide(named("openai/strong"), spent("0.99"));

        assertThat(rejected.code()).isEqualTo(RejectionCode.BUDGET_EXHAUSTED);
        assertThat(rejected.budget()).isEqualTo("team-day");
        assertThat(rejected.retryAt())
                .isEqualTo(Instant.parse("2026-08-06T00:00:00Z").toEpochMilli());
    }

    @Test
    void shouldUseTheEconomyFloorWhereASoftBudgetPresses() {
        policy.getBudgets().add(soft("team-day", "team", "day", "10"));
        policy.getRouting().setQualityFloor(0.7);
        policy.getRouting().setEconomyFloor(0.5);
        policy.getRouting().setEconomyAt(80);

        var before = decide(request("r1"), spent("7.99"));
        var pressed = (Downgraded) decide(request("r1"), spent("8"));

        assertThat(served(before)).isEqualTo("openai/good");
        assertThat(served(pressed)).isEqualTo("openai/cheap");
        assertThat(pressed.reason()).isEqualTo("openai/cheap instead of openai/good: soft budget team-day presses");
        assertThat(pressed.findings().floor()).isEqualTo(0.5);
    }

    @Test
    void shouldRejectWhatNoModelIsGoodEnoughFor() {
        var request = request("r1");
        request.setQualityFloor(0.99);

        assertRejected(
                decide(request, untouched()),
                RejectionCode.BELOW_QUALITY_FLOOR,
                "no eligible model is expected to succeed with 0.99; openai/strong, the strongest, with 0.95");
    }

    @Test
    void shouldSayWhyNoOfferCanServe() {
        policy.getRouting().setAllow(List.of("openai/strong"));
        STRONG.setStatus("off");
        try {
            fleet = fleet(STRONG, GOOD, CHEAP);

            assertRejected(
                    decide(request("r1"), untouched()),
                    RejectionCode.NO_ELIGIBLE_MODEL,
                    "1 switched off in the catalog, 2 not allowed by the team's policy");
        } finally {
            STRONG.setStatus("active");
        }
    }

    @Test
    void shouldRejectARequestWithoutTheScopeOfAHardBudget() {
        policy.getBudgets().add(hard("per-user", "user", "week", "5"));

        var rejected = (Rejected) decide(request("r1"), untouched());

        assertThat(rejected.code()).isEqualTo(RejectionCode.SCOPE_MISSING);
        assertThat(rejected.budget()).isEqualTo("per-user");
    }

    @Test
    void shouldPassOverASoftBudgetWhoseScopeTheRequestLacks() {
        policy.getBudgets().add(soft("per-user", "user", "week", "5"));

        var granted = (Granted) decide(request("r1"), untouched());

        assertThat(granted.grant().holds()).isEmpty();
    }

    @Test
    void shouldRejectATeamWithoutAPolicy() {
        var rejected = router.decide(ask(request("r1")), fleet, null, untouched(), NOW);

        assertRejected(
                rejected, RejectionCode.UNKNOWN_TEAM, "team search has no policy and there is none for *; apply one");
    }

    @Test
    void shouldRejectContentWithoutABoundUnderAHardBudgetOnly() {
        var ask = Ask.first(
                request("r1"),
                new Prompt(9, 9, Long.MAX_VALUE, 1, false, false, false, "", List.of(), "params.plugins", null, null));

        var free = router.decide(ask, fleet, TeamRules.of(policy), untouched(), NOW);
        policy.getBudgets().add(hard("team-day", "team", "day", "10"));
        var limited = router.decide(ask, fleet, TeamRules.of(policy), untouched(), NOW);

        assertThat(free).isInstanceOf(Routed.class);
        assertRejected(
                limited,
                RejectionCode.UNBOUNDED_INPUT,
                "params.plugins: what it costs cannot be bounded, which a hard budget needs");
    }

    @Test
    void shouldServeANamedServiceTierOnlyWhereItHasAPrice() {
        var terms = offer("openai/good", "1", "4", 0.9);
        terms.getPrices().get(0).setServiceTierPpm(Map.of("priority", 2_000_000L));

        assertThat(router.decide(asking("priority"), Given.fleet(terms), TeamRules.of(policy), untouched(), NOW))
                .isInstanceOf(Routed.class);
        assertRejected(
                router.decide(asking("turbo"), Given.fleet(terms), TeamRules.of(policy), untouched(), NOW),
                RejectionCode.NO_ELIGIBLE_MODEL,
                "1 no price for the service tier asked for");
    }

    @Test
    void shouldSayWhenItMayBeWorthAnotherTryWhereOpenCircuitsKeepModelsOut() {
        ModelPerformance failing = Given.performance("*", 8, 8);
        failing.setRecentAttempts(8.0);
        failing.setRecentErrors(8.0);
        failing.setLastErrorAt(NOW - 10_000);
        ModelOffer good = offer("openai/good", "1", "4", 0.9);
        Fleet broken = Fleet.of(List.of(Given.offer(good, failing)), Map.of());

        Rejected any = (Rejected) router.decide(ask(request("r1")), broken, TeamRules.of(policy), untouched(), NOW);
        Rejected named =
                (Rejected) router.decide(ask(named("openai/good")), broken, TeamRules.of(policy), untouched(), NOW);

        assertRejected(any, RejectionCode.NO_ELIGIBLE_MODEL, "1 fails too often or is too slow at present");
        assertThat(any.retryAt()).isEqualTo(NOW + 20_000);
        assertThat(named.retryAt()).isEqualTo(NOW + 20_000);
    }

    private static Ask asking(String serviceTier) {
        return Ask.first(
                request("r1"),
                new Prompt(9, 9, Long.MAX_VALUE, 1, false, false, false, "", List.of(), null, null, serviceTier));
    }

    @Test
    void shouldTakeTheCheaperModelAndThenRefuseWhereARequestMayHoldLess() {
        // 4,096 tokens at $4 and at $0.40 a million, of which at least 2,000 are wanted
        var dear = offer("openai/dear", "1", "4", 0.9);
        var cheap = offer("openai/small", "0.1", "0.4", 0.9);
        policy.getRouting().setMinOutputCap(2_000);
        policy.getRouting().setMaxRequestNanoUsd(1_800_000L);
        var request = request("r1");
        request.setModel("openai/dear");

        var outcome = router.decide(ask(request), Given.fleet(dear, cheap), TeamRules.of(policy), untouched(), NOW);
        policy.getRouting().setMaxRequestNanoUsd(100_000L);
        var refused = router.decide(ask(request), Given.fleet(dear, cheap), TeamRules.of(policy), untouched(), NOW);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Downgraded.class,
                        downgraded -> assertThat(downgraded.model()).isEqualTo("small"));
        assertRejected(
                refused,
                RejectionCode.REQUEST_TOO_DEAR,
                "the cheapest way to serve it needs at least $0.000800, and it may hold at most $0.000100"
                        + " (routing.max_request_usd)");
    }

    @Test
    void shouldRejectAClaimThatNoLongCanHold() {
        var request = request("r1");
        request.setInputTokens(Long.MAX_VALUE);

        assertRejected(
                decide(request, untouched()),
                RejectionCode.UNBOUNDED_INPUT,
                "input_tokens: what it could cost is beyond counting");
    }

    @Test
    void shouldRejectNumbersOutOfRange() {
        var request = request("r1");
        request.setDifficulty(1.5);

        assertRejected(
                decide(request, untouched()), RejectionCode.INVALID_REQUEST, "difficulty 1.5: must be from 0 to 1");
    }

    @Test
    void shouldNotTryAgainWhatFailedAndNotCountTheRequestTwice() {
        policy.getBudgets().add(Given.requests("per-day", "team", "day", 1));
        var again = new Ask(request("r1"), Given.prompt(1_000), 1, 1, Set.of("openai/cheap"), 0);

        var granted = (Granted) router.decide(again, fleet, TeamRules.of(policy), untouched(), NOW);

        assertThat(served(granted)).isEqualTo("openai/good");
        assertThat(granted.grant().hold().requests()).isZero();
    }

    @Test
    void shouldHoldOnceInAWindowThatTwoBudgetsShare() {
        policy.getBudgets().add(hard("cost", "team", "day", "10"));
        policy.getBudgets().add(soft("cost-soft", "team", "day", "5"));
        policy.getBudgets().add(Given.requests("count", "team", "day", 100));

        var granted = (Granted) decide(request("r1"), untouched());

        assertThat(granted.grant().holds()).singleElement().satisfies(held -> {
            assertThat(held.position().held()).isEqualTo(granted.grant().hold());
            assertThat(held.position().held().requests()).isEqualTo(1);
        });
        assertThat(granted.findings().budgets()).hasSize(3);
    }

    @Test
    void shouldHoldInTheWindowOfEachModelOfTheChain() {
        policy.getRouting().setFallbacks(1);
        policy.getBudgets().add(hard("per-model", "model", "day", "10"));
        fleet = fleet(offer("a/one", "1", "1", 0.8), offer("b/two", "1.2", "1.2", 0.8));

        var granted = (Granted) decide(request("r1"), untouched());

        assertThat(granted.grant().holds())
                .extracting(held -> held.window().getScopeValue())
                .containsExactly("a/one", "b/two");
        assertThat(granted.grant().holds())
                .extracting(held -> held.position().held())
                .containsOnly(granted.grant().hold());
        assertThat(granted.grant().hold().nanoUsd()).isEqualTo(Money.parseUsd("0.0061152"));
    }

    @Test
    void shouldRejectWhereABookCanCountNoFurther() {
        policy.getBudgets().add(soft("team-day", "team", "day", "10"));
        var full =
                new Position(new Amounts(Long.MAX_VALUE, 0, 0), new Amounts(Long.MAX_VALUE, 0, 0), Amounts.ZERO, 1, 1);

        assertRejected(
                decide(request("r1"), key -> full),
                RejectionCode.BUDGET_EXHAUSTED,
                "the books of a budget window can count no further");
    }

    private Outcome decide(LlmRequest request, Headroom headroom) {
        return router.decide(ask(request), fleet, TeamRules.of(policy), headroom, NOW);
    }

    private static LlmRequest named(String model) {
        var request = request("r1");
        request.setModel(model);
        return request;
    }

    private static String served(Outcome outcome) {
        return ((Granted) outcome).grant().first().offer().id();
    }

    private static void assertRejected(Outcome outcome, RejectionCode code, String reason) {
        assertThat(outcome).isInstanceOf(Rejected.class);
        assertThat(((Rejected) outcome).code()).isEqualTo(code);
        assertThat(outcome.reason()).isEqualTo(reason);
    }
}
