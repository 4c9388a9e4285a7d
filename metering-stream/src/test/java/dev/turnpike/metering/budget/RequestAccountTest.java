package dev.turnpike.metering.budget;

import static dev.turnpike.metering.Given.MINUTE;
import static dev.turnpike.metering.Given.NOON;
import static dev.turnpike.metering.Given.TEAM;
import static dev.turnpike.metering.Given.link;
import static dev.turnpike.metering.Given.offer;
import static dev.turnpike.metering.Given.price;
import static dev.turnpike.metering.Given.usd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.metering.Given;
import dev.turnpike.metering.pricing.PriceBook;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.UsageReport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestAccountTest {

    private static final TeamPolicy POLICY =
            Given.policy("UTC", usd("team", "day", 10_000), usd("model", "day", 10_000));
    private static final Terms TERMS = new Terms(POLICY, null, 0, -1, Counting.first(POLICY, null, 0, -1));
    private static final ChainModel SMALL = link("openai", "small", price("small@1", 2));
    private static final ChainModel LARGE = link("openai", "large", price("large@1", 10));
    private static final PriceBook PRICES = Given.prices(offer("openai", "small", price("small@1", 2)));
    private static final Amounts HOLD = new Amounts(100, 50, 1);

    @Test
    void shouldSpendOnlyInTheWindowOfTheModelThatWasUsed() {
        // given
        RequestAccount account = opened(dispatch(0, 1).build());

        // when
        Settlement settlement =
                settle(account, usage(1, "large", 5).setFinal$(true).setAttempts(1));

        // then
        assertThat(change(settlement, "model", "openai/large").spent()).isEqualTo(new Amounts(50, 5, 1));
        assertThat(change(settlement, "model", "openai/small").spent()).isEqualTo(Amounts.ZERO);
        assertThat(change(settlement, "model", "openai/small").closed()).isEqualTo(HOLD);
    }

    @Test
    void shouldCloseWhatAnAttemptCostAndTheRestOnceAllAreKnown() {
        RequestAccount account = opened(dispatch(0, 1).build());

        // the final report comes before that of the first attempt
        Settlement last = settle(account, usage(2, "small", 10).setFinal$(true).setAttempts(2));
        Settlement first = settle(last.account(), usage(1, "small", 5));

        assertThat(change(last, "team", TEAM).closed()).isEqualTo(new Amounts(20, 10, 1));
        assertThat(change(first, "team", TEAM).closed()).isEqualTo(new Amounts(80, 40, 0));
    }

    @Test
    void shouldKeepAHoldOpenForAnAttemptThatWasStartedAndNeverReported() {
        RequestAccount account = opened(dispatch(0, 1).build());

        account = settle(account, usage(2, "small", 0).setStatus("started").setUsageId("started"))
                .account();
        Settlement last = settle(account, usage(1, "small", 10).setFinal$(true).setAttempts(1));

        assertThat(change(last, "team", TEAM).closed()).isEqualTo(new Amounts(20, 10, 1));
    }

    @Test
    void shouldReleaseAHoldThatNobodyUsed() {
        RequestAccount account = opened(dispatch(0, 1).build());

        Settlement settlement = settle(
                account,
                usage(1, "small", 0)
                        .setAttempt(null)
                        .setStatus("not-executed")
                        .setFinal$(true)
                        .setAttempts(0));

        assertThat(settlement.entries()).isEmpty();
        assertThat(change(settlement, "team", TEAM).closed()).isEqualTo(HOLD);
        assertThat(change(settlement, "team", TEAM).spent()).isEqualTo(Amounts.ZERO);
    }

    @Test
    void shouldBookAnExpiredHoldInFullAndTakeBackWhatIsReportedLater() {
        RequestAccount account = opened(dispatch(0, 1).build());

        Settlement early = account.expire(TERMS, NOON + 15 * MINUTE - 1);
        Settlement expired = early.account().expire(TERMS, NOON + 15 * MINUTE);
        Settlement late =
                settle(expired.account(), usage(1, "small", 10).setFinal$(true).setAttempts(1));

        assertThat(early.entries()).isEmpty();
        assertThat(expired.entries()).singleElement().satisfies(entry -> {
            assertThat(entry.getKind()).isEqualTo("estimate");
            assertThat(entry.getStatus()).isEqualTo("estimated");
            assertThat(Amounts.of(entry.getAmount())).isEqualTo(HOLD);
        });
        assertThat(change(expired, "team", TEAM).closed()).isEqualTo(HOLD);
        assertThat(late.entries()).extracting(LedgerEntry::getKind).containsExactly("usage", "correction");
        assertThat(late.entries().get(1).getCorrects())
                .isEqualTo(expired.entries().get(0).getEntryId());
        assertThat(change(late, "team", TEAM).spent()).isEqualTo(new Amounts(20 - 100, 10 - 50, 0));
    }

    @Test
    void shouldKeepTheRestOfAnEstimateUntilEverythingIsReported() {
        RequestAccount account =
                opened(dispatch(0, 1).build()).expire(TERMS, NOON + 15 * MINUTE).account();

        Settlement late = settle(account, usage(1, "small", 10));

        assertThat(change(late, "team", TEAM)).isNull();
        assertThat(Amounts.of(late.entries().get(1).getAmount())).isEqualTo(new Amounts(-20, -10, -1));
    }

    @Test
    void shouldGiveBackAnExpiredHoldWhereThePolicyReleasesIt() {
        RequestAccount account = opened(dispatch(0, 1).setOnExpiry("release").build());

        Settlement expired = account.expire(TERMS, NOON + 15 * MINUTE);

        assertThat(expired.entries()).isEmpty();
        assertThat(change(expired, "team", TEAM).closed()).isEqualTo(HOLD);
        assertThat(change(expired, "team", TEAM).spent()).isEqualTo(Amounts.ZERO);
    }

    @Test
    void shouldBookCostAboveTheHoldAsAnOverrun() {
        RequestAccount account = opened(dispatch(0, 1).build());

        Settlement settlement =
                settle(account, usage(1, "small", 60).setFinal$(true).setAttempts(1));

        assertThat(settlement.entries())
                .singleElement()
                .satisfies(entry -> assertThat(entry.getOverrunNanoUsd()).isEqualTo(20));
        assertThat(settlement.alerts())
                .singleElement()
                .satisfies(alert -> assertThat(alert.getKind()).isEqualTo("overrun"));
        assertThat(change(settlement, "team", TEAM).closed()).isEqualTo(HOLD);
        assertThat(change(settlement, "team", TEAM).spent().nanoUsd()).isEqualTo(120);
    }

    @Test
    void shouldTakeAnOverrunBackWhenTheHoldOfARedecisionTurnsUp() {
        RequestAccount account = opened(dispatch(0, 1).build());
        Settlement before = settle(account, usage(2, "small", 60));

        Settlement after = before.account().open(dispatch(1, 2).build(), PRICES, TERMS, NOON);

        assertThat(before.entries().get(0).getOverrunNanoUsd()).isEqualTo(20);
        assertThat(after.entries()).extracting(LedgerEntry::getOverrunNanoUsd).containsExactly(-20L, 0L);
        assertThat(after.alerts()).isEmpty();
    }

    @Test
    void shouldWriteNothingAnewWhereADispatchChangesNothing() {
        // given: usage of the same model, price, hour and windows as the dispatch
        RequestAccount account = account();
        Settlement undispatched = settle(account, usage(1, "small", 10));

        // when
        Settlement opened = undispatched.account().open(dispatch(0, 1, SMALL).build(), PRICES, TERMS, NOON);

        // then
        assertThat(opened.entries()).isEmpty();
        assertThat(change(opened, "team", TEAM).opened()).isEqualTo(HOLD);
        assertThat(change(opened, "team", TEAM).closed()).isEqualTo(new Amounts(20, 10, 1));
        assertThat(change(opened, "team", TEAM).spent()).isEqualTo(Amounts.ZERO);
    }

    @Test
    void shouldReverseAndBookAnewWhereTheDispatchSaysOtherwise() {
        Settlement undispatched = settle(account(), usage(1, "large", 10));

        Settlement opened = undispatched.account().open(dispatch(0, 1).build(), PRICES, TERMS, NOON);

        assertThat(undispatched.entries().get(0).getUnpriced()).isTrue();
        assertThat(opened.entries()).extracting(LedgerEntry::getKind).containsExactly("correction", "correction");
        assertThat(opened.entries())
                .extracting(entry -> Amounts.of(entry.getAmount()))
                .containsExactly(new Amounts(0, -10, -1), new Amounts(100, 10, 1));
        assertThat(opened.entries())
                .extracting(LedgerEntry::getCorrects)
                .containsOnly("search/turnpike-provider-sink/r1%231/0");
        assertThat(opened.entries())
                .extracting(LedgerEntry::getEntryId)
                .containsExactly("search/turnpike-provider-sink/r1%231/1", "search/turnpike-provider-sink/r1%231/2");
        assertThat(change(opened, "team", TEAM).spent()).isEqualTo(new Amounts(100, 0, 0));
    }

    @Test
    void shouldCountOneRequestHoweverManyAttemptsItTakes() {
        RequestAccount account = opened(dispatch(0, 1).build());

        Settlement later = settle(account, usage(2, "small", 1));
        Settlement earlier = settle(later.account(), usage(1, "large", 1));

        // attempt 2 gives the request up to attempt 1, whose model it is counted for
        assertThat(earlier.entries())
                .extracting(entry -> entry.getAmount().getRequests())
                .containsExactly(-1L, 0L, 1L);
        assertThat(change(earlier, "team", TEAM).spent().requests()).isZero();
    }

    @Test
    void shouldTakeTheLabelsOfTheDispatchBeforeThoseOfTheReport() {
        Dispatch dispatch = dispatch(0, 1)
                .setRequest(Given.request("r1").setTags(Map.of("project", "a")).build())
                .build();

        Settlement settlement = settle(
                opened(dispatch),
                usage(1, "small", 1).setUser("bob").setTaskId("t1").setTags(Map.of("project", "b", "stage", "s")));

        assertThat(settlement.entries()).singleElement().satisfies(entry -> {
            assertThat(entry.getUser()).isEqualTo("ann");
            assertThat(entry.getTaskId()).isEqualTo("t1");
            assertThat(entry.getTags()).isEqualTo(Map.of("project", "a", "stage", "s"));
        });
    }

    @Test
    void shouldMeasureAgainstTheStrongestModel() {
        Dispatch dispatch = dispatch(0, 1).setBaselinePrice(price("best@1", 30)).build();

        Settlement settlement = settle(opened(dispatch), usage(1, "small", 4));

        assertThat(settlement.entries())
                .singleElement()
                .satisfies(entry -> assertThat(entry.getBaselineNanoUsd()).isEqualTo(120));
    }

    @Test
    void shouldIgnoreARepeatedDispatch() {
        RequestAccount account = opened(dispatch(0, 1).build());

        Settlement repeated = account.open(dispatch(0, 1).build(), PRICES, TERMS, NOON);

        assertThat(repeated.changes()).isEmpty();
        assertThat(repeated.account()).isEqualTo(account);
    }

    @Test
    void shouldPutAnOutcomeDownToTheAnswerOnceThereIsOne() {
        RequestAccount account = opened(dispatch(0, 1).build());

        Settlement early = account.judge(0.8, TERMS, NOON);
        Settlement failed = settle(early.account(), usage(1, "large", 1).setStatus("error"));
        Settlement answered = settle(failed.account(), usage(2, "small", 1));
        Settlement again = answered.account().judge(0.1, TERMS, NOON);

        assertThat(early.judged()).isNull();
        assertThat(failed.judged()).isNull();
        assertThat(answered.judged()).isNotNull();
        assertThat(answered.judged().answer().getModel()).isEqualTo("small");
        assertThat(answered.judged().score()).isEqualTo(0.8);
        assertThat(again.judged()).isNull();
    }

    @Test
    void shouldNotGrowWithoutBoundsWhereOneIdIsUsedForEverything() {
        RequestAccount account = account();
        for (int i = 0; i < RequestAccount.MAX_BOOKINGS; i++) {
            account = settle(account, usage(1, "small", 1).setUsageId("u" + i)).account();
        }

        Settlement beyond = settle(account, usage(1, "small", 10).setUsageId("beyond"));

        assertThat(beyond.account()).isEqualTo(account);
        assertThat(beyond.entries())
                .singleElement()
                .satisfies(entry -> assertThat(Amounts.of(entry.getAmount())).isEqualTo(new Amounts(20, 10, 0)));
        assertThat(change(beyond, "team", TEAM).spent()).isEqualTo(new Amounts(20, 10, 0));
    }

    @Test
    void shouldEndAHorizonAfterTheLastHoldCanBeOpen() {
        RequestAccount account = opened(dispatch(0, 1).build());

        assertThat(account.nextDeadline(1_000)).isEqualTo(NOON + 15 * MINUTE);
        assertThat(account.expire(TERMS, NOON + 15 * MINUTE).account().nextDeadline(1_000))
                .isEqualTo(NOON + 15 * MINUTE + 1_000);
    }

    private static RequestAccount account() {
        return RequestAccount.of(TEAM, "r1", "UTC", NOON);
    }

    private static RequestAccount opened(Dispatch dispatch) {
        return account().open(dispatch, PRICES, TERMS, NOON).account();
    }

    private static Dispatch.Builder dispatch(int decision, int firstAttempt) {
        return dispatch(decision, firstAttempt, SMALL, LARGE);
    }

    private static Dispatch.Builder dispatch(int decision, int firstAttempt, ChainModel... chain) {
        return Given.dispatch(Given.request("r1").build(), POLICY, NOON, HOLD, chain)
                .setDecision(decision)
                .setFirstAttempt(firstAttempt);
    }

    private static UsageReport.Builder usage(int attempt, String model, long tokens) {
        return Given.usage("r1", attempt, "openai", model)
                .setUser("ann")
                .setTaskType("code")
                .setInputTokens(tokens);
    }

    private static Settlement settle(RequestAccount account, UsageReport.Builder report) {
        UsageReport usage = report.build();
        return account.settle(usage, account.quote(usage, PRICES, NOON), NOON, TERMS);
    }

    private static Change change(Settlement settlement, String scope, String value) {
        List<Change> changes = settlement.changes().stream()
                .filter(change -> change.key().scope().equals(scope)
                        && change.key().scopeValue().equals(value))
                .toList();
        return changes.isEmpty() ? null : changes.get(0);
    }
}
