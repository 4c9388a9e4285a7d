package dev.turnpike.metering.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PastWatchTest {

    private static final long LOOK = 5_000;
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    private static final long USD = 1_000_000_000;

    private long at;
    private long spent;
    private PastWatch watch = PastWatch.begin(0, 0, Map.of(), 0);

    @Test
    void shouldTellWithinAMinuteOfAYearsMoneyInAWeek() {
        // $24 a day
        spend(USD, HOUR, 10 * DAY);
        assertThat(watch.judge().isRunaway()).isFalse();

        spend(USD, HOUR / 52, MINUTE);

        assertThat(watch.judge().isRunaway()).isTrue();
        assertThat(watch.judge().timesUsual()).isBetween(40L, 60L);
    }

    @Test
    void shouldLetATeamGrow() {
        spend(USD, HOUR, 10 * DAY);

        spend(USD, HOUR / 10, 2 * DAY);

        assertThat(watch.judge().isRunaway()).isFalse();
    }

    @Test
    void shouldKnowWhoWorksInBursts() {
        for (int day = 0; day < 5; day++) {
            spend(4 * USD, MINUTE, MINUTE);
            spend(0, HOUR, DAY - MINUTE);
        }

        spend(6 * USD, MINUTE, MINUTE);

        assertThat(watch.judge().timesUsual()).isGreaterThan(1_000);
        assertThat(watch.judge().isRunaway()).isFalse();
    }

    @Test
    void shouldTellWithinTheHourOfWhoAsksSeldomAndDearly() {
        for (int hour = 0; hour < 24 * 5; hour++) {
            spend(USD, LOOK, LOOK);
            spend(0, HOUR, HOUR - LOOK);
        }

        // one a minute: no minute is dearer than those before
        long begun = at;
        while (!watch.judge().isRunaway()) {
            spend(USD, LOOK, LOOK);
            spend(0, HOUR, MINUTE - LOOK);
        }

        assertThat(at - begun).isLessThanOrEqualTo(HOUR);
        assertThat(watch.judge().isHour()).isTrue();
    }

    @Test
    void shouldNotJudgeBeforeItKnowsThreeDays() {
        spend(USD, HOUR, 2 * DAY);
        spend(100 * USD, MINUTE, MINUTE);
        assertThat(watch.judge().isRunaway()).isFalse();
    }

    @Test
    void shouldNotMindCents() {
        spend(USD / 1_000, HOUR, 10 * DAY);
        spend(USD / 20, MINUTE, MINUTE);
        assertThat(watch.judge().timesUsual()).isGreaterThan(1_000);
        assertThat(watch.judge().isRunaway()).isFalse();
    }

    @Test
    void shouldForgetWhatIsLongAgo() {
        spend(1_000 * USD, HOUR, 5 * DAY);
        spend(0, HOUR, 24 * DAY);
        spend(USD, HOUR, 5 * DAY);

        assertThat(watch.days()).hasSize(29);
        assertThat(watch.days().stream().mapToLong(Long::longValue).sum()).isCloseTo(5 * 24 * USD, within(1_000L));
    }

    @Test
    void shouldTakeBackNothing() {
        spend(USD, HOUR, 10 * DAY);

        watch = watch.look(spent - 50 * USD, 0, true, at).look(spent - 49 * USD, 0, true, at + LOOK);

        assertThat(watch.judge().spent()).isLessThanOrEqualTo(2 * USD);
    }

    @Test
    void shouldBeginWithTheHistoryThatTheBooksHold() {
        Map<Long, Long> byHour = new HashMap<>();
        for (long hour = 0; hour < 240; hour++) {
            byHour.put(hour, USD);
        }
        spend(USD, HOUR, 10 * DAY);

        PastWatch begun = PastWatch.begin(spent, 0, byHour, 10 * DAY);

        assertThat(begun.days()).hasSameSizeAs(watch.days()).startsWith(24 * USD, 24 * USD);
        assertThat(begun.look(spent + USD, 0, true, at + LOOK).judge().isRunaway())
                .isFalse();
        assertThat(begun.look(spent + 2 * USD, 0, true, at + LOOK).judge().isRunaway())
                .isTrue();
    }

    @Test
    void shouldNotTakeForAPaceWhatWasSpentWhileNobodyLooked() {
        spend(USD, HOUR, 10 * DAY);

        watch = watch.look(spent + 100 * USD, 0, false, at + HOUR);

        assertThat(watch.judge().isRunaway()).isFalse();
        assertThat(watch.days().get(watch.days().size() - 1)).isGreaterThanOrEqualTo(100 * USD);
    }

    @Test
    void shouldGoOnWhenWhatIsCountedBeginsAnew() {
        spend(USD, HOUR, 10 * DAY);

        PastWatch next = watch.look(USD, Duration.ofDays(10).toMillis(), true, at + LOOK);

        assertThat(next.minute().last().last(1)).isEqualTo(USD);
    }

    private void spend(long each, long every, long millis) {
        long until = at + millis;
        long begun = at;
        long so = spent;
        while (at < until) {
            at += LOOK;
            spent = so + (long) ((double) (at - begun) / every * each);
            watch = watch.look(spent, 0, true, at);
        }
    }
}
