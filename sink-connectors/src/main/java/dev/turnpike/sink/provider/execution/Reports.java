package dev.turnpike.sink.provider.execution;

import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.sink.provider.execution.Outcome.Answered;
import dev.turnpike.sink.provider.execution.Outcome.Failed;
import dev.turnpike.sink.provider.execution.Outcome.HeldBack;
import dev.turnpike.sink.provider.execution.Outcome.Timing;
import dev.turnpike.sink.provider.execution.Step.Call;
import dev.turnpike.sink.provider.execution.Step.Finish;
import dev.turnpike.sink.provider.execution.Step.HandBack;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What an executor writes. */
public final class Reports {

    /** The source of its usage reports. */
    public static final String SOURCE = "turnpike-provider-sink";

    private static final int MAX_ERROR = 1_000;

    private Reports() {}

    /** An attempt starts; written before the call. */
    public static UsageReport started(Dispatch dispatch, Call call, Instant now) {
        UsageReport report = report(dispatch, call.attempt() + "#started", call.model(), "started", now);
        report.setAttempt(call.attempt());
        report.setBoundNanoUsd(call.model().getBound().getNanoUsd());
        return report;
    }

    /**
     * What an attempt used; null where nobody knows.
     *
     * @param next what follows it
     */
    public static @Nullable UsageReport ended(Execution execution, Attempt attempt, Step next) {
        UsageReport report;
        if (attempt.outcome() instanceof Answered answered) {
            report = ofAttempt(execution, attempt, "ok", answered.timing());
            answered.counts().fill(report);
        } else if (attempt.outcome() instanceof HeldBack held) {
            report = ofAttempt(execution, attempt, "ok", held.timing());
            held.counts().fill(report);
            report.setVerdict(held.verdict());
        } else if (attempt.outcome() instanceof Failed failed) {
            report = ofAttempt(execution, attempt, "error", failed.timing());
            report.setError(line(failed.reason()));
        } else {
            return null;
        }
        if (next instanceof Finish) {
            report.setFinal$(true);
            report.setAttempts(execution.started());
        }
        return report;
    }

    /**
     * Nothing more will be started, though the last attempt's own report does not say so: there was none, or none can be
     * written, or it was written before this was known.
     */
    public static UsageReport closing(Execution execution, Finish finish, Instant now) {
        Dispatch dispatch = execution.dispatch();
        ChainModel model =
                dispatch.getChain().isEmpty() ? null : dispatch.getChain().get(0);
        UsageReport report = report(dispatch, String.valueOf(execution.started() + 1), model, "not-executed", now);
        report.setFinal$(true);
        report.setAttempts(execution.started());
        report.setError(lineOrNull(finish.error()));
        return report;
    }

    /** A part of an answer. */
    public static Completion chunk(Dispatch dispatch, Call call, int seq, String delta) {
        Completion completion = completion(dispatch, call.attempt(), seq);
        completion.setDelta(delta);
        completion.setStatus("ok");
        completion.setProvider(call.model().getProvider());
        completion.setModel(call.model().getModel());
        return completion;
    }

    /**
     * The end of a request.
     *
     * @param seq how many parts went before
     */
    public static Completion last(Execution execution, Finish finish, int seq) {
        Completion completion = lastWithoutAnswer(execution, finish, seq);
        Attempt last = execution.last();
        if (last != null && last.outcome() instanceof Answered answered) {
            completion.setResponse(answered.response());
        }
        return completion;
    }

    /** The same, where there is an answer that cannot be handed on. */
    public static Completion lastWithoutAnswer(Execution execution, Finish finish, int seq) {
        Attempt last = execution.last();
        Completion completion = completion(execution.dispatch(), execution.started(), seq);
        completion.setFinal$(true);
        completion.setStatus(finish.status().wireName());
        completion.setError(lineOrNull(finish.error()));
        if (last != null) {
            completion.setProvider(last.model().getProvider());
            completion.setModel(last.model().getModel());
            completion.setCostNanoUsd(execution.cost().nanoUsd());
        }
        return completion;
    }

    /** The router is to decide again. */
    public static Redecision redecision(Execution execution, HandBack handBack) {
        Dispatch dispatch = execution.dispatch();
        Redecision asked = new Redecision();
        asked.setTeam(dispatch.getTeam());
        asked.setRequestId(dispatch.getRequestId());
        asked.setDecision(dispatch.getDecision() + 1);
        asked.setDispatch(dispatch);
        asked.setAttempts(execution.started());
        asked.setFailed(handBack.failed());
        asked.setReason(line(handBack.reason()));
        return asked;
    }

    private static UsageReport ofAttempt(Execution execution, Attempt attempt, String status, Timing timing) {
        UsageReport report = report(
                execution.dispatch(), String.valueOf(attempt.number()), attempt.model(), status, attempt.endedAt());
        report.setAttempt(attempt.number());
        report.setLatencyMs(timing.latencyMs());
        report.setTimeToFirstTokenMs(timing.firstTokenMs());
        return report;
    }

    private static UsageReport report(
            Dispatch dispatch, String id, @Nullable ChainModel model, String status, Instant now) {
        LlmRequest request = dispatch.getRequest();
        UsageReport report = new UsageReport();
        report.setUsageId(dispatch.getRequestId() + "#" + id);
        report.setSource(SOURCE);
        report.setTeam(dispatch.getTeam());
        report.setRequestId(dispatch.getRequestId());
        report.setModel(model == null ? request.getModel() : model.getModel());
        report.setProvider(model == null ? null : model.getProvider());
        report.setStatus(status);
        report.setOccurredAt(now.toEpochMilli());
        report.setUser(request.getUser());
        report.setTaskId(request.getTaskId());
        report.setTaskType(request.getTaskType());
        report.setTags(request.getTags());
        return report;
    }

    private static Completion completion(Dispatch dispatch, int attempt, int seq) {
        Completion completion = new Completion();
        completion.setTeam(dispatch.getTeam());
        completion.setRequestId(dispatch.getRequestId());
        completion.setDecision(dispatch.getDecision());
        completion.setAttempt(attempt);
        completion.setSeq(seq);
        return completion;
    }

    private static @Nullable String lineOrNull(@Nullable String text) {
        return text == null ? null : line(text);
    }

    private static String line(String text) {
        String line = text.replaceAll("\\s+", " ").trim();
        return line.length() <= MAX_ERROR ? line : line.substring(0, MAX_ERROR);
    }
}
