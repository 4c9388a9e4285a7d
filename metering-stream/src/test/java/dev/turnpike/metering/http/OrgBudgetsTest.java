package dev.turnpike.metering.http;

import static dev.turnpike.metering.Given.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.turnpike.metering.Given;
import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.SpendKey.Window;
import dev.turnpike.metering.state.MeterView;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.OrgLease;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.event.TeamPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OrgBudgetsTest {

    private static final long DAY = Instant.parse("2026-11-20T00:00:00Z").toEpochMilli();
    private static final long NEXT_DAY = Instant.parse("2026-11-21T00:00:00Z").toEpochMilli();
    private final Teams meter = new Teams();
    private final Map<String, OrgLease> leases = new HashMap<>();
    private final OrgBudgets budgets = new OrgBudgets(
            List.of(Org.newBuilder()
                    .setOrg("acme")
                    .setBudgets(List.of(usd("hard", 1_000), usd("soft", 5_000)))
                    .build()),
            NOON);

    @BeforeAll
    static void trust() {
        TrustedEvents.register();
    }

    @Test
    void shouldSayWhatIsLentToWhomAndWhatIsLeft() {
        use("search", 300, 50);
        use("support", 100, 0);
        lend("search", 500, 100);
        lend("support", 200, 0);

        JsonNode hard = sums("search", "support").get(0);

        assertThat(amounts(hard, "limit", "spent", "open", "headroom", "lent", "unlent"))
                .containsExactly(1_000L, 400L, 50L, 550L, 600L, 400L);
        assertThat(hard.get("teams").toString())
                .isEqualTo("[{\"team\":\"search\",\"lent\":400,\"spent\":300,\"open\":50},"
                        + "{\"team\":\"support\",\"lent\":200,\"spent\":100,\"open\":0}]");
    }

    @Test
    void shouldOnlyCountUnderASoftBudget() {
        use("search", 300, 50);

        JsonNode soft = sums("search").get(1);

        assertThat(amounts(soft, "limit", "spent", "headroom")).containsExactly(5_000L, 300L, 4_650L);
        assertThat(soft.has("lent")).isFalse();
    }

    @Test
    void shouldForecastFromTheHoursOfAllItsTeams() {
        // 11 hours and 40 minutes of the day are left; in the last hour both spent 50
        use("search", 300, 0);
        use("support", 100, 0);
        meter.spentInTheLastHour = 50;

        JsonNode hard = sums("search", "support").get(0);

        assertThat(hard.get("pace_per_hour").asLong()).isEqualTo(100);
        assertThat(hard.get("forecast").asLong()).isEqualTo(400 + 1_167);
        assertThat(hard.get("runs_out_at").asLong()).isEqualTo(NOON + 6 * 3_600_000);
    }

    @Test
    void shouldTellAnOrgBeforeAnythingIsSpent() {
        meter.org = null;

        JsonNode hard = sums("search").get(0);

        assertThat(hard.get("headroom").asLong()).isEqualTo(1_000);
        assertThat(hard.get("teams")).isEmpty();
        assertThat(hard.get("runs_out_at").isNull()).isTrue();
    }

    private ArrayNode sums(String... teams) {
        ArrayNode parts = budgets.parts(meter, teams[0], leases);
        for (int i = 1; i < teams.length; i++) {
            parts.addAll(budgets.parts(meter, teams[i], leases));
        }
        return budgets.sums(parts);
    }

    private static List<Long> amounts(JsonNode budget, String... fields) {
        return List.of(fields).stream().map(field -> budget.get(field).asLong()).toList();
    }

    private void use(String team, long spent, long open) {
        meter.positions
                .computeIfAbsent(team, name -> new ArrayList<>())
                .add(new Position(
                        key(team),
                        NEXT_DAY,
                        new Amounts(open, 0, 0),
                        Amounts.ZERO,
                        new Amounts(spent, 0, 0),
                        Amounts.ZERO,
                        Amounts.ZERO,
                        1,
                        NOON,
                        List.of(),
                        0));
    }

    private void lend(String team, long granted, long returned) {
        leases.put(
                key(team).encode(),
                OrgLease.newBuilder()
                        .setOrg("acme")
                        .setTeam(team)
                        .setPeriod("day")
                        .setWindowStart(DAY)
                        .setWindowEnd(NEXT_DAY)
                        .setVersion(1)
                        .setGranted(new Amounts(granted, 0, 0).toAvro())
                        .setReturned(new Amounts(returned, 0, 0).toAvro())
                        .setRecalled(false)
                        .setOrgVersion(1)
                        .setOrgLent(Amounts.ZERO.toAvro())
                        .setOrgLimit(Amounts.ZERO.toAvro())
                        .build());
    }

    private static PositionKey key(String team) {
        return new PositionKey(team, "org", "acme", "day", DAY);
    }

    private static Budget usd(String enforcement, long limit) {
        return Budget.newBuilder()
                .setName("acme-day-" + enforcement)
                .setScope("org")
                .setPeriod("day")
                .setEnforcement(enforcement)
                .setLimitNanoUsd(limit)
                .build();
    }

    /** What a test says that teams have used. */
    private static final class Teams implements MeterView {

        private final Map<String, List<Position>> positions = new HashMap<>();
        private String org = "acme";
        private long spentInTheLastHour;

        @Override
        public SortedSet<String> teams() {
            return new TreeSet<>(positions.keySet());
        }

        @Override
        public TeamPolicy policyOf(String team) {
            return TeamPolicy.newBuilder(Given.policy("UTC")).setOrg(org).build();
        }

        @Override
        public List<Position> positions(String team) {
            return positions.getOrDefault(team, List.of());
        }

        @Override
        public List<SpendAggregate> cells(String team, Window window, long from, long to) {
            return List.of(SpendAggregate.newBuilder()
                    .setTeam(team)
                    .setWindow("1h")
                    .setWindowStart(NOON - 3_600_000)
                    .setWindowEnd(NOON)
                    .setAmount(new Amounts(spentInTheLastHour, 1, 1).toAvro())
                    .setEntries(1)
                    .setInputTokens(1)
                    .setCacheReadTokens(0)
                    .setOutputTokens(0)
                    .setBaselineNanoUsd(0)
                    .build());
        }

        @Override
        public SortedMap<Integer, Long> readUntil() {
            return new TreeMap<>();
        }

        @Override
        public int partitions() {
            return 1;
        }
    }
}
