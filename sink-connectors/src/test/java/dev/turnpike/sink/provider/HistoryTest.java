package dev.turnpike.sink.provider;

import static dev.turnpike.sink.provider.Dispatches.ADMITTED;
import static dev.turnpike.sink.provider.Dispatches.dispatch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.sink.provider.execution.Execution;
import dev.turnpike.sink.provider.execution.Reports;
import dev.turnpike.sink.provider.execution.Step.Call;
import dev.turnpike.sink.provider.execution.Step.Finish;
import dev.turnpike.sink.provider.execution.Step.HandBack;
import dev.turnpike.sink.provider.execution.Step.Status;
import dev.turnpike.sink.provider.execution.Terms;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HistoryTest {

    private final Dispatch dispatch = dispatch("r1", "openai/small");
    private final Execution execution =
            Execution.of(dispatch, new Terms(Set.of("openai"), 1, Duration.ZERO, Duration.ZERO));
    private final UsageReport started =
            Reports.started(dispatch, new Call(1, dispatch.getChain().get(0)), ADMITTED);
    private final UsageReport last = Reports.closing(execution, new Finish(Status.ERROR, "no luck"), ADMITTED);
    private final History history = new History(100);

    @Test
    void shouldCoverWhatMayHaveBeenBegunBefore() {
        assertThat(history.covers(99)).isTrue();
        assertThat(history.covers(100)).isFalse();
    }

    @Test
    void shouldKnowWhatWasStarted() {
        history.add(started);

        assertThat(history.isOver(dispatch)).isFalse();
        assertThat(history.reports(dispatch)).containsExactly(started);
    }

    @Test
    void shouldTakeARequestForOverAfterItsFinalReport() {
        history.add(started);
        history.add(last);

        assertThat(history.isOver(dispatch)).isTrue();
        assertThat(history.reports(dispatch)).isEmpty();
    }

    @Test
    void shouldTakeADispatchForOverForWhichAnotherDecisionWasAsked() {
        history.add(Reports.redecision(execution, new HandBack("too small", List.of())));
        Dispatch second = dispatch("r1", "openai/small");
        second.setDecision(1);

        assertThat(history.isOver(dispatch)).isTrue();
        assertThat(history.isOver(second)).isFalse();
    }

    @Test
    void shouldNotMixUpTeams() {
        history.add(last);
        Dispatch sameIdElsewhere = dispatch("r1", "openai/small");
        sameIdElsewhere.setTeam("ads");

        assertThat(history.isOver(sameIdElsewhere)).isFalse();
    }

    @Test
    void shouldIgnoreWhatOthersReport() {
        last.setSource("gateway");

        history.add(last);

        assertThat(history.isOver(dispatch)).isFalse();
    }
}
