package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.NOW;
import static dev.turnpike.router.decision.Given.hard;
import static dev.turnpike.router.decision.Given.offer;
import static dev.turnpike.router.decision.Given.policy;
import static dev.turnpike.router.decision.Given.request;
import static dev.turnpike.router.decision.Given.requests;
import static dev.turnpike.router.decision.Given.spent;
import static dev.turnpike.router.decision.Given.untouched;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.TeamPolicy;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Step 4, with an offer at $1 per million input tokens and $10 per million output tokens and a prompt of 1,000 bytes. */
class AffordabilityTest {

    private static final Fleet FLEET = Given.fleet(offer("a/one", "1", "10", 0.9));

    private final LlmRequest request = request("r1");
    private final AtomicInteger counts = new AtomicInteger();

    @Test
    void shouldBoundByBytesWhereThatFits() {
        // 1,000 x $1 + 4,096 x $10 per million
        var plan = affordability(policy(hard("day", "team", "day", "0.04196")), untouched())
                .plan(0);

        assertThat(plan.bound().nanoUsd()).isEqualTo(41_960_000);
        assertThat(plan.bound().tokens()).isEqualTo(5_096);
        assertThat(plan.bound().requests()).isEqualTo(1);
        assertThat(counts).hasValue(0);
    }

    @Test
    void shouldCountTokensBeforeItShrinks() {
        // 250 tokens instead of 1,000 bytes make just enough room
        var plan = affordability(policy(hard("day", "team", "day", "0.04121")), untouched())
                .plan(0);

        assertThat(plan.inputBound()).isEqualTo(250);
        assertThat(plan.outputCap()).isEqualTo(4_096);
        assertThat(counts).hasValue(1);
    }

    @Test
    void shouldShrinkTheOutputCapToWhatIsLeft() {
        var affordability = affordability(policy(hard("day", "team", "day", "1")), spent("0.99"));

        var plan = affordability.plan(0);

        // $0.01 - 250 x $1 per million pays for 975 output tokens
        assertThat(plan.outputCap()).isEqualTo(975);
        assertThat(plan.bound().nanoUsd()).isEqualTo(10_000_000);
        assertThat(affordability.remark(plan)).isEqualTo("output cap 975 instead of 4096 to fit the budgets");
    }

    @Test
    void shouldNotShrinkBelowThePolicysLeastCap() {
        var policy = policy(hard("day", "team", "day", "1"));
        policy.getRouting().setMinOutputCap(976);

        assertThat(affordability(policy, spent("0.99")).plan(0)).isNull();
        policy.getRouting().setMinOutputCap(975);
        assertThat(affordability(policy, spent("0.99")).plan(0).outputCap()).isEqualTo(975);
    }

    @Test
    void shouldServeACapBelowThePolicysLeastWhereTheCallerAsksForIt() {
        request.setMaxOutputTokens(5L);

        assertThat(affordability(policy(), untouched()).plan(0).outputCap()).isEqualTo(5);
    }

    @Test
    void shouldNeverCountLessThanTheCallerClaims() {
        request.setInputTokens(900L);

        // 900 x $1 + 4,096 x $10 per million
        var plan = affordability(policy(hard("day", "team", "day", "0.04186")), untouched())
                .plan(0);

        assertThat(plan.inputBound()).isEqualTo(900);
        assertThat(plan.outputCap()).isEqualTo(4_096);
    }

    @Test
    void shouldNotCountWhereNoCountCouldHelp() {
        var affordability = affordability(policy(hard("day", "team", "day", "1")), spent("1"));

        assertThat(affordability.plan(0)).isNull();
        assertThat(counts).hasValue(0);
    }

    @Test
    void shouldSayWhenTheWindowThatRefusesTurns() {
        var refusal = refusal(policy(hard("day", "team", "day", "1"), hard("month", "team", "month", "1")));

        assertThat(refusal.budget().rule().name()).isEqualTo("month");
        assertThat(refusal.retryAt()).isEqualTo(at("2026-09-01T00:00:00Z"));
    }

    @Test
    void shouldSayThatWaitingDoesNotHelpWhereTheWindowNeverTurns() {
        var refusal = refusal(policy(hard("ever", "team", "total", "1"), hard("day", "team", "day", "1")));

        assertThat(refusal.budget().rule().name()).isEqualTo("ever");
        assertThat(refusal.retryAt()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldSayThatWaitingDoesNotHelpWhereTheWholeLimitIsTooSmall() {
        // 16 output tokens alone cost $0.00016
        assertThat(refusal(policy(hard("day", "team", "day", "0.0001"))).retryAt())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldRefuseByRequestsAndByTokens() {
        var full = Position.EMPTY.hold(new Amounts(0, 99_999, 7));
        Budget tokens = requests("tokens", "team", "day", 1);
        tokens.setLimitRequests(null);
        tokens.setLimitTokens(100_000L);

        assertThat(affordability(policy(requests("count", "team", "day", 8)), key -> full)
                        .plan(0))
                .isNotNull();
        assertThat(affordability(policy(requests("count", "team", "day", 7)), key -> full)
                        .plan(0))
                .isNull();
        assertThat(affordability(policy(tokens), key -> full).plan(0)).isNull();
    }

    @Test
    void shouldRefuseEverythingWhereALimitIsBelowWhatIsSpent() {
        var free = Given.fleet(offer("a/free", "0", "0", 0.9));
        var rules = TeamRules.of(policy(hard("day", "team", "day", "1")));

        assertThat(affordability(free, rules, spent("2")).plan(0)).isNull();
    }

    private Affordability.Refusal refusal(TeamPolicy policy) {
        var affordability = affordability(policy, spent("1"));
        assertThat(affordability.plan(0)).isNull();
        return affordability.soonest();
    }

    private Affordability affordability(TeamPolicy policy, Headroom headroom) {
        return affordability(FLEET, TeamRules.of(policy), headroom);
    }

    private Affordability affordability(Fleet fleet, TeamRules rules, Headroom headroom) {
        var ask = Given.ask(request);
        return new Affordability(
                ask,
                Assessment.of(ask, fleet, rules, new TrackRecord(null), NOW),
                AppliedBudgets.of(rules, request, headroom, NOW),
                new InputBound(ask, new FourBytesAToken()),
                OutputCap.of(ask, rules));
    }

    private static long at(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }

    private final class FourBytesAToken implements TokenCounter {

        @Override
        public boolean covers(String model) {
            return true;
        }

        @Override
        public long most(LlmRequest request) {
            counts.incrementAndGet();
            return 250;
        }
    }
}
