package dev.turnpike.metering.http;

import static dev.turnpike.metering.Given.NOON;
import static dev.turnpike.metering.Given.tokens;
import static dev.turnpike.metering.Given.usd;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnpike.metering.Given;
import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.SpendKey.Window;
import dev.turnpike.metering.state.MeterView;
import dev.turnpike.metering.state.Peers;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.streams.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MeterApiTest {

    private static final long DAY = Instant.parse("2026-11-20T00:00:00Z").toEpochMilli();
    private static final long NEXT_DAY = Instant.parse("2026-11-21T00:00:00Z").toEpochMilli();
    private static final TeamPolicy POLICY = Given.policy(
            "UTC",
            usd("team", "day", 1_000),
            tokens("team", "day", 500),
            usd("user", "day", 100),
            usd("user", "total", 900));

    private final FixedView meter = new FixedView();
    private final Neighbours neighbours = new Neighbours();
    private HttpServer server;

    @BeforeEach
    void start() {
        server = serve(meter, neighbours);
    }

    private static HttpServer serve(MeterView view, Peers peers) {
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        MeterApi api = new MeterApi(view, peers, InstantSource.fixed(Instant.ofEpochMilli(NOON)));
        return HttpServer.start("127.0.0.1", 0, metrics, () -> true, () -> true, api::addTo);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldListTeams() throws Exception {
        JsonNode answer = json(get("/api/v1/teams"));

        assertThat(answer.toString()).contains("\"teams\":[{\"team\":\"search\",\"timezone\":\"UTC\",\"budgets\":4}]");
    }

    @Test
    void shouldTellEveryBudgetInItsCurrentWindow() throws Exception {
        meter.positions.add(position("team", "search", "day", DAY, NEXT_DAY, new Amounts(700, 70, 7)));
        meter.positions.add(position("user", "ann", "day", DAY, NEXT_DAY, new Amounts(60, 6, 1)));
        meter.positions.add(position("user", "ann", "total", 0, Long.MAX_VALUE, new Amounts(90, 9, 1)));
        // over
        meter.positions.add(position("user", "bob", "day", DAY - 1, DAY, new Amounts(1, 1, 1)));
        // no budget any more
        meter.positions.add(position("task", "t1", "day", DAY, NEXT_DAY, new Amounts(1, 1, 1)));

        JsonNode budgets = json(get("/api/v1/teams/search/budgets")).get("budgets");

        assertThat(budgets.findValuesAsText("name"))
                .containsExactly("team-day", "team-day-tokens", "user-day", "user-total");
        assertThat(budgets.findValuesAsText("scope_value")).containsExactly("search", "search", "ann", "ann");
        assertThat(budgets.findValuesAsText("spent")).containsExactly("700", "70", "60", "90");
        assertThat(budgets.findValuesAsText("open")).containsExactly("100", "10", "100", "100");
        assertThat(budgets.findValuesAsText("headroom")).containsExactly("200", "420", "-60", "710");
        assertThat(budgets.findValuesAsText("window_end"))
                .containsExactly("" + NEXT_DAY, "" + NEXT_DAY, "" + NEXT_DAY, "null");
    }

    @Test
    void shouldTellATeamsBudgetBeforeAnythingIsSpent() throws Exception {
        JsonNode budgets = json(get("/api/v1/teams/search/budgets")).get("budgets");

        assertThat(budgets.findValuesAsText("name")).containsExactly("team-day", "team-day-tokens");
        assertThat(budgets.findValuesAsText("headroom")).containsExactly("1000", "500");
    }

    @Test
    void shouldAddSpendUpByADimension() throws Exception {
        meter.cells.add(cell("ann", "small", 30));
        meter.cells.add(cell("bob", "small", 12));
        meter.cells.add(cell("ann", "large", 100));
        meter.cells.add(tagCell("project", "a", 42));

        assertThat(lines(get("/api/v1/spend?team=search&by=model")))
                .containsExactly("openai/large 100", "openai/small 42");
        assertThat(lines(get("/api/v1/spend?team=search&by=user"))).containsExactly("ann 130", "bob 12");
        assertThat(lines(get("/api/v1/spend?by=tag:project"))).containsExactly("a 42");
        assertThat(lines(get("/api/v1/spend"))).containsExactly("search 142");
    }

    @Test
    void shouldAskForTheSpanThatIsWanted() throws Exception {
        get("/api/v1/spend?team=search&window=1h&from=2026-11-20T10:00:00Z&to=2026-11-20T11:00:00Z");
        get("/api/v1/spend?team=search");

        assertThat(meter.asked)
                .containsExactly(
                        "HOUR " + (DAY + 10 * Given.HOUR) + " " + (DAY + 11 * Given.HOUR),
                        "DAY " + (NOON - 30 * 24 * Given.HOUR) + " " + NOON);
    }

    @Test
    void shouldSayWhatIsWrongAsAProblemDocument() throws Exception {
        assertProblem(get("/api/v1/spend?window=1w"), 400, "window=1w: must be 1h or 1d");
        assertProblem(
                get("/api/v1/spend?by=colour"), 400, "by=colour: must be team, user, model, task_type or tag:NAME");
        assertProblem(
                get("/api/v1/spend?from=yesterday"),
                400,
                "from=yesterday: must be an instant such as 2026-11-20T00:00:00Z");
        assertProblem(get("/api/v1/teams/nobody/budgets"), 404, "team nobody: has neither a policy nor usage");
    }

    @Test
    void shouldSayThatATeamIsElsewhere() throws Exception {
        meter.isHere = false;

        assertProblem(get("/api/v1/teams/search/budgets"), 503, "elsewhere");
    }

    private static void assertProblem(HttpResponse<String> response, int status, String detail) throws Exception {
        assertThat(response.headers().firstValue("content-type")).contains("application/problem+json");
        JsonNode problem = json(response);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("detail").asText()).isEqualTo(detail);
    }

    @Test
    void shouldAskTheOtherInstancesForWhatTheyHave() throws Exception {
        // given: another instance that has the team
        FixedView theirs = new FixedView();
        theirs.cells.add(cell("ann", "small", 30));
        theirs.positions.add(position("user", "ann", "day", DAY, NEXT_DAY, new Amounts(60, 6, 1)));
        try (HttpServer other = serve(theirs, new Alone())) {
            neighbours.others.add("127.0.0.1:" + other.port());
            neighbours.owner = "127.0.0.1:" + other.port();
            meter.isHere = false;

            // when
            HttpResponse<String> spend = get("/api/v1/spend?by=model");
            HttpResponse<String> budgets = get("/api/v1/teams/search/budgets");

            // then
            assertThat(lines(spend)).containsExactly("openai/small 30");
            assertThat(json(spend).get("complete").asBoolean()).isTrue();
            assertThat(json(spend).get("read_until").asLong()).isEqualTo(NOON - 1_000);
            assertThat(json(budgets).get("read_until").asLong()).isEqualTo(NOON - 1_000);
            assertThat(json(budgets).get("budgets").findValuesAsText("spent")).contains("60");
            assertThat(budgets.headers().firstValue("x-turnpike-instance")).contains(neighbours.owner);
            assertThat(json(get("/api/v1/teams")).get("teams")).hasSize(1);
        }
    }

    @Test
    void shouldSayWhichInstanceIsMissingFromAnAnswer() throws Exception {
        meter.isHere = false;
        neighbours.others.add("127.0.0.1:1");
        neighbours.owner = "127.0.0.1:1";

        JsonNode spend = json(get("/api/v1/spend"));
        HttpResponse<String> budgets = get("/api/v1/teams/search/budgets");

        assertThat(spend.get("complete").asBoolean()).isFalse();
        assertThat(spend.get("missing").get(0).asText()).isEqualTo("127.0.0.1:1");
        assertThat(budgets.statusCode()).isEqualTo(503);
        assertThat(json(budgets).get("detail").asText())
                .isEqualTo("team search is with the instance 127.0.0.1:1, which does not answer");
    }

    @Test
    void shouldSayWhichPartitionIsMissingWhileItIsOnItsWay() throws Exception {
        meter.isHere = false;

        JsonNode spend = json(get("/api/v1/spend"));

        assertThat(spend.get("complete").asBoolean()).isFalse();
        assertThat(spend.get("missing")).isEmpty();
        assertThat(spend.get("missing_partitions").toString()).isEqualTo("[0]");
        assertThat(spend.has("read_until")).isFalse();
    }

    @Test
    void shouldNotCallAnAnswerCompleteInWhichAPartitionHasTwoParts() throws Exception {
        // given: a partition that moved while both were asked
        try (HttpServer other = serve(new FixedView(), new Alone())) {
            neighbours.others.add("127.0.0.1:" + other.port());

            JsonNode spend = json(get("/api/v1/spend"));

            assertThat(spend.get("complete").asBoolean()).isFalse();
            assertThat(spend.get("missing_partitions")).isEmpty();
        }
    }

    @Test
    void shouldCutLongListsIntoParts() throws Exception {
        meter.cells.add(cell("ann", "small", 30));
        meter.cells.add(cell("bob", "small", 12));
        meter.cells.add(cell("cai", "small", 5));

        HttpResponse<String> first = get("/api/v1/spend?team=search&by=user&limit=2");
        HttpResponse<String> second = get("/api/v1/spend?team=search&by=user&limit=2&after="
                + json(first).get("next").asText());

        assertThat(lines(first)).containsExactly("ann 30", "bob 12");
        assertThat(lines(second)).containsExactly("cai 5");
        assertThat(json(second).has("next")).isFalse();
        assertThat(json(get("/api/v1/teams?limit=0")).get("detail").asText())
                .isEqualTo("limit=0: must be a whole number from 1 to 10000");
    }

    @Test
    void shouldForecastToTheEndOfTheWindow() throws Exception {
        // 11 hours and 40 minutes of the day are left; in the last hour 100 were spent
        meter.positions.add(position("team", "search", "day", DAY, NEXT_DAY, new Amounts(700, 70, 7)));
        meter.cells.add(SpendAggregate.newBuilder(cell("ann", "small", 100))
                .setWindow("1h")
                .setWindowStart(NOON - 3_600_000)
                .setWindowEnd(NOON)
                .build());

        JsonNode budget =
                json(get("/api/v1/teams/search/budgets")).get("budgets").get(0);

        assertThat(budget.get("pace_per_hour").asLong()).isEqualTo(100);
        assertThat(budget.get("forecast").asLong()).isEqualTo(700 + 1_167);
        // 1,000 less 700 spent and 100 held
        assertThat(budget.get("runs_out_at").asLong()).isEqualTo(NOON + 2 * 3_600_000);
    }

    private HttpResponse<String> get(String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) throws Exception {
        return new ObjectMapper().readTree(response.body());
    }

    private static List<String> lines(HttpResponse<String> response) throws Exception {
        List<String> lines = new ArrayList<>();
        json(response)
                .get("spend")
                .forEach(line -> lines.add(
                        line.get("value").asText() + " " + line.get("nano_usd").asText()));
        return lines;
    }

    private static Position position(String scope, String value, String period, long start, long end, Amounts spent) {
        return new Position(
                new PositionKey("search", scope, value, period, start),
                end,
                new Amounts(150, 20, 2),
                new Amounts(50, 10, 1),
                spent,
                Amounts.ZERO,
                Amounts.ZERO,
                1,
                NOON,
                List.of(),
                0);
    }

    private static SpendAggregate cell(String user, String model, long nanoUsd) {
        return emptyCell(nanoUsd)
                .setUser(user)
                .setProvider("openai")
                .setModel(model)
                .build();
    }

    private static SpendAggregate tagCell(String tag, String value, long nanoUsd) {
        return emptyCell(nanoUsd).setTag(tag).setTagValue(value).build();
    }

    private static SpendAggregate.Builder emptyCell(long nanoUsd) {
        return SpendAggregate.newBuilder()
                .setTeam("search")
                .setWindow("1d")
                .setWindowStart(DAY)
                .setWindowEnd(NEXT_DAY)
                .setAmount(new Amounts(nanoUsd, 1, 1).toAvro())
                .setEntries(1)
                .setInputTokens(1)
                .setCacheReadTokens(0)
                .setOutputTokens(0)
                .setBaselineNanoUsd(nanoUsd);
    }

    /** Other instances. */
    private static final class Neighbours extends Alone {

        private final SortedSet<String> others = new TreeSet<>();
        private String owner;

        @Override
        public SortedSet<String> others() {
            return others;
        }

        @Override
        public String ownerOf(String team) {
            return owner;
        }
    }

    /** What a test says is known. */
    private static final class FixedView implements MeterView {

        private final List<Position> positions = new ArrayList<>();
        private final List<SpendAggregate> cells = new ArrayList<>();
        private final List<String> asked = new ArrayList<>();
        private boolean isHere = true;

        @Override
        public SortedSet<String> teams() {
            return new TreeSet<>(List.of("search"));
        }

        @Override
        public TeamPolicy policyOf(String team) {
            return POLICY;
        }

        @Override
        public List<Position> positions(String team) {
            if (!isHere) {
                throw new NotHere("elsewhere", new IllegalStateException());
            }
            return team.equals("search") ? positions : List.of();
        }

        @Override
        public SortedMap<Integer, Long> readUntil() {
            return isHere ? new TreeMap<>(Map.of(0, NOON - 1_000)) : new TreeMap<>();
        }

        @Override
        public int partitions() {
            return 1;
        }

        @Override
        public List<SpendAggregate> cells(String team, Window window, long from, long to) {
            asked.add(window + " " + from + " " + to);
            return cells;
        }
    }
}
