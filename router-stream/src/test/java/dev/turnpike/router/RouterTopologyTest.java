package dev.turnpike.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.turnpike.schemas.BudgetCalendar;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.RequestSignature;
import dev.turnpike.schemas.RequestSignature.Purpose;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.TeamPolicy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterTopologyTest {

    private static final Instant AT = Instant.parse("2026-08-05T10:30:00Z");
    private static final PositionKey TODAY = new PositionKey(
            "search",
            "team",
            "search",
            "day",
            Instant.parse("2026-08-05T00:00:00Z").toEpochMilli());

    @TempDir
    private Path stateDir;

    private Driven router;

    @BeforeEach
    void start() {
        router = new Driven(stateDir, 1);
        router.send(Topics.CATALOG, "openai/good", offer(), AT);
        router.send(Topics.POLICIES, "search", policy("UTC"), AT);
    }

    @AfterEach
    void end() {
        router.close();
    }

    @Test
    void shouldKeepWhatItKnewWhenARecordOfATableIsBroken() {
        router.send(Topics.CATALOG, bytes("openai/good"), bytes("\0broken"), AT);
        router.send(Topics.CATALOG, null, bytes("{}"), AT);
        router.send(Topics.POLICIES, bytes("search"), bytes("{\"team\":\"search\",\"timezone\":\"Mars/Olympus\"}"), AT);

        assertThat(decide("r1").getOutcome()).isEqualTo("routed");
        assertThat(router.metrics
                        .counter("turnpike.tables.refused", "table", "catalog")
                        .count())
                .isEqualTo(2);
        assertThat(router.metrics
                        .counter("turnpike.tables.refused", "table", "policies")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void shouldCarryTheHeadersOfARequestOnToItsDispatch() {
        router.send(
                Topics.REQUESTS,
                bytes("search"),
                bytes(
                        "{\"request_id\":\"r1\",\"team\":\"search\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"),
                new RecordHeaders().add("traceparent", bytes("00-a-b-01")),
                AT);

        assertThat(router.readBytes(Topics.DISPATCHES))
                .singleElement()
                .satisfies(dispatch -> assertThat(
                                dispatch.headers().lastHeader("traceparent").value())
                        .isEqualTo(bytes("00-a-b-01")));
    }

    @Test
    void shouldSetAsideWhatIsNotSignedAsThePolicyAsksAndLeaveItsIdFree() {
        KeyPair keys = RequestSignature.newKeys();
        TeamPolicy signed = policy("UTC");
        signed.setSigningKeys(List.of(RequestSignature.text(keys.getPublic())));
        router.send(Topics.POLICIES, "search", signed, AT);
        byte[] request = bytes("{\"request_id\":\"r1\",\"team\":\"search\",\"messages\":[{\"role\":\"user\","
                + "\"content\":\"hi\"}]}");
        Headers forged = signed(RequestSignature.newKeys(), Purpose.REQUEST, request);
        Headers right = signed(keys, Purpose.REQUEST, request);

        router.send(Topics.REQUESTS, bytes("search"), request, AT);
        router.send(Topics.REQUESTS, bytes("search"), request, forged, AT);
        router.send(Topics.REQUESTS, bytes("search"), request, right, AT);

        assertThat(router.readDeadLetters())
                .extracting(DeadLetter::reason, DeadLetter::offset)
                .containsExactly(tuple("unsigned", 0L), tuple("unsigned", 1L));
        assertThat(router.read(Topics.DECISIONS))
                .extracting(decision -> decision.value().getSourceOffset())
                .containsExactly(2L);
    }

    @Test
    void shouldLetThroughOnlyCancellationsThatAreSignedAsThePolicyAsks() {
        KeyPair keys = RequestSignature.newKeys();
        TeamPolicy signed = policy("UTC");
        signed.setSigningKeys(List.of(RequestSignature.text(keys.getPublic())));
        byte[] cancellation = bytes("{\"team\":\"search\",\"request_id\":\"r1\"}");

        // before the policy names a key, under another name for the partition, which plays no part
        router.send(Topics.CANCELLATIONS, bytes("other"), cancellation, AT);
        router.send(Topics.POLICIES, "search", signed, AT);
        router.send(Topics.CANCELLATIONS, bytes("search"), cancellation, AT);
        router.send(
                Topics.CANCELLATIONS, bytes("search"), cancellation, signed(keys, Purpose.REQUEST, cancellation), AT);
        router.send(
                Topics.CANCELLATIONS,
                bytes("search"),
                cancellation,
                signed(keys, Purpose.CANCELLATION, cancellation),
                AT);

        assertThat(router.readBytes(Topics.CANCELLED)).hasSize(2).allSatisfy(record -> {
            assertThat(record.key()).isEqualTo(bytes("search"));
            assertThat(record.value()).isEqualTo(cancellation);
        });
        assertThat(router.readDeadLetters())
                .extracting(DeadLetter::reason, DeadLetter::offset)
                .containsExactly(tuple("unsigned", 1L), tuple("unsigned", 2L));
    }

    @Test
    void shouldSetAsideWhatIsNoCancellation() {
        router.send(Topics.CANCELLATIONS, bytes("search"), bytes("{\"team\":\"search\"}"), AT);
        router.send(Topics.CANCELLATIONS, bytes("search"), bytes("no"), AT);
        router.send(Topics.CANCELLATIONS, bytes("search"), bytes("{\"team\":\"\",\"request_id\":\"r1\"}"), AT);
        router.send(Topics.CANCELLATIONS, bytes("search"), (byte[]) null, AT);

        assertThat(router.readBytes(Topics.CANCELLED)).isEmpty();
        assertThat(router.readDeadLetters())
                .extracting(DeadLetter::reason)
                .containsExactly("invalid", "unreadable", "invalid", "unreadable");
    }

    @Test
    void shouldForgetAnOfferAPolicyAndAnAliasThatAreDeleted() {
        router.send(Topics.CATALOG, "openai/good", null, AT);
        assertThat(decide("r1").getCode()).isEqualTo("no-eligible-model");

        router.send(Topics.POLICIES, "search", null, AT);
        assertThat(decide("r2").getCode()).isEqualTo("unknown-team");
    }

    @Test
    void shouldKeepHoldsWhenARenamedBudgetHasTheSameWindow() {
        Decision before = decide("r1");
        var renamed = policy("UTC");
        renamed.getBudgets().get(0).setName("renamed");
        router.send(Topics.POLICIES, "search", renamed, AT);

        Decision after = decide("r2");

        assertThat(after.getWindows().get(0).getBudget()).isEqualTo("renamed");
        assertThat(after.getWindows().get(0).getHeld().getNanoUsd())
                .isEqualTo(2 * before.getHold().getNanoUsd());
    }

    @Test
    void shouldHoldANewBudgetBackUntilWhatWasSpentBeforeIsCounted() {
        // the policy of this test is the first record of its topic
        router.countPolicies(0);

        Decision early = decide("r1");
        router.countPolicies(1);
        Decision later = decide("r2");

        assertThat(early.getCode()).isEqualTo("budget-starting");
        assertThat(early.getRetryAt()).isEqualTo(AT.plusSeconds(1).toEpochMilli());
        assertThat(early.getReason())
                .isEqualTo("budget team-day for team search begins: what was spent before is being counted");
        assertThat(router.read(Topics.REJECTIONS).get(0).value().getBudget()).isEqualTo("team-day");
        assertThat(later.getOutcome()).isEqualTo("routed");
    }

    @Test
    void shouldHoldANewBudgetBackUntilWhatWasDispatchedBeforeCountsInIt() {
        decide("r1");
        var more = policy("UTC");
        more.setBudgets(List.of(
                more.getBudgets().get(0),
                Budget.newBuilder()
                        .setName("team-week")
                        .setScope("team")
                        .setPeriod("week")
                        .setLimitNanoUsd(10_000_000_000L)
                        .build()));
        router.send(Topics.POLICIES, "search", more, AT);
        // the meter knows the budget, and has not read the first dispatch, which does not name it
        router.countPolicies(2, -1);

        assertThat(decide("r2").getCode()).isEqualTo("budget-starting");
        router.countPolicies(2, 0);
        assertThat(decide("r3").getOutcome()).isEqualTo("routed");
        assertThat(router.read(Topics.DISPATCHES))
                .extracting(dispatch -> dispatch.value().getNumber())
                .containsExactly(0L, 1L);
    }

    @Test
    void shouldNotLetInOverWhatIsReserved() {
        AmountVector none = new AmountVector(0L, 0L, 0L);
        BudgetState reserved = state(1, none, none, 0);
        reserved.setReserved(new AmountVector(10_000_000_000L, 0L, 0L));
        router.send(Topics.BUDGETS, TODAY.encode(), reserved, AT);

        assertThat(decide("r1").getCode()).isEqualTo("budget-exhausted");
    }

    @Test
    void shouldNotTrustWhatIsKnownOfABudgetThatWasRemovedAndBeginsAgain() {
        router.countPolicies(1);
        decide("r1");
        var without = policy("UTC");
        without.setBudgets(List.of());
        router.send(Topics.POLICIES, "search", without, AT);
        router.send(Topics.POLICIES, "search", policy("UTC"), AT);
        router.countPolicies(2);

        assertThat(decide("r2").getCode()).isEqualTo("budget-starting");
        router.countPolicies(3);
        assertThat(decide("r3").getOutcome()).isEqualTo("routed");
    }

    @Test
    void shouldPutALowerLimitAndANewNameInForceAtOnce() {
        router.countPolicies(1);
        AmountVector hold = decide("r1").getHold();
        var lower = policy("UTC");
        lower.getBudgets().get(0).setName("lower");
        lower.getBudgets().get(0).setLimitNanoUsd(hold.getNanoUsd());
        router.send(Topics.POLICIES, "search", lower, AT);

        Decision after = decide("r2");

        assertThat(after.getCode()).isEqualTo("budget-exhausted");
        assertThat(after.getReason()).startsWith("budget lower for team search has $0.00 left");
    }

    @Test
    void shouldHoldBackOnlyTheBudgetsThatAreNew() {
        router.countPolicies(1);
        var more = policy("UTC");
        more.setBudgets(List.of(
                more.getBudgets().get(0),
                Budget.newBuilder()
                        .setName("per-user")
                        .setScope("user")
                        .setPeriod("week")
                        .setLimitNanoUsd(10_000_000_000L)
                        .build(),
                Budget.newBuilder()
                        .setName("watched")
                        .setScope("team")
                        .setPeriod("month")
                        .setEnforcement("soft")
                        .setLimitNanoUsd(1L)
                        .build()));
        router.send(Topics.POLICIES, "search", more, AT);

        assertThat(decide("r1", "ann").getReason()).startsWith("budget per-user for user ann begins");
        router.countPolicies(2);
        assertThat(decide("r2", "ann").getOutcome()).isEqualTo("routed");
    }

    @Test
    void shouldHoldBackThePolicyForAllTeamsWhereItTakesThePlaceOfATeamsOwn() {
        var shared = policy("UTC");
        shared.setTeam("*");
        shared.getBudgets().get(0).setPeriod("month");
        router.send(Topics.POLICIES, "*", shared, AT);
        router.countPolicies(2);
        router.send(Topics.POLICIES, "search", null, AT);

        assertThat(decide("r1").getCode()).isEqualTo("budget-starting");
        router.countPolicies(3);
        assertThat(decide("r2").getOutcome()).isEqualTo("routed");
    }

    @Test
    void shouldFinishAWindowInTheTimeZoneItBeganIn() {
        AmountVector none = new AmountVector(0L, 0L, 0L);
        router.send(Topics.BUDGETS, TODAY.encode(), state(1, none, none, 10_000_000_000L), AT);
        assertThat(decide("r1").getCode()).isEqualTo("budget-exhausted");

        var moved = policy("Asia/Tokyo");
        moved.setEarlier(BudgetCalendar.earlier(moved, policy("UTC"), AT));
        router.send(Topics.POLICIES, "search", moved, AT);
        Decision after = decide("r2");

        // in Tokyo a day has begun at 15:00; there it does not before the day in UTC has ended
        assertThat(after.getCode()).isEqualTo("budget-exhausted");
        assertThat(after.getWindows().get(0).getWindow().getWindowStart()).isEqualTo(TODAY.windowStart());
        assertThat(after.getRetryAt())
                .isEqualTo(Instant.parse("2026-08-06T00:00:00Z").toEpochMilli());
    }

    @Test
    void shouldForgetASettledPositionWhenTheMeterDoes() {
        AmountVector hold = decide("r1").getHold();
        router.send(Topics.BUDGETS, TODAY.encode(), state(1, hold, hold, 7), AT);
        router.send(Topics.BUDGETS, TODAY.encode(), null, AT);

        var view = decide("r2").getWindows().get(0);

        assertThat(view.getVersion()).isZero();
        assertThat(view.getHeld()).isEqualTo(hold);
    }

    @Test
    void shouldKeepAPositionWithOpenHoldsWhateverTheMeterForgets() {
        long hold = decide("r1").getHold().getNanoUsd();
        router.send(Topics.BUDGETS, TODAY.encode(), null, AT);

        assertThat(decide("r2").getWindows().get(0).getHeld().getNanoUsd()).isEqualTo(2 * hold);
    }

    @Test
    void shouldNotTakeForOpenWhatTheMeterClosesOfAWindowThatBeganAnew() {
        AmountVector hold = decide("r1").getHold();
        router.send(Topics.BUDGETS, TODAY.encode(), state(1, hold, hold, 7), AT);
        decide("r2");
        // the meter had not heard of r2 when it forgot the window
        router.send(Topics.BUDGETS, TODAY.encode(), null, AT);
        router.send(Topics.BUDGETS, TODAY.encode(), state(9, hold, hold, 7), AT);

        var view = decide("r3").getWindows().get(0);

        assertThat(view.getHeld().getNanoUsd() - view.getClosed().getNanoUsd()).isEqualTo(hold.getNanoUsd());
    }

    @Test
    void shouldTellOpenHoldsAndFeedbackLag() {
        AmountVector hold = decide("r1").getHold();
        assertThat(router.metrics.get("turnpike.holds.open.usd").gauge().value())
                .isEqualTo(hold.getNanoUsd() * 1e-9);

        // the clock of the metrics stands at 12:00
        var state = state(1, hold, hold, 7);
        state.setUsageTime(AT.toEpochMilli());
        router.send(Topics.BUDGETS, TODAY.encode(), state, AT);

        assertThat(router.metrics.get("turnpike.holds.open.usd").gauge().value())
                .isZero();
        assertThat(router.metrics.timer("turnpike.feedback.lag").totalTime(TimeUnit.MINUTES))
                .isEqualTo(90);
    }

    @Test
    void shouldTakeNoFoldOfTimeFromARedecision() {
        // an executor whose clock is years ahead asks again
        decide("r1");
        var dispatch = router.read(Topics.DISPATCHES).get(0).value();
        var redecision =
                new Redecision("search", "r1", 1, dispatch, 1, List.of(), "the hold does not pay for another attempt");
        router.send(Topics.REDECISIONS, "search", redecision, AT.plus(Duration.ofDays(1_000)));

        assertThat(router.read(Topics.DECISIONS)).hasSize(1);
        assertThat(decide("r2").getOutcome()).isEqualTo("routed");
        assertThat(router.readDeadLetters()).isEmpty();
    }

    private Decision decide(String id) {
        return decide(id, null);
    }

    private Decision decide(String id, @Nullable String user) {
        var request = LlmRequest.newBuilder()
                .setRequestId(id)
                .setTeam("search")
                .setUser(user)
                .setMessages("[{\"role\":\"user\",\"content\":\"hi\"}]")
                .build();
        router.send(Topics.REQUESTS, "any", request, AT);
        var decisions = router.read(Topics.DECISIONS);
        assertThat(decisions).hasSize(1);
        return decisions.get(0).value();
    }

    private static BudgetState state(long version, AmountVector opened, AmountVector closed, long spent) {
        return BudgetState.newBuilder()
                .setTeam(TODAY.team())
                .setScope(TODAY.scope())
                .setScopeValue(TODAY.scopeValue())
                .setPeriod(TODAY.period())
                .setWindowStart(TODAY.windowStart())
                .setWindowEnd(TODAY.windowStart() + 86_400_000)
                .setEpoch(1)
                .setVersion(version)
                .setOpened(opened)
                .setClosed(closed)
                .setSpent(new AmountVector(spent, 0L, 0L))
                .setDispatchOffset(0)
                .build();
    }

    private static TeamPolicy policy(String zone) {
        return TeamPolicy.newBuilder()
                .setTeam("search")
                .setTimezone(zone)
                .setBudgets(List.of(Budget.newBuilder()
                        .setName("team-day")
                        .setScope("team")
                        .setPeriod("day")
                        .setLimitNanoUsd(10_000_000_000L)
                        .build()))
                .build();
    }

    private static ModelOffer offer() {
        return ModelOffer.newBuilder()
                .setProvider("openai")
                .setModel("good")
                .setPrices(List.of(Price.newBuilder()
                        .setVersion("openai/good@0")
                        .setEffectiveFrom(0)
                        .setInput(1_000_000_000)
                        .setOutput(4_000_000_000L)
                        .build()))
                .setQuality(Map.of("*", 0.8))
                .build();
    }

    private static Headers signed(KeyPair keys, Purpose purpose, byte[] value) {
        return new RecordHeaders(List.of(RequestSignature.sign(keys.getPrivate(), purpose, "search", value)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
