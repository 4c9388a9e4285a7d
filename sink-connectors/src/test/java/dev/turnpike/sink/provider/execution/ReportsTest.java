package dev.turnpike.sink.provider.execution;

import static dev.turnpike.sink.provider.Dispatches.ADMITTED;
import static dev.turnpike.sink.provider.Dispatches.BOUND;
import static dev.turnpike.sink.provider.Dispatches.dispatch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.JsonEvents;
import dev.turnpike.sink.provider.execution.Outcome.Answered;
import dev.turnpike.sink.provider.execution.Outcome.Failed;
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
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReportsTest {

    private static final Instant NOW = ADMITTED.plusSeconds(1);
    private static final Terms TERMS = new Terms(Set.of("openai"), 1, Duration.ZERO, Duration.ZERO);
    private static final Answered ANSWERED = new Answered(
            "{\"id\":\"x\"}", new Counts(900, 100, 0, 0, 40, 30, "flex", 0.001, false), new Timing(700, 90L));

    private final Dispatch dispatch = dispatch("r1", "openai/small");
    private final Call call = new Call(1, dispatch.getChain().get(0));
    private final Finish ok = new Finish(Status.OK, null);

    @Test
    void shouldNoteTheBoundBeforeTheCall() {
        UsageReport started = Reports.started(dispatch, call, NOW);

        assertThat(JsonEvents.write(started))
                .contains("\"usage_id\":\"r1#1#started\"", "\"source\":\"turnpike-provider-sink\"")
                .contains("\"status\":\"started\"", "\"attempt\":1", "\"bound_nano_usd\":" + BOUND)
                .contains("\"team\":\"search\"", "\"user\":\"ada\"", "\"final\":false");
    }

    @Test
    void shouldReportWhatAnAnswerUsedAndThatItIsTheLast() {
        Execution execution = after(ANSWERED);

        UsageReport report = Reports.ended(execution, execution.attempts().get(0), ok);

        assertThat(report).isNotNull();
        assertThat(JsonEvents.write(report))
                .contains("\"usage_id\":\"r1#1\"", "\"status\":\"ok\"", "\"final\":true", "\"attempts\":1")
                .contains("\"input_tokens\":900", "\"cache_read_input_tokens\":100", "\"output_tokens\":40")
                .contains("\"reasoning_output_tokens\":30", "\"service_tier\":\"flex\"", "\"reported_cost_usd\":0.001")
                .contains("\"latency_ms\":700", "\"time_to_first_token_ms\":90", "\"counted_locally\":false");
    }

    @Test
    void shouldReportAFailureThatIsNotTheLastWithoutTokens() {
        Execution execution = after(new Failed("HTTP 500: oh", Remedy.RETRY, null, new Timing(3, null)));

        UsageReport report = Reports.ended(execution, execution.attempts().get(0), new Wait(NOW));

        assertThat(report).isNotNull();
        assertThat(JsonEvents.write(report))
                .contains("\"status\":\"error\"", "\"error\":\"HTTP 500: oh\"", "\"final\":false", "\"attempts\":null")
                .contains("\"input_tokens\":0", "\"output_tokens\":0");
    }

    @Test
    void shouldReportNothingOfAnAttemptWhoseCostNobodyKnows() {
        Execution execution = after(new Unknown("cut", false));

        assertThat(Reports.ended(execution, execution.attempts().get(0), new Finish(Status.ERROR, "cut")))
                .isNull();
    }

    @Test
    void shouldCloseARequestWithoutClaimingAnAttempt() {
        Execution execution = after(new Unknown("cut", false));

        UsageReport closing = Reports.closing(execution, new Finish(Status.ERROR, "cut\n in two"), NOW);

        // no attempt number: the meter must go on missing the report of attempt 1, so that the hold pays its bound
        assertThat(JsonEvents.write(closing))
                .contains("\"usage_id\":\"r1#2\"", "\"status\":\"not-executed\"", "\"attempt\":null")
                .contains("\"final\":true", "\"attempts\":1", "\"error\":\"cut in two\"");
    }

    @Test
    void shouldCompleteWithTheAnswerAndItsCost() {
        Completion completion = Reports.last(after(ANSWERED), ok, 4);

        // 800 × 1,000 + 100 × 1,000 (cached, at the input's price) + 40 × 2,000
        assertThat(JsonEvents.write(completion))
                .contains("\"seq\":4", "\"final\":true", "\"response\":{\"id\":\"x\"}", "\"status\":\"ok\"")
                .contains("\"provider\":\"openai\"", "\"model\":\"small\"", "\"cost_nano_usd\":980000");
    }

    @Test
    void shouldCompleteWithoutModelWhereNothingWasCalled() {
        Completion completion = Reports.last(Execution.of(dispatch, TERMS), new Finish(Status.EXPIRED, "too late"), 0);

        assertThat(JsonEvents.write(completion))
                .contains("\"status\":\"expired\"", "\"error\":\"too late\"", "\"model\":null", "\"attempt\":0")
                .contains("\"cost_nano_usd\":null", "\"response\":null");
    }

    @Test
    void shouldAskForTheNextDecision() {
        Redecision asked = Reports.redecision(
                after(new Unknown("cut", false)), new HandBack("the hold is too small", List.of("openai/tiny")));

        assertThat(asked.getDecision()).isEqualTo(1);
        assertThat(asked.getAttempts()).isEqualTo(1);
        assertThat(asked.getFailed()).containsExactly("openai/tiny");
        assertThat(asked.getDispatch()).isEqualTo(dispatch);
    }

    @Test
    void shouldTakeContradictoryCountsForTheBound() {
        Counts cachedMoreThanAll = new Counts(10, 20, 0, 0, 1, 0, null, null, false);

        assertThat(cachedMoreThanAll.cost(call.model()).nanoUsd()).isEqualTo(BOUND);
    }

    private Execution after(Outcome outcome) {
        return Execution.of(dispatch, TERMS).after(new Attempt(1, call.model(), outcome, NOW));
    }
}
