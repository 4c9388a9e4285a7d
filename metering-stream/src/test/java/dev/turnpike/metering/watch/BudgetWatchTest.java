package dev.turnpike.metering.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.metering.watch.BudgetWatch.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetWatchTest {

    private static final long LOOK = 5_000;
    private static final long MONTH = Duration.ofDays(30).toMillis();
    private static final long LIMIT = 3_000_000_000_000L;

    @ParameterizedTest
    @CsvSource({"14.5, FAST_BURN", "14.3, SLOW_BURN", "6.1, SLOW_BURN", "5.9, NONE"})
    void shouldTellABurnRateThatLastsLongEnough(double rate, Danger danger) {
        Pace pace = new Pace(MONTH);

        // six hours at that rate: less than a tenth of the month, so that no forecast is made
        pace.burn(rate, Duration.ofHours(6).toMillis());

        assertThat(pace.verdict().danger()).isEqualTo(danger);
        if (danger != Danger.NONE) {
            assertThat(pace.verdict().tenths()).isBetween((long) (rate * 10) - 3, (long) (rate * 10) + 3);
        }
    }

    @Test
    void shouldTellAtTwoPercentOfTheLimitInAnHourOfAMonth() {
        Pace pace = new Pace(MONTH);

        pace.burn(14.5, Duration.ofMinutes(50).toMillis());
        assertThat(pace.verdict().danger()).isEqualTo(Danger.NONE);

        pace.burn(14.5, Duration.ofMinutes(12).toMillis());
        assertThat(pace.verdict().danger()).isEqualTo(Danger.FAST_BURN);
        assertThat(pace.spent * 100 / LIMIT).isEqualTo(2);
    }

    @Test
    void shouldNotTellOfABurstThatIsOver() {
        Pace pace = new Pace(MONTH);
        pace.burn(0, Duration.ofHours(6).toMillis());
        pace.spend(LIMIT / 20);
        assertThat(pace.verdict().danger()).isEqualTo(Danger.FAST_BURN);

        // the long windows still hold it, the short ones no longer
        pace.burn(0.5, Duration.ofMinutes(65).toMillis());
        assertThat(pace.verdict().danger()).isEqualTo(Danger.NONE);
    }

    @Test
    void shouldForecastWhenBothPacesRunOutBeforeTheWindowTurns() {
        Pace pace = new Pace(MONTH);
        pace.burn(2, Duration.ofDays(3).toMillis() - 2 * LOOK);
        assertThat(pace.verdict().danger()).isEqualTo(Danger.NONE);

        pace.burn(2, Duration.ofDays(1).toMillis());

        Verdict verdict = pace.verdict();
        assertThat(verdict.danger()).isEqualTo(Danger.FORECAST);
        // twice as fast: after half of the month
        assertThat(verdict.runsOutAt())
                .isBetween(
                        MONTH / 2 - Duration.ofHours(1).toMillis(),
                        MONTH / 2 + Duration.ofHours(1).toMillis());
    }

    @Test
    void shouldForecastNothingFromOnePaceAlone() {
        Pace slowingDown = new Pace(MONTH);
        slowingDown.burn(2, Duration.ofDays(4).toMillis());
        slowingDown.burn(0.1, Duration.ofDays(1).toMillis());
        assertThat(slowingDown.verdict().danger()).isEqualTo(Danger.NONE);

        Pace daytime = new Pace(MONTH);
        daytime.burn(0.9, Duration.ofDays(8).toMillis());
        daytime.burn(2, Duration.ofHours(8).toMillis());
        assertThat(daytime.verdict().danger()).isEqualTo(Danger.NONE);
    }

    @Test
    void shouldSayNothingOfAWindowThatIsSpent() {
        Pace pace = new Pace(MONTH);

        pace.spend(LIMIT);

        assertThat(pace.verdict()).isEqualTo(Verdict.NONE);
    }

    /** Whatever the spending: what is told is true by the definition, and the same looks give the same verdicts. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldTellNothingThatIsNotSo(long seed) {
        Random random = new Random(seed);
        for (long length :
                List.of(Duration.ofHours(1).toMillis(), Duration.ofDays(1).toMillis(), MONTH)) {
            Pace one = new Pace(length);
            Pace other = new Pace(length);
            while (one.at < length - 1) {
                double rate = random.nextInt(4) == 0 ? random.nextDouble(40) : random.nextDouble(2);
                long lasts = Math.min(length - 1 - one.at, (long) (random.nextDouble(0.05) * length) + LOOK);
                one.burn(rate, lasts);
                other.burn(rate, lasts);

                Verdict verdict = one.verdict();
                assertThat(other.verdict()).as("seed %d", seed).isEqualTo(verdict);
                if (verdict.danger() == Danger.NONE) {
                    continue;
                }
                assertThat(verdict.runsOutAt()).as("seed %d", seed).isGreaterThanOrEqualTo(one.at);
                assertThat(verdict.tenths())
                        .as("seed %d", seed)
                        .isGreaterThanOrEqualTo(
                                switch (verdict.danger()) {
                                    case FAST_BURN -> 144;
                                    case SLOW_BURN -> 60;
                                    default -> 0;
                                });
                if (verdict.danger() == Danger.FORECAST) {
                    assertThat(verdict.runsOutAt()).as("seed %d", seed).isLessThanOrEqualTo(length);
                }
            }
        }
    }

    /** A window that begins at 0, looked at every few seconds. */
    private static final class Pace {

        private final long length;
        private BudgetWatch watch;
        private long at;
        private long spent;
        private double due;

        Pace(long length) {
            this.length = length;
            this.watch = BudgetWatch.begin(window(), 0);
        }

        void burn(double rate, long millis) {
            long until = at + millis;
            while (at < until) {
                long step = Math.min(LOOK, until - at);
                at += step;
                due += rate * LIMIT * step / length;
                long more = (long) due;
                due -= more;
                spend(more);
            }
        }

        void spend(long more) {
            spent += more;
            watch = watch.look(spent, Long.MAX_VALUE, at);
        }

        Verdict verdict() {
            return watch.judge(window(), at);
        }

        private Window window() {
            return new Window(0, length, LIMIT, spent);
        }
    }
}
