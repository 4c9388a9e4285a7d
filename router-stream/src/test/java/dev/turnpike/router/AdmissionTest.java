package dev.turnpike.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Redecision;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    static {
        TrustedEvents.register();
    }

    @Test
    void shouldTakeARequestThatCanBeAnswered() {
        assertThat(Admission.problemOf(request("search", "r1"))).isNull();
    }

    @Test
    void shouldRefuseWhatNobodyCanBeAnsweredFor() {
        assertThat(Admission.problemOf(request("", "r1"))).isEqualTo("team: must not be empty");
        assertThat(Admission.problemOf(request("search", " "))).isEqualTo("request_id: must not be empty");
        assertThat(Admission.problemOf(request("*", "r1"))).isEqualTo("team *: stands for every team; name one");
        assertThat(Admission.problemOf(request("search", "r".repeat(257))))
                .isEqualTo("request_id: must have at most 256 characters");
    }

    @Test
    void shouldRefuseARedecisionOnTheDispatchOfAnother() {
        assertThat(Admission.problemOf(redecision("search", "r1"))).isNull();
        assertThat(Admission.problemOf(redecision("ads", "r1")))
                .isEqualTo("dispatch: must be of the same team and request");
        assertThat(Admission.problemOf(redecision("search", "r2")))
                .isEqualTo("dispatch: must be of the same team and request");
    }

    private static Redecision redecision(String team, String id) {
        var dispatch = Dispatch.newBuilder()
                .setTeam("search")
                .setRequestId("r1")
                .setAdmittedAt(0)
                .setRequest(request("search", "r1"))
                .setOutputCap(1)
                .setInputBoundTokens(1)
                .setHold(new AmountVector(0L, 0L, 0L))
                .setDeadline(0)
                .setHoldUntil(0)
                .setReason("")
                .build();
        return new Redecision(team, id, 1, dispatch, 1, List.of(), "");
    }

    private static LlmRequest request(String team, String id) {
        return LlmRequest.newBuilder()
                .setRequestId(id)
                .setTeam(team)
                .setMessages("[]")
                .build();
    }
}
