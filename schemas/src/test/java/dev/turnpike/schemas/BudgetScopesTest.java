package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.BudgetScopes.Dimensions;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.TeamPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetScopesTest {

    static {
        TrustedEvents.register();
    }

    private static final Dimensions DIMENSIONS =
            new Dimensions("search", "ann", "t1", "openai/gpt-5", Map.of("env", "prod"));

    @ParameterizedTest
    @CsvSource({
        "team, search",
        "user, ann",
        "task, t1",
        "model, openai/gpt-5",
        "tag:env, prod",
        "tag:other,",
        "tag:,",
        "org,",
        "tags,"
    })
    void shouldFindTheValueAScopeStandsFor(String scope, String value) {
        assertThat(DIMENSIONS.valueOf(scope)).isEqualTo(value);
    }

    @Test
    void shouldHaveNoValueWhereTheRequestDoesNotStateIt() {
        var bare = new Dimensions("search", null, null, null, Map.of());

        assertThat(bare.valueOf("user")).isNull();
        assertThat(bare.valueOf("task")).isNull();
        assertThat(bare.valueOf("model")).isNull();
    }

    @Test
    void shouldNameAModelByItsOffer() {
        assertThat(DIMENSIONS.withModel("azure", "gpt-5").valueOf("model")).isEqualTo("azure/gpt-5");
        assertThat(DIMENSIONS.withModel(null, "gpt-5").valueOf("model")).isEqualTo("gpt-5");
    }

    @Test
    void shouldGiveEachBudgetItsWindowInTheZoneOfTheTeam() {
        var daily = budget("team", "day");
        var weekly = budget("user", "week");
        var forever = budget("task", "total");
        var untold = budget("tag:missing", "day");
        var policy = TeamPolicy.newBuilder()
                .setTeam("search")
                .setTimezone("America/Los_Angeles")
                .setWeekStart("sunday")
                .setBudgets(List.of(daily, weekly, forever, untold))
                .build();

        var applied = BudgetScopes.windowsAt(
                policy, DIMENSIONS, Instant.parse("2026-06-17T12:00:00Z").toEpochMilli());

        assertThat(applied)
                .containsExactly(
                        new BudgetScopes.Applied(
                                daily, window("team", "search", "day", "2026-06-17T07:00:00Z", "2026-06-18T07:00:00Z")),
                        new BudgetScopes.Applied(
                                weekly, window("user", "ann", "week", "2026-06-14T07:00:00Z", "2026-06-21T07:00:00Z")),
                        new BudgetScopes.Applied(forever, new HoldWindow("task", "t1", "total", 0L, Long.MAX_VALUE)),
                        new BudgetScopes.Applied(untold, null));
    }

    @Test
    void shouldKnowTheUnitAndTheLimit() {
        Budget money = budget("team", "day");
        money.setLimitNanoUsd(7L);
        Budget tokens = budget("team", "day");
        tokens.setLimitTokens(8L);
        Budget requests = budget("team", "day");
        requests.setLimitRequests(9L);

        assertThat(BudgetScopes.unitOf(money)).isEqualTo(Amounts.Unit.NANO_USD);
        assertThat(BudgetScopes.limitOf(money)).isEqualTo(7);
        assertThat(BudgetScopes.unitOf(tokens)).isEqualTo(Amounts.Unit.TOKENS);
        assertThat(BudgetScopes.limitOf(tokens)).isEqualTo(8);
        assertThat(BudgetScopes.unitOf(requests)).isEqualTo(Amounts.Unit.REQUESTS);
        assertThat(BudgetScopes.limitOf(requests)).isEqualTo(9);
    }

    @Test
    void shouldRefuseABudgetWithoutALimit() {
        assertThatThrownBy(() -> BudgetScopes.limitOf(budget("team", "day")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("budget team-day: has no limit");
    }

    @Test
    void shouldBeHardUnlessItSaysSoft() {
        Budget soft = budget("team", "day");
        soft.setEnforcement("soft");

        assertThat(BudgetScopes.isHard(budget("team", "day"))).isTrue();
        assertThat(BudgetScopes.isHard(soft)).isFalse();
    }

    private static Budget budget(String scope, String period) {
        return Budget.newBuilder()
                .setName(scope + "-" + period)
                .setScope(scope)
                .setPeriod(period)
                .build();
    }

    private static HoldWindow window(String scope, String value, String period, String start, String end) {
        return new HoldWindow(
                scope,
                value,
                period,
                Instant.parse(start).toEpochMilli(),
                Instant.parse(end).toEpochMilli());
    }
}
