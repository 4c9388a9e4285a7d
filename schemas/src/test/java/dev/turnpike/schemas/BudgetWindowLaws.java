package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.BudgetWindow.Period;
import dev.turnpike.schemas.event.TeamPolicy;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BudgetWindowLaws {

    static {
        TrustedEvents.register();
    }

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

    /** The same whatever zone and week start are changed to, and when; what had begun at a change ends as it would have. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.turnpike.schemas.Seeds#few")
    void shouldDivideTimeWithoutOverlapOrGapAcrossChangesOfTheCalendar(long seed) {
        RandomGenerator random = Seeds.random(seed);
        for (int i = 0; i < 300; i++) {
            Period period = PERIODS.get(random.nextInt(PERIODS.size()));
            TeamPolicy before = anyCalendar(random);
            Instant change = Instant.ofEpochMilli(random.nextLong(FROM, TO));
            TeamPolicy between = changed(anyCalendar(random), before, change);
            Instant second = change.plusMillis(random.nextLong(40L * 24 * 3_600_000));
            TeamPolicy after = changed(anyCalendar(random), between, second);
            BudgetCalendar calendar = BudgetCalendar.of(after);
            long at = (random.nextBoolean() ? change : second).toEpochMilli()
                    + random.nextLong(-35L * 24 * 3_600_000, 35L * 24 * 3_600_000);

            BudgetWindow window = calendar.at(period, at);

            String described = "seed %d: %s at %s in %s".formatted(seed, period, Instant.ofEpochMilli(at), after);
            assertThat(window.contains(at)).as(described).isTrue();
            assertThat(calendar.at(period, window.start())).as(described).isEqualTo(window);
            if (period != Period.TOTAL) {
                assertThat(calendar.at(period, window.end() - 1)).as(described).isEqualTo(window);
                assertThat(calendar.at(period, window.end()).start())
                        .as(described)
                        .isEqualTo(window.end());
            }
            assertThat(calendar.at(period, second.toEpochMilli()))
                    .as(described)
                    .isEqualTo(BudgetCalendar.of(between).at(period, second.toEpochMilli()));
        }
    }

    private static TeamPolicy anyCalendar(RandomGenerator random) {
        return TeamPolicy.newBuilder()
                .setTeam("search")
                .setTimezone(ZONES.get(random.nextInt(ZONES.size())))
                .setWeekStart(DayOfWeek.of(random.nextInt(1, 8)).name().toLowerCase(Locale.ROOT))
                .build();
    }

    private static TeamPolicy changed(TeamPolicy wanted, TeamPolicy standing, Instant at) {
        return TeamPolicy.newBuilder(wanted)
                .setEarlier(BudgetCalendar.earlier(wanted, standing, at))
                .build();
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
