package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.BudgetWindow.Period;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BudgetWindowLaws {

    private static final long FROM = Instant.parse("2024-01-01T00:00:00Z").toEpochMilli();
    private static final long TO = Instant.parse("2040-01-01T00:00:00Z").toEpochMilli();
    private static final List<String> ZONES =
            ZoneId.getAvailableZoneIds().stream().sorted().toList();

    private static final List<Period> PERIODS = List.of(Period.values());

    /** Every instant is in exactly one window of a period: the windows neither overlap nor leave gaps. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.turnpike.schemas.Seeds#few")
    void shouldDivideTimeWithoutOverlapOrGap(long seed) {
        RandomGenerator random = Seeds.random(seed);
        for (int i = 0; i < 1_000; i++) {
            ZoneId zone = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
            Period period = PERIODS.get(random.nextInt(PERIODS.size()));
            DayOfWeek weekStart = DayOfWeek.of(random.nextInt(1, 8));
            long at = instant(random, zone);

            BudgetWindow window = BudgetWindow.at(period, zone, weekStart, at);

            String described = "seed %d: %s of %s at %s".formatted(seed, period, zone, Instant.ofEpochMilli(at));
            assertThat(window.contains(at)).as(described).isTrue();
            assertThat(window.contains(window.end())).as(described).isFalse();
            assertThat(BudgetWindow.at(period, zone, weekStart, window.start()))
                    .as(described)
                    .isEqualTo(window);
            if (period != Period.TOTAL) {
                assertThat(BudgetWindow.at(period, zone, weekStart, window.end() - 1))
                        .as(described)
                        .isEqualTo(window);
                assertThat(BudgetWindow.at(period, zone, weekStart, window.end())
                                .start())
                        .as(described)
                        .isEqualTo(window.end());
            }
        }
    }

    /** Any instant, half of the time within a day of a changed clock. */
    private static long instant(RandomGenerator random, ZoneId zone) {
        long at = random.nextLong(FROM, TO);
        ZoneOffsetTransition next = zone.getRules().nextTransition(Instant.ofEpochMilli(at));
        return next == null || random.nextBoolean()
                ? at
                : next.getInstant().toEpochMilli() + random.nextLong(-86_400_000, 86_400_000);
    }
}
