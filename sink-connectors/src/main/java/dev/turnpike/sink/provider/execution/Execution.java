package dev.turnpike.sink.provider.execution;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.event.ChainModel;
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
import dev.turnpike.sink.provider.judge.AnswerJudge;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A dispatch on its way: the attempts that ended, and what follows from them.
 *
 * <p>The models of the chain are called in order; one whose provider is not configured is passed over, which starts no
 * attempt. One whose failure may pass is called again a few times, then the next. An
 * attempt starts only before the deadline, and only while what the earlier ones cost plus its own bound stays within the
 * hold: an attempt of which nobody knows the cost counts its bound, so whatever happens, what this dispatch can cost never
 * exceeds what was set aside for it. Where the hold is too small the router decides again.
 *
 * @param attempts under this dispatch, in order
 * @param isCancelled whether nobody wants the answer any more; one that is there is delivered all the same
 */
public record Execution(Dispatch dispatch, Terms terms, List<Attempt> attempts, boolean isCancelled) {

    /** A dispatch of which nothing has been done. */
    public static Execution of(Dispatch dispatch, Terms terms) {
        return new Execution(dispatch, terms, List.of(), false);
    }

    /**
     * A dispatch that another executor may have begun. What was started and has no report ended we know not how.
     *
     * @param past reports about attempts of the request, in any order, none of them final
     */
    public static Execution resumed(Dispatch dispatch, Terms terms, List<UsageReport> past) {
        SortedMap<Integer, UsageReport> newest = new TreeMap<>();
        for (UsageReport report : past) {
            Integer attempt = report.getAttempt();
            if (attempt != null && attempt >= dispatch.getFirstAttempt()) {
                newest.merge(attempt, report, (a, b) -> isStarted(a) ? b : a);
            }
        }
        Execution execution = of(dispatch, terms);
        for (UsageReport report : newest.values()) {
            execution = execution.after(resumed(dispatch, report));
        }
        return execution;
    }

    /** This, with one more attempt that has ended. */
    public Execution after(Attempt attempt) {
        List<Attempt> more = new ArrayList<>(attempts);
        more.add(attempt);
        return new Execution(dispatch, terms, List.copyOf(more), isCancelled);
    }

    /** This, to which nobody wants an answer any more. */
    public Execution cancelled() {
        return new Execution(dispatch, terms, attempts, true);
    }

    /** What is to be done now; never asked while an attempt is on its way. */
    public Step next(Instant now) {
        Attempt last = last();
        if (last != null && last.outcome() instanceof Answered) {
            return new Finish(Status.OK, null);
        }
        if (isCancelled) {
            return new Finish(
                    Status.CANCELLED, "cancelled by the caller" + (last == null ? "" : "; before: " + reason(last)));
        }
        Plan plan = last == null ? another(-1) : plan(last);
        if (plan == null) {
            return new Finish(Status.ERROR, reason(last));
        }
        if (!now.isBefore(deadline())) {
            return new Finish(
                    started() == 0 ? Status.EXPIRED : Status.ERROR,
                    "the deadline has passed" + (last == null ? "" : "; before: " + reason(last)));
        }
        ChainModel model = dispatch.getChain().get(plan.index);
        if (!isPaidFor(model)) {
            return tooDear(model, plan.index, last);
        }
        if (now.isBefore(plan.notBefore)) {
            return new Wait(plan.notBefore);
        }
        return new Call(started() + 1, model);
    }

    /** An answer as it counts for this dispatch: one that the judge finds wanting is held back where another model may follow. */
    public Outcome judged(ChainModel model, Outcome outcome) {
        if (!(outcome instanceof Answered answered)
                || model.getEscalateOn().isEmpty()
                || another(dispatch.getChain().indexOf(model)) == null) {
            return outcome;
        }
        String verdict = AnswerJudge.verdict(dispatch.getRequest().getParams(), answered.response());
        return verdict != null && model.getEscalateOn().contains(verdict)
                ? new HeldBack(verdict, answered.counts(), answered.timing())
                : outcome;
    }

    /** How many attempts were started for the request, over all its dispatches. */
    public int started() {
        return dispatch.getFirstAttempt() - 1 + attempts.size();
    }

    /** What the attempts under this dispatch cost so far, by our own count. */
    public Amounts cost() {
        return attempts.stream().map(Attempt::cost).reduce(Amounts.ZERO, Amounts::plus);
    }

    public Instant deadline() {
        return Instant.ofEpochMilli(dispatch.getDeadline());
    }

    @Nullable
    Attempt last() {
        return attempts.isEmpty() ? null : attempts.get(attempts.size() - 1);
    }

    /** Whether a model was called before under this dispatch. */
    public boolean calls(ChainModel model) {
        return attempts.stream().anyMatch(attempt -> attempt.model().equals(model));
    }

    /** The models of the chain that nobody here can call. */
    public List<ChainModel> passedOver() {
        return dispatch.getChain().stream()
                .filter(model -> !isConfigured(model))
                .toList();
    }

    private boolean isConfigured(ChainModel model) {
        return terms.providers().contains(model.getProvider());
    }

    private @Nullable Plan plan(Attempt last) {
        int index = indexOf(last);
        // text that was heard cannot be taken back, so no other answer may follow it
        if (isHeard(last) || isHopeless(last)) {
            return null;
        }
        Plan again = again(last, index);
        return again != null ? again : another(index);
    }

    /** Calling a model further down the chain that was not called yet; null where there is none. */
    private @Nullable Plan another(int index) {
        for (int i = index + 1; i < dispatch.getChain().size(); i++) {
            ChainModel candidate = dispatch.getChain().get(i);
            if (isConfigured(candidate) && !calls(candidate)) {
                return new Plan(i, Instant.MIN);
            }
        }
        return null;
    }

    /** Calling the same model once more; null where that makes no sense or would take too long. */
    private @Nullable Plan again(Attempt last, int index) {
        if (last.outcome() instanceof HeldBack) {
            return null;
        }
        int tries = (int)
                attempts.stream().filter(attempt -> indexOf(attempt) == index).count();
        if (tries > terms.retries() || !isConfigured(last.model())) {
            return null;
        }
        Duration pause = terms.pause(tries);
        if (last.outcome() instanceof Failed failed) {
            if (failed.remedy() != Remedy.RETRY) {
                return null;
            }
            Duration wanted = failed.retryAfter();
            pause = wanted != null && wanted.compareTo(pause) > 0 ? wanted : pause;
        }
        Instant notBefore = last.endedAt().plus(pause);
        boolean isSoon = another(index) == null || pause.compareTo(terms.longestPause()) <= 0;
        return isSoon && notBefore.isBefore(deadline()) ? new Plan(index, notBefore) : null;
    }

    private boolean isPaidFor(ChainModel model) {
        Amounts needed = cost().plus(Amounts.of(model.getBound()));
        Amounts hold = Amounts.of(dispatch.getHold());
        // a request counts once, however many attempts it takes, so the third unit is not compared
        return needed.nanoUsd() <= hold.nanoUsd() && needed.tokens() <= hold.tokens();
    }

    private Step tooDear(ChainModel model, int index, @Nullable Attempt last) {
        String reason = "the hold of " + Money.display(dispatch.getHold().getNanoUsd()) + " does not pay for "
                + offer(model) + ": spent " + Money.display(cost().nanoUsd()) + ", its bound is "
                + Money.display(model.getBound().getNanoUsd());
        if (last == null) {
            // another decision would be the same
            return new Finish(Status.ERROR, reason);
        }
        List<String> failed = dispatch.getChain().subList(0, index).stream()
                .map(Execution::offer)
                .distinct()
                .toList();
        return new HandBack(reason + "; before: " + reason(last), failed);
    }

    private int indexOf(Attempt attempt) {
        return dispatch.getChain().indexOf(attempt.model());
    }

    private static Attempt resumed(Dispatch dispatch, UsageReport report) {
        ChainModel model = dispatch.getChain().stream()
                .filter(candidate -> candidate.getProvider().equals(report.getProvider())
                        && candidate.getModel().equals(report.getModel()))
                .findFirst()
                .orElseGet(() -> dispatch.getChain().get(0));
        return new Attempt(
                report.getAttempt(), model, outcome(dispatch, report), Instant.ofEpochMilli(report.getOccurredAt()));
    }

    private static Outcome outcome(Dispatch dispatch, UsageReport report) {
        Timing timing = new Timing(0, null);
        if (isStarted(report)) {
            return new Unknown(
                    "the executor ended during attempt " + report.getAttempt(),
                    dispatch.getRequest().getStream());
        }
        return report.getVerdict() == null
                ? new Failed(String.valueOf(report.getError()), Remedy.RETRY, null, timing)
                : new HeldBack(report.getVerdict(), Counts.of(report), timing);
    }

    private static boolean isStarted(UsageReport report) {
        return report.getStatus().equals("started");
    }

    private static boolean isHeard(Attempt attempt) {
        return attempt.outcome() instanceof Unknown unknown && unknown.wasHeard();
    }

    private static boolean isHopeless(Attempt attempt) {
        return attempt.outcome() instanceof Failed failed && failed.remedy() == Remedy.NONE;
    }

    private String reason(@Nullable Attempt attempt) {
        if (dispatch.getChain().isEmpty()) {
            return "the dispatch names no model";
        }
        List<String> reasons = new ArrayList<>();
        if (attempt != null && attempt.outcome() instanceof Failed failed) {
            reasons.add(offer(attempt.model()) + ": " + failed.reason());
        } else if (attempt != null && attempt.outcome() instanceof Unknown unknown) {
            reasons.add(offer(attempt.model()) + ": " + unknown.reason());
        } else if (attempt != null && attempt.outcome() instanceof HeldBack held) {
            reasons.add(offer(attempt.model()) + ": the answer was held back: " + held.verdict());
        }
        for (ChainModel model : passedOver()) {
            reasons.add(offer(model) + ": provider " + model.getProvider()
                    + " is not configured; add it to the connector's setting providers");
        }
        return String.join("; ", reasons);
    }

    private static String offer(ChainModel model) {
        return model.getProvider() + "/" + model.getModel();
    }

    /** The model to call next, by its place in the chain. */
    private record Plan(int index, Instant notBefore) {}
}
