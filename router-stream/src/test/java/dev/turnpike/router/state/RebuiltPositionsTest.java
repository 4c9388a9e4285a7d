package dev.turnpike.router.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.streams.Logs.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

class RebuiltPositionsTest {

    static {
        TrustedEvents.register();
    }

    private static final HoldWindow DAY = new HoldWindow("team", "search", "day", 0L, 1L);
    private static final HoldWindow EVER = new HoldWindow("team", "search", "total", 0L, Long.MAX_VALUE);
    private static final PositionKey TODAY = PositionKey.of("search", DAY);
    private static final PositionKey ALWAYS = PositionKey.of("search", EVER);

    private final RebuiltPositions rebuilt = new RebuiltPositions();

    @Test
    void shouldAddTheHoldsThatTheMeterHadNotHeardOf() {
        rebuilt.say(new Entry<>(TODAY.encode(), state(1, 30, 10, 4), 0, 7));
        rebuilt.dispatch(dispatch(4, 100, DAY, EVER));
        rebuilt.dispatch(dispatch(5, 20, DAY, EVER));

        var today = rebuilt.positions().get(TODAY);
        assertThat(today.held()).isEqualTo(usd(50));
        assertThat(today.closed()).isEqualTo(usd(10));
        assertThat(today.version()).isEqualTo(1);
        assertThat(rebuilt.positions().get(ALWAYS).held()).isEqualTo(usd(120));
        assertThat(rebuilt.heardOf()).isEqualTo(4);
        assertThat(rebuilt.newest()).isEqualTo(7);
    }

    @Test
    void shouldCountAHoldOnceInAWindowThatTwoBudgetsShare() {
        rebuilt.dispatch(dispatch(0, 20, DAY, DAY));

        assertThat(rebuilt.positions().get(TODAY).held()).isEqualTo(usd(20));
    }

    @Test
    void shouldTakeNothingForOpenInAWindowThatTheMeterHasForgotten() {
        rebuilt.say(new Entry<>(TODAY.encode(), state(1, 30, 30, 4), 0, 7));
        rebuilt.say(new Entry<>(TODAY.encode(), null, 1, 8));
        rebuilt.dispatch(dispatch(4, 30, DAY));

        assertThat(rebuilt.positions()).isEmpty();
    }

    @Test
    void shouldTakeForOpenWhatWasDispatchedAfterTheMeterHadForgottenTheWindow() {
        rebuilt.say(new Entry<>(ALWAYS.encode(), state(1, 30, 30, 4), 0, 7));
        rebuilt.say(new Entry<>(ALWAYS.encode(), null, 1, 8));
        rebuilt.dispatch(dispatch(4, 30, EVER));
        Entry<Dispatch> later = dispatch(5, 20, EVER);
        later.value().setHoldUntil(9);
        rebuilt.dispatch(later);

        assertThat(rebuilt.positions().get(ALWAYS).open()).isEqualTo(usd(20));
    }

    @Test
    void shouldCountEveryHoldWhereTheDispatchesAreOthersThanTheMeterSpeaksOf() {
        rebuilt.say(new Entry<>(TODAY.encode(), state(1, 30, 30, 4), 0, 7));
        rebuilt.offsetsAreOthers();
        rebuilt.dispatch(dispatch(0, 20, DAY));

        assertThat(rebuilt.positions().get(TODAY).open()).isEqualTo(usd(20));
    }

    @Test
    void shouldKnowHowFarTheMeterHasComeWithThePolicies() {
        BudgetState state = state(12, 0, 0, -1);
        state.setTeam("");
        state.setScope("policies");
        rebuilt.say(new Entry<>(PositionKey.of(state).encode(), state, 0, 7));

        assertThat(rebuilt.countedPolicies()).isEqualTo(12);
        assertThat(rebuilt.positions()).isEmpty();
    }

    private static Entry<Dispatch> dispatch(long offset, long hold, HoldWindow... windows) {
        Dispatch dispatch = Dispatch.newBuilder()
                .setTeam("search")
                .setRequestId("r" + offset)
                .setAdmittedAt(0)
                .setRequest(LlmRequest.newBuilder()
                        .setTeam("search")
                        .setRequestId("r" + offset)
                        .setMessages("[]")
                        .build())
                .setChain(List.of())
                .setOutputCap(1)
                .setInputBoundTokens(1)
                .setHold(usd(hold).toAvro())
                .setWindows(List.of(windows))
                .setDeadline(1)
                .setHoldUntil(1)
                .setReason("")
                .build();
        return new Entry<>("search", dispatch, offset, 0);
    }

    private static BudgetState state(long version, long opened, long closed, long dispatchOffset) {
        return BudgetState.newBuilder()
                .setTeam("search")
                .setScope(DAY.getScope())
                .setScopeValue(DAY.getScopeValue())
                .setPeriod(DAY.getPeriod())
                .setWindowStart(DAY.getWindowStart())
                .setWindowEnd(DAY.getWindowEnd())
                .setEpoch(1)
                .setVersion(version)
                .setOpened(usd(opened).toAvro())
                .setClosed(usd(closed).toAvro())
                .setSpent(Amounts.ZERO.toAvro())
                .setDispatchOffset(dispatchOffset)
                .build();
    }

    private static Amounts usd(long nanoUsd) {
        return new Amounts(nanoUsd, 0, 0);
    }
}
