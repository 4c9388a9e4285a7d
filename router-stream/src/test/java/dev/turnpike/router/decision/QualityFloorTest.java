package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.NOW;
import static dev.turnpike.router.decision.Given.policy;
import static dev.turnpike.router.decision.Given.request;
import static dev.turnpike.router.decision.Given.soft;
import static dev.turnpike.router.decision.Given.spent;
import static dev.turnpike.router.decision.Given.untouched;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QualityFloorTest {

    private final LlmRequest request = request("r1");
    private final TeamPolicy policy = policy(soft("team-day", "team", "day", "10"));

    @BeforeEach
    void setFloors() {
        policy.getRouting().setQualityFloor(0.6);
        policy.getRouting().setTaskFloors(Map.of("code", 0.8));
        policy.getRouting().setEconomyFloor(0.4);
        policy.getRouting().setEconomyAt(90);
    }

    @Test
    void shouldBeTheTeamsUnlessTheTaskTypeHasOneUnlessTheRequestHasOne() {
        assertThat(floor(untouched()).applied()).isEqualTo(0.6);
        request.setTaskType("chat");
        assertThat(floor(untouched()).applied()).isEqualTo(0.6);
        request.setTaskType("code");
        assertThat(floor(untouched()).applied()).isEqualTo(0.8);
        request.setQualityFloor(0.3);
        assertThat(floor(untouched()).applied()).isEqualTo(0.3);
    }

    @Test
    void shouldGiveWayToTheEconomyFloorFromItsShareOfASoftBudgetOn() {
        assertThat(floor(spent("8.999999999"))).isEqualTo(new QualityFloor(0.6, 0.6, null));

        var pressed = floor(spent("9"));
        assertThat(pressed.applied()).isEqualTo(0.4);
        assertThat(pressed.usual()).isEqualTo(0.6);
        assertThat(pressed.pressing().name()).isEqualTo("team-day");
    }

    @Test
    void shouldCountOpenHoldsAsPressure() {
        var held = Position.EMPTY.hold(Given.usd("9"));

        assertThat(floor(key -> held).isLowered()).isTrue();
    }

    @Test
    void shouldNotGiveWayOnAHardBudget() {
        policy.getBudgets().get(0).setEnforcement("hard");

        assertThat(floor(spent("10")).isLowered()).isFalse();
    }

    @Test
    void shouldKeepTheFloorThatTheRequestStates() {
        request.setQualityFloor(0.7);

        assertThat(floor(spent("10")).applied()).isEqualTo(0.7);
    }

    @Test
    void shouldNeverRise() {
        policy.getRouting().setEconomyFloor(0.9);

        assertThat(floor(spent("10")).applied()).isEqualTo(0.6);
    }

    private QualityFloor floor(Headroom headroom) {
        var rules = TeamRules.of(policy);
        return QualityFloor.of(request, rules, AppliedBudgets.of(rules, request, headroom, NOW));
    }
}
