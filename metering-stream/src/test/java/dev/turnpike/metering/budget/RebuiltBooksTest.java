package dev.turnpike.metering.budget;

import static dev.turnpike.metering.Given.HOUR;
import static dev.turnpike.metering.Given.MINUTE;
import static dev.turnpike.metering.Given.NOON;
import static dev.turnpike.metering.Given.link;
import static dev.turnpike.metering.Given.price;
import static dev.turnpike.metering.Given.usd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.metering.Given;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import org.junit.jupiter.api.Test;

class RebuiltBooksTest {

    private static final Amounts HOLD = new Amounts(400, 400, 1);
    private static final Dispatch DISPATCH = Given.dispatch(
                    Given.request("r1").build(),
                    Given.policy("UTC", usd("team", "day", 4_000)),
                    NOON,
                    HOLD,
                    link("openai", "small", price("small@1", 2)))
            .build();
    private static final HoldWindow WINDOW = DISPATCH.getWindows().get(0);
    private static final PositionKey KEY = PositionKey.of(Given.TEAM, WINDOW);

    private final RebuiltBooks books = new RebuiltBooks(24 * HOUR);

    @Test
    void shouldCountAHoldOnceThatThePublishedPositionKnows() {
        books.say(KEY, state(HOLD.plus(HOLD), HOLD, 7), NOON + MINUTE);

        books.dispatch(DISPATCH, 7, NOON);

        assertThat(position().opened()).isEqualTo(HOLD.plus(HOLD));
        assertThat(position().open()).isEqualTo(HOLD);
        assertThat(result().unexplained()).isZero();
    }

    @Test
    void shouldAddAHoldThatCameAfterThePublishedPosition() {
        books.say(KEY, state(HOLD, HOLD, 6), NOON + MINUTE);

        books.dispatch(DISPATCH, 7, NOON);
        books.dispatch(DISPATCH, 8, NOON);

        assertThat(position().opened()).isEqualTo(HOLD.plus(HOLD));
        assertThat(position().open()).isEqualTo(HOLD);
    }

    @Test
    void shouldKnowAPositionOfWhichNothingWasPublished() {
        books.dispatch(DISPATCH, 7, NOON);

        assertThat(position().key()).isEqualTo(KEY);
        assertThat(position().open()).isEqualTo(HOLD);
    }

    @Test
    void shouldKeepMoneyHeldWhoseDispatchIsGone() {
        books.say(KEY, state(HOLD.plus(HOLD), HOLD, 7), NOON + MINUTE);

        assertThat(position().open()).isEqualTo(HOLD);
        assertThat(result().unexplained()).isEqualTo(1);
    }

    @Test
    void shouldForgetARequestWhoseHoldEndedAHorizonBeforeTheLastWord() {
        books.say(KEY, state(HOLD, HOLD, 7), NOON + 25 * HOUR);

        books.dispatch(DISPATCH, 7, NOON);

        assertThat(result().accounts()).isEmpty();
        assertThat(position().open()).isEqualTo(Amounts.ZERO);
        assertThat(result().unexplained()).isZero();
    }

    private Position position() {
        return result().positions().get(0);
    }

    private RebuiltBooks.Result result() {
        return books.result(
                team -> new Terms(Given.policy("UTC"), null, 0, 0, Counting.first(Given.policy("UTC"), null, 0, 0)));
    }

    private static BudgetState state(Amounts opened, Amounts closed, long dispatchOffset) {
        return BudgetState.newBuilder(Position.of(KEY, WINDOW).state(1, dispatchOffset, null))
                .setOpened(opened.toAvro())
                .setClosed(closed.toAvro())
                .build();
    }
}
