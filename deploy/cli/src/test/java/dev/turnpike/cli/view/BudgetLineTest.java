package dev.turnpike.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.TeamPolicy;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class BudgetLineTest {

    static {
        TrustedEvents.register();
    }

    private static final long NOW = Instant.parse("2026-11-22T10:00:00Z").toEpochMilli();
    private static final long WEEK = Instant.parse("2026-11-16T00:00:00Z").toEpochMilli();
    private static final long NEXT_WEEK = Instant.parse("2026-11-23T00:00:00Z").toEpochMilli();

    @Test
    void shouldShowWhatIsLeftInTheWindowsOfNow() {
        TeamPolicy policy = policy();
        List<BudgetState> states = List.of(
                state("search", "user", "ann", "week", WEEK, NEXT_WEEK, 150),
                state("search", "user", "bob", "week", WEEK, NEXT_WEEK, 50),
                state("search", "user", "old", "week", WEEK - 7 * 86_400_000L, WEEK, 200),
                state("other", "user", "eve", "week", WEEK, NEXT_WEEK, 200));

        StringWriter text = new StringWriter();
        BudgetLine.table().print(new PrintWriter(text, true), BudgetLine.of(policy, "search", states, NOW), false);

        assertThat(text.toString().lines())
                .containsExactly(
                        "BUDGET      OF      PERIOD          LIMIT    SPENT    HELD       LEFT  TURNS",
                        "team-month  search  hard month  $5,000.00    $0.00   $0.00  $5,000.00  2026-12-01 00:00",
                        "per-person  ann     hard week     $200.00  $150.00  $10.00     $40.00  2026-11-23 00:00",
                        "per-person  bob     hard week     $200.00   $50.00  $10.00    $140.00  2026-11-23 00:00");
    }

    @Test
    void shouldFallBelowNothingLeftWhereUsageCamePastTurnpike() {
        List<BudgetState> states = List.of(state("search", "user", "ann", "week", WEEK, NEXT_WEEK, 250));

        assertThat(BudgetLine.of(policy(), "search", states, NOW))
                .filteredOn(line -> line.scopeValue().equals("ann"))
                .singleElement()
                .extracting(BudgetLine::left)
                .isEqualTo(-60_000_000_000L);
    }

    private static TeamPolicy policy() {
        return TeamPolicy.newBuilder()
                .setTeam("search")
                .setBudgets(List.of(
                        budget("team-month", "team", "month", 5_000), budget("per-person", "user", "week", 200)))
                .build();
    }

    private static Budget budget(String name, String scope, String period, long usd) {
        return Budget.newBuilder()
                .setName(name)
                .setScope(scope)
                .setPeriod(period)
                .setLimitNanoUsd(usd * 1_000_000_000L)
                .build();
    }

    private static BudgetState state(
            String team, String scope, String value, String period, long start, long end, long usd) {
        return BudgetState.newBuilder()
                .setTeam(team)
                .setScope(scope)
                .setScopeValue(value)
                .setPeriod(period)
                .setWindowStart(start)
                .setWindowEnd(end)
                .setEpoch(1)
                .setVersion(1)
                .setOpened(new Amounts(30_000_000_000L, 0, 3).toAvro())
                .setClosed(new Amounts(20_000_000_000L, 0, 2).toAvro())
                .setSpent(new Amounts(usd * 1_000_000_000L, 0, 2).toAvro())
                .setDispatchOffset(-1)
                .build();
    }
}
