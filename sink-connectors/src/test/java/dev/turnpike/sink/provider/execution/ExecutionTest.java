package dev.turnpike.sink.provider.execution;

import static dev.turnpike.sink.provider.Dispatches.ADMITTED;
import static dev.turnpike.sink.provider.Dispatches.BOUND;
import static dev.turnpike.sink.provider.Dispatches.DEADLINE;
import static dev.turnpike.sink.provider.Dispatches.dispatch;
import static dev.turnpike.sink.provider.Dispatches.withHoldFor;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.sink.provider.execution.Outcome.Answered;
import dev.turnpike.sink.provider.execution.Outcome.Failed;
import dev.turnpike.sink.provider.execution.Outcome.HeldBack;
import dev.turnpike.sink.provider.execution.Outcome.Remedy;
import dev.turnpike.sink.provider.execution.Outcome.Timing;
import dev.turnpike.sink.provider.execution.Outcome.Unknown;
import dev.turnpike.sink.provider.execution.Step.Call;
import dev.turnpike.sink.provider.execution.Step.Finish;
import dev.turnpike.sink.provider.execution.Step.HandBack;
import dev.turnpike.sink.provider.execution.Step.Status;
import dev.turnpike.sink.provider.execution.Step.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExecutionTest {

    private static final Instant NOW = ADMITTED.plusSeconds(1);
    private static final Timing QUICK = new Timing(5, null);
    private static final Counts COUNTS = new Counts(10, 0, 0, 0, 5, 0, null, null, false);
    private static final Terms TERMS =
            new Terms(Set.of("openai", "backup"), 1, Duration.ofMillis(250), Duration.ofSeconds(5));

    @Test
    void shouldCallTheFirstModelOfTheChain() {
        Dispatch dispatch = dispatch("r1", "openai/small", "backup/large");

        Step step = Execution.of(dispatch, TERMS).next(NOW);

        assertThat(step).isEqualTo(new Call(1, dispatch.getChain().get(0)));
    }

    @Test
    void shouldCountAttemptsOnWhereAnEarlierDispatchOfTheRequestEnded() {
        Dispatch dispatch = dispatch("r1", "openai/small");
        dispatch.setFirstAttempt(3);

        assertThat(Execution.of(dispatch, TERMS).next(NOW))
                .isEqualTo(new Call(3, dispatch.getChain().get(0)));
    }

    @Test
    void shouldFinishWithAnAnswer() {
        Step step = Execution.of(dispatch("r1", "openai/small"), TERMS)
                .after(attempt(1, dispatch("r1", "openai/small"), 0, answered()))
                .next(NOW);

        assertThat(step).isEqualTo(new Finish(Status.OK, null));
    }

    @Test
    void shouldStartNothingMoreOfWhatIsCancelledAndKeepAnAnswerThatIsThere() {
        Dispatch dispatch = dispatch("r1", "openai/small", "backup/large");
        Execution begun = Execution.of(dispatch, TERMS);

        assertThat(begun.cancelled().next(NOW)).isEqualTo(new Finish(Status.CANCELLED, "cancelled by the caller"));
        assertThat(begun.after(attempt(1, dispatch, 0, failed(Remedy.RETRY, null)))
                        .cancelled()
                        .next(NOW))
                .isInstanceOfSatisfying(
                        Finish.class, finish -> assertThat(finish.status()).isEqualTo(Status.CANCELLED));
        assertThat(begun.cancelled().after(attempt(1, dispatch, 0, answered())).next(NOW))
                .isEqualTo(new Finish(Status.OK, null));
    }

    @Test
    void shouldTryAgainAfterAPauseWhatMayPass() {
        Dispatch dispatch = dispatch("r1", "openai/small", "backup/large");
        Execution execution = Execution.of(dispatch, TERMS).after(attempt(1, dispatch, 0, failed(Remedy.RETRY, null)));

        assertThat(execution.next(NOW)).isEqualTo(new Wait(NOW.plusMillis(250)));
        assertThat(execution.next(NOW.plusMillis(250)))
                .isEqualTo(new Call(2, dispatch.getChain().get(0)));
    }

    @Test
    void shouldPauseAsLongAsTheProviderAsks() {
        Dispatch dispatch = dispatch("r1", "openai/small", "backup/large");

        Step step = Execution.of(dispatch, TERMS)
                .after(attempt(1, dispatch, 0, failed(Remedy.RETRY, Duration.ofSeconds(3))))
                .next(NOW);

        assertThat(step).isEqualTo(new Wait(NOW.plusSeconds(3)));
    }

    @Test
    void shouldGoOnToTheNextModelRatherThanPauseLong() {
        Dispatch dispatch = dispatch("r1", "openai/small", "backup/large");

        Step step = Execution.of(dispatch, TERMS)
                .after(attempt(1, dispatch, 0, failed(Remedy.RETRY, Duration.ofSeconds(30))))
                .next(NOW);

        assertThat(step).isEqualTo(new Call(2, dispatch.getChain().get(1)));
    }

    @Test
    void shouldPauseLongWhereThereIsNoOtherModel() {
        Dispatch dispatch = dispatch("r1", "openai/small");

        Step step = Execution.of(dispatch, TERMS)
                .after(attempt(1, dispatch, 0, failed(Remedy.RETRY, Duration.ofSeconds(30))))
                .next(NOW);

        assertThat(step).isEqualTo(new Wait(NOW.plusSeconds(30)));
    }

    @Test
    void shouldNotWaitForAnInstantBehindTheDeadline() {
        Dispatch dispatch = dispatch("r1", "openai/small");

        Step step = Execution.of(dispatch, TERMS)
                .after(attempt(1, dispatch, 0, failed(Remedy.RETRY, Duration.ofHours(1))))
                .next(NOW);

        assertThat(step).isEqualTo(new Finish(Status.ERROR, "openai/small: no luck"));
    }

    @Test
    void shouldGoDownTheChainWhenAModelHasHadItsTries() {
        Dispatch dispatch = dispatch("r1", "openai/small", "backup/large");
        Execution execution = Execution.of(dispatch, TERMS)
                .after(attempt(1, dispatch, 0, failed(Remedy.RETRY, null)))
                .after(attempt(2, dispatch, 0, failed(Remedy.RETRY, null)));

        assertThat(execution.next(NOW))
                .isEqualTo(new Call(3, dispatch.getChain().get(1)));
    }

    @Test
    void shouldGoDownTheChainAtOnceWhereTheModelIsNotToBeHad() {
        Dispatch dispatch = dispatch("r1", "openai/small", "backup/large");

        Step step = Execution.of(dispatch, TERMS)
                .after(attempt(1, dispatch, 0, failed(Remedy.NEXT_MODEL, null)))
                .next(NOW);

        assertThat(step).isEqualTo(new Call(2, dispatch.getChain().get(1)));
    }

    @Test
    void shouldFinishWithTheLastErrorAtTheEndOfTheChain() {
        Dispatch dispatch = dispatch("r1", "openai/small", "backup/large");

        Step step = Execution.of(dispatch, TERMS)
                .after(attempt(1, dispatch, 0, failed(Remedy.NEXT_MODEL, null)))
                .after(attempt(2, dispatch, 1, failed(Remedy.NEXT_MODEL, null)))
                .next(NOW);

        assertThat(step).isEqualTo(new Finish(Status.ERROR, "backup/large: no luck"));
    }

    @Test
    void shouldCallAModelThatStandsTwiceInTheChainOnlyInItsFirstPlace() {
        Dispatch dispatch = dispatch("r1", "openai/small", "openai/small");

        Step step = Execution.of(dispatch, TERMS)
                .after(attempt(1, dispatch, 0, failed(Remedy.NEXT_MODEL, null)))
                .next(NOW);

        assertThat(step).isInstanceOf(Finish.class);
    }

    @Test
    void shouldNotTryAnyModelWithARequestThatNoneWouldTake() {
        Dispatch dispatch = dispatch("r1", "openai/small", "backup/large");

        Step step = Execution.of(dispatch, TERMS)
                .after(attempt(1, dispatch, 0, failed(Remedy.NONE, null)))
                .next(NOW);

        assertThat(step).isEqualTo(new Finish(Status.ERROR, "openai/small: no luck"));
    }

    @Test
    void shouldAskForAnotherDecisionWhenTheHoldDoesNotPayForAnotherAttempt() {
        // given a chain of three whose second attempt may have cost its bound
        Dispatch dispatch = withHoldFor(1, dispatch("r1", "openai/small", "backup/large", "backup/huge"));
        Execution execution = Execution.of(dispatch, TERMS)
                .after(attempt(1, dispatch, 0, failed(Remedy.NEXT_MODEL, null)))
                .after(attempt(2, dispatch, 1, new Unknown("cut", false)));

        // when the same model is to be tried once more
        Step step = execution.next(NOW);

        // then only what was given up is not to be tried again
        assertThat(step).isInstanceOfSatisfying(HandBack.class, handBack -> {
            assertThat(handBack.failed()).containsExactly("openai/small");
            assertThat(handBack.reason()).contains("does not pay for backup/large", "$0.001100", "cut");
        });
    }

    @Test
    void shouldCountTheBoundOfAnAttemptThatEndedWeKnowNotHow() {
        Dispatch dispatch = withHoldFor(2, dispatch("r1", "openai/small"));
        Execution once = Execution.of(dispatch, TERMS).after(attempt(1, dispatch, 0, new Unknown("cut", false)));

        assertThat(once.cost().nanoUsd()).isEqualTo(BOUND);
        assertThat(once.next(NOW.plusSeconds(1))).isInstanceOf(Call.class);
    }

    @Test
    void shouldCompareTokensTooSinceBudgetsMayLimitThem() {
        Dispatch dispatch = dispatch("r1", "openai/small");
        dispatch.setHold(new AmountVector(BOUND * 5, 2_000L, 1L));

        Step step = Execution.of(dispatch, TERMS)
                .after(attempt(1, dispatch, 0, new Unknown("cut", false)))
                .next(NOW.plusSeconds(1));

        assertThat(step).isInstanceOf(HandBack.class);
    }

    @Test
    void shouldNotLetAnotherAnswerFollowTextThatWasHeard() {
        Dispatch dispatch = withHoldFor(9, dispatch("r1", "openai/small", "backup/large"));

        Step step = Execution.of(dispatch, TERMS)
                .after(attempt(1, dispatch, 0, new Unknown("cut", true)))
                .next(NOW);

        assertThat(step).isEqualTo(new Finish(Status.ERROR, "openai/small: cut"));
    }

    @Test
    void shouldExpireAtTheDeadlineWhereNothingWasStarted() {
        Execution execution = Execution.of(dispatch("r1", "openai/small"), TERMS);

        assertThat(execution.next(DEADLINE.minusMillis(1))).isInstanceOf(Call.class);
        assertThat(execution.next(DEADLINE)).isEqualTo(new Finish(Status.EXPIRED, "the deadline has passed"));
    }

    @Test
    void shouldFinishWithAnErrorAtTheDeadlineWhereAnEarlierDispatchStartedSomething() {
        Dispatch dispatch = dispatch("r1", "openai/small");
        dispatch.setFirstAttempt(2);

        assertThat(Execution.of(dispatch, TERMS).next(DEADLINE))
                .isEqualTo(new Finish(Status.ERROR, "the deadline has passed"));
    }

    @Test
    void shouldPassOverAModelWhoseProviderIsNotConfigured() {
        Dispatch dispatch = dispatch("r1", "elsewhere/large", "openai/small");

        assertThat(Execution.of(dispatch, TERMS).next(NOW))
                .isEqualTo(new Call(1, dispatch.getChain().get(1)));
    }

    @Test
    void shouldSayWhichProvidersAreNotConfiguredWhereNoOtherModelIsLeft() {
        Dispatch dispatch = dispatch("r1", "openai/small", "elsewhere/large");

        Step step = Execution.of(dispatch, TERMS)
                .after(attempt(1, dispatch, 0, failed(Remedy.NEXT_MODEL, null)))
                .next(NOW);

        assertThat(step)
                .isEqualTo(new Finish(
                        Status.ERROR,
                        "openai/small: no luck; elsewhere/large: provider elsewhere is not configured; add it to the"
                                + " connector's setting providers"));
    }

    @Test
    void shouldCallNothingWhereNoProviderOfTheChainIsConfigured() {
        Execution execution = Execution.of(dispatch("r1", "elsewhere/large"), TERMS);

        assertThat(execution.next(NOW)).isInstanceOfSatisfying(Finish.class, finish -> {
            assertThat(finish.status()).isEqualTo(Status.ERROR);
            assertThat(finish.error()).startsWith("elsewhere/large: provider elsewhere is not configured");
        });
        assertThat(execution.started()).isZero();
    }

    @Test
    void shouldNotTryAgainWithAProviderThatIsNoLongerConfigured() {
        Dispatch dispatch = dispatch("r1", "elsewhere/large", "openai/small");
        UsageReport failed = new UsageReport();
        failed.setProvider("elsewhere");
        failed.setModel("large");
        failed.setAttempt(1);
        failed.setStatus("error");

        assertThat(Execution.resumed(dispatch, TERMS, List.of(failed)).next(NOW))
                .isEqualTo(new Call(2, dispatch.getChain().get(1)));
    }

    @Test
    void shouldCallNothingWhereTheHoldDoesNotEvenPayForOneAttempt() {
        Dispatch dispatch = dispatch("r1", "openai/small");
        dispatch.setHold(new AmountVector(BOUND - 1, 5_000L, 1L));

        assertThat(Execution.of(dispatch, TERMS).next(NOW)).isInstanceOf(Finish.class);
    }

    @Test
    void shouldTakeWhatWasStartedAndNotReportedForItsBound() {
        // given what an executor left behind: attempt 1 failed, attempt 2 was on its way
        Dispatch dispatch = withHoldFor(2, dispatch("r1", "openai/small", "backup/large"));
        Execution before = Execution.of(dispatch, TERMS);
        Attempt first = attempt(1, dispatch, 0, failed(Remedy.RETRY, null));
        Call second = new Call(2, dispatch.getChain().get(0));
        List<UsageReport> past = List.of(
                Reports.started(dispatch, new Call(1, dispatch.getChain().get(0)), NOW),
                ended(before.after(first), first),
                Reports.started(dispatch, second, NOW));

        // when another takes over
        Execution resumed = Execution.resumed(dispatch, TERMS, past);

        // then attempt 2 costs its bound, and the next one is the third
        assertThat(resumed.started()).isEqualTo(2);
        assertThat(resumed.cost().nanoUsd()).isEqualTo(BOUND);
        assertThat(resumed.next(NOW)).isEqualTo(new Call(3, dispatch.getChain().get(1)));
    }

    @Test
    void shouldNotResumeAStreamThatMayHaveBeenHeard() {
        Dispatch dispatch = withHoldFor(2, dispatch("r1", "openai/small"));
        dispatch.getRequest().setStream(true);
        List<UsageReport> past = List.of(
                Reports.started(dispatch, new Call(1, dispatch.getChain().get(0)), NOW));

        assertThat(Execution.resumed(dispatch, TERMS, past).next(NOW)).isInstanceOf(Finish.class);
    }

    @Test
    void shouldLeaveAttemptsOfEarlierDispatchesToThose() {
        Dispatch dispatch = dispatch("r1", "openai/small");
        List<UsageReport> past = List.of(
                Reports.started(dispatch, new Call(1, dispatch.getChain().get(0)), NOW));
        dispatch.setFirstAttempt(2);

        assertThat(Execution.resumed(dispatch, TERMS, past).attempts()).isEmpty();
    }

    /** Whatever the providers do, the dispatch ends, and it never costs more than its hold. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void shouldEndWithinItsHoldWhateverHappens(long seed) {
        Random random = new Random(seed);
        for (int run = 0; run < 200; run++) {
            Dispatch dispatch = withHoldFor(1 + random.nextInt(4), dispatch("r", "openai/a", "backup/b", "openai/c"));
            Terms terms = new Terms(TERMS.providers(), random.nextInt(3), Duration.ofMillis(10), Duration.ofSeconds(1));
            Execution execution = Execution.of(dispatch, terms);
            Instant now = NOW;
            List<Step> steps = new ArrayList<>();
            while (!(last(steps) instanceof Finish) && !(last(steps) instanceof HandBack)) {
                Step step = execution.next(now);
                steps.add(step);
                if (step instanceof Wait wait) {
                    now = wait.until();
                } else if (step instanceof Call call) {
                    assertThat(now).as("seed %s", seed).isBefore(DEADLINE);
                    now = now.plusMillis(random.nextInt(30_000));
                    execution = execution.after(new Attempt(call.attempt(), call.model(), any(random), now));
                }
                assertThat(steps).as("seed %s", seed).hasSizeLessThan(50);
            }
            assertThat(execution.cost().nanoUsd())
                    .as("seed %s: %s", seed, steps)
                    .isLessThanOrEqualTo(dispatch.getHold().getNanoUsd());
        }
    }

    @Test
    void shouldCallTheNextModelWhereTheJudgeHoldsAnAnswerBack() {
        Dispatch dispatch = cascade();
        Execution execution = Execution.of(dispatch, TERMS);

        Outcome judged = execution.judged(dispatch.getChain().get(0), answered());
        Execution held = execution.after(attempt(1, dispatch, 0, judged));

        assertThat(judged).isInstanceOf(HeldBack.class);
        assertThat(held.next(NOW)).isEqualTo(new Call(2, dispatch.getChain().get(1)));
    }

    @Test
    void shouldDeliverWhateverTheLastModelOfACascadeAnswers() {
        Dispatch dispatch = cascade();
        dispatch.getChain().get(1).setEscalateOn(List.of("empty"));
        Execution held =
                Execution.of(dispatch, TERMS).after(attempt(1, dispatch, 0, new HeldBack("empty", COUNTS, QUICK)));

        Outcome last = held.judged(dispatch.getChain().get(1), answered());

        assertThat(held.after(attempt(2, dispatch, 1, last)).next(NOW)).isEqualTo(new Finish(Status.OK, null));
    }

    @Test
    void shouldNotJudgeWithoutBeingTold() {
        Dispatch dispatch = dispatch("r1", "openai/small", "backup/large");

        assertThat(Execution.of(dispatch, TERMS).judged(dispatch.getChain().get(0), answered()))
                .isEqualTo(answered());
    }

    @Test
    void shouldGoOnWithTheNextModelAfterARestartBehindAHeldBackAnswer() {
        Dispatch dispatch = cascade();
        Attempt attempt = attempt(1, dispatch, 0, new HeldBack("empty", COUNTS, QUICK));
        Execution execution = Execution.of(dispatch, TERMS).after(attempt);
        UsageReport report = ended(execution, attempt);

        Execution resumed = Execution.resumed(dispatch, TERMS, List.of(report));

        assertThat(report.getVerdict()).isEqualTo("empty");
        assertThat(report.getStatus()).isEqualTo("ok");
        assertThat(report.getOutputTokens()).isEqualTo(5);
        assertThat(resumed.cost()).isEqualTo(execution.cost());
        assertThat(resumed.next(NOW)).isEqualTo(new Call(2, dispatch.getChain().get(1)));
    }

    /** The first model's answer is judged, and the hold pays for both. */
    private static Dispatch cascade() {
        Dispatch dispatch = withHoldFor(2, dispatch("r1", "openai/small", "backup/large"));
        dispatch.getChain().get(0).setEscalateOn(List.of("empty", "refusal"));
        return dispatch;
    }

    private static @Nullable Step last(List<Step> steps) {
        return steps.isEmpty() ? null : steps.get(steps.size() - 1);
    }

    private static Outcome any(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> answered();
            case 1 -> failed(Remedy.NEXT_MODEL, null);
            case 2 -> failed(Remedy.NONE, null);
            case 3 -> failed(Remedy.RETRY, Duration.ofMillis(random.nextInt(100_000)));
            case 4 -> new Unknown("cut", random.nextBoolean());
            default -> failed(Remedy.RETRY, null);
        };
    }

    private static UsageReport ended(Execution execution, Attempt attempt) {
        UsageReport report = Reports.ended(execution, attempt, execution.next(NOW));
        assertThat(report).isNotNull();
        return report;
    }

    private static Attempt attempt(int number, Dispatch dispatch, int index, Outcome outcome) {
        return new Attempt(number, dispatch.getChain().get(index), outcome, NOW);
    }

    private static Outcome answered() {
        return new Answered("{}", COUNTS, QUICK);
    }

    private static Outcome failed(Remedy remedy, @Nullable Duration retryAfter) {
        return new Failed("no luck", remedy, retryAfter, QUICK);
    }
}
