package dev.turnpike.metering;

import static dev.turnpike.metering.Given.HOUR;
import static dev.turnpike.metering.Given.MINUTE;
import static dev.turnpike.metering.Given.NOON;
import static dev.turnpike.metering.Given.TEAM;
import static dev.turnpike.metering.Given.price;
import static dev.turnpike.metering.Given.usd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.LeaseKeys;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.LeaseRequest;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.Tick;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the meter tells of how fast money is spent, by ticks and usage alone. */
class SpendAlertsTest {

    private static final long USD = 1_000_000_000;
    private static final long DAY_START = Instant.parse("2026-11-20T00:00:00Z").toEpochMilli();

    @TempDir
    private Path folder;

    private int usages;
    private long at = NOON;

    @Test
    void shouldTellOnceThatABudgetBurnsAndThenThatItBurnsFaster() {
        try (MeterDriver meter = meter(usd("team", "day", 100 * USD))) {
            // 60 cents a minute, where 7 would last the day
            spend(meter, 12, MINUTE, USD * 60 / 100);
            List<BudgetAlert> slow = alerts(meter);
            spend(meter, 8, 10_000, USD / 2);
            List<BudgetAlert> fast = alerts(meter);
            spend(meter, 4, 10_000, USD);

            assertThat(slow).singleElement().satisfies(alert -> {
                assertThat(alert.getKind()).isEqualTo("burn-rate");
                assertThat(alert.getAlertId())
                        .isEqualTo("search/team/search/day/" + DAY_START + "/nano_usd/hard/slow-burn");
                assertThat(alert.getPace()).isBetween(6.0, 20.0);
                assertThat(alert.getMessage())
                        .startsWith("team search, budget team-day: burns ")
                        .contains(" times as fast as it lasts and runs out at 2026-11-20T1")
                        .contains("before its window turns");
            });
            assertThat(fast)
                    .singleElement()
                    .satisfies(alert -> assertThat(alert.getAlertId()).endsWith("/fast-burn"));
            assertThat(alerts(meter)).isEmpty();
        }
    }

    @Test
    void shouldTellWhenABudgetWillRunOut() {
        try (MeterDriver meter = meter(usd("team", "day", 100 * USD))) {
            // by 12:20 half of the day has passed; at this pace of the last hours the rest of the limit is gone by
            // 20:00
            spend(meter, 1, MINUTE, 50 * USD);
            assertThat(alerts(meter)).extracting(BudgetAlert::getKind).containsExactly("burn-rate");
        }
        at = DAY_START + MINUTE;
        try (MeterDriver meter = meter(usd("team", "day", 100 * USD))) {
            spend(meter, 40, 5 * MINUTE, USD * 5 / 8);

            assertThat(alerts(meter)).singleElement().satisfies(alert -> {
                assertThat(alert.getKind()).isEqualTo("forecast");
                assertThat(Instant.ofEpochMilli(alert.getRunsOutAt()))
                        .isBetween(Instant.parse("2026-11-20T12:30:00Z"), Instant.parse("2026-11-20T14:30:00Z"));
                assertThat(alert.getMessage())
                        .contains("runs out at 2026-11-20T1", " hours before its window turns; $");
            });
        }
    }

    @Test
    void shouldNotWatchBudgetsOfOneUser() {
        try (MeterDriver meter = meter(usd("user", "day", 100 * USD))) {
            spend(meter, 12, 10_000, 5 * USD);

            assertThat(alerts(meter)).isEmpty();
        }
    }

    @Test
    void shouldTellWithinAMinuteThatATeamRunsAwayOnceADay() {
        try (MeterDriver meter = meter()) {
            // four days of a dollar an hour, and no budget at all
            for (int hour = 0; hour < 4 * 24; hour++) {
                at += HOUR;
                use(meter, USD);
            }
            assertThat(alerts(meter)).isEmpty();

            tick(meter);
            long begun = at;
            spend(meter, 8, 5_000, USD / 2);
            List<BudgetAlert> told = alerts(meter);
            spend(meter, 20, 5_000, USD / 2);

            assertThat(told).singleElement().satisfies(alert -> {
                assertThat(alert.getKind()).isEqualTo("runaway");
                assertThat(alert.getRaisedAt() - begun).isLessThanOrEqualTo(MINUTE);
                assertThat(alert.getMessage())
                        .startsWith("team search: spent $")
                        .contains(" within a minute, ");
            });
            assertThat(alerts(meter)).isEmpty();
        }
    }

    @Test
    void shouldTellNothingTwiceThatWasToldBeforeItsStateWasLost() {
        RecordedLogs logs = new RecordedLogs(true);
        try (MeterDriver meter = meter(usd("team", "day", 100 * USD))) {
            spend(meter, 12, 10_000, USD * 10 / 12);
            List<TestRecord<String, BudgetAlert>> told = meter.read(Topics.ALERTS);
            assertThat(told).hasSize(1);
            told.forEach(alert -> logs.add(Topics.ALERTS, alert.key(), alert.value(), alert.timestamp()));
            meter.read(Topics.BUDGETS)
                    .forEach(state -> logs.add(Topics.BUDGETS, state.key(), state.value(), state.timestamp()));
            meter.read(Topics.SPEND)
                    .forEach(cell -> logs.add(Topics.SPEND, cell.key(), cell.value(), cell.timestamp()));
            meter.read(Topics.LEDGER)
                    .forEach(entry -> logs.add(Topics.LEDGER, entry.key(), entry.value(), entry.timestamp()));
        }

        try (MeterDriver meter =
                policies(new MeterDriver(folder.resolve("anew"), 1, Map.of(), logs), usd("team", "day", 100 * USD))) {
            spend(meter, 4, 10_000, USD * 10 / 12);

            assertThat(alerts(meter)).isEmpty();
        }
    }

    @Test
    void shouldTellTheThresholdsAndTheBurningOfAnOrgsBudgetToTheOrg() {
        try (MeterDriver meter = new MeterDriver(folder, 1, Map.of())) {
            Budget budget = Budget.newBuilder(usd("org", "day", 100 * USD, 50))
                    .setName("all")
                    .build();
            meter.pipe(
                    Topics.ORGS,
                    "acme",
                    Org.newBuilder().setOrg("acme").setBudgets(List.of(budget)).build(),
                    at);
            tick(meter);

            // two teams, heard of by their meters' words
            for (int i = 1; i <= 12; i++) {
                at += 10_000;
                hear(meter, "one", i, i * 2 * USD);
                hear(meter, "two", i, i * 3 * USD);
                tick(meter);
            }

            List<TestRecord<String, BudgetAlert>> told = meter.read(Topics.ALERTS);
            assertThat(told).extracting(TestRecord::key).containsOnly("acme");
            assertThat(told)
                    .extracting(alert -> alert.value().getTeam()
                            + alert.value().getKind()
                            + alert.value().getAlertId())
                    .containsExactly(
                            "burn-rate/org/acme/day/" + DAY_START + "/nano_usd/hard/fast-burn",
                            "threshold/org/acme/day/" + DAY_START + "/nano_usd/hard/50");
            assertThat(told.get(1).value().getMessage())
                    .isEqualTo("org acme, budget all: $50.00 of $100.00 spent by org acme, past 50 %");
        }
    }

    private static void hear(MeterDriver meter, String team, long version, long nanoUsd, long at) {
        PositionKey key = new PositionKey(team, "org", "acme", "day", DAY_START);
        LeaseRequest word = LeaseRequest.newBuilder()
                .setOrg("acme")
                .setTeam(team)
                .setTeller("meter")
                .setPartition(0)
                .setPeriod("day")
                .setWindowStart(DAY_START)
                .setWindowEnd(DAY_START + 24 * HOUR)
                .setVersion(version)
                .setWanted(Amounts.ZERO.toAvro())
                .setReturned(Amounts.ZERO.toAvro())
                .setSpent(new Amounts(nanoUsd, 0, 0).toAvro())
                .build();
        meter.pipe(Topics.LEASE_REQUESTS, LeaseKeys.of("acme", key.encode(), "meter"), word, at);
    }

    private void hear(MeterDriver meter, String team, long version, long nanoUsd) {
        hear(meter, team, version, nanoUsd, at);
    }

    private MeterDriver meter(Budget... budgets) {
        return policies(new MeterDriver(folder.resolve(String.valueOf(usages)), 1, Map.of()), budgets);
    }

    private MeterDriver policies(MeterDriver meter, Budget... budgets) {
        TeamPolicy policy = Given.policy("UTC", budgets);
        meter.pipe(Topics.POLICIES, TEAM, policy, at);
        // a token costs a nano-dollar
        meter.pipe(Topics.CATALOG, "acme/large", Given.offer("acme", "large", price("p", 1)), at);
        tick(meter);
        return meter;
    }

    private void spend(MeterDriver meter, int times, long everyMillis, long nanoUsd) {
        for (int i = 0; i < times; i++) {
            for (long next = at + everyMillis; at < next; ) {
                at = Math.min(next, at + Math.max(5_000, Math.min(MINUTE, everyMillis / 2)));
                tick(meter);
            }
            use(meter, nanoUsd);
        }
        at += 5_000;
        tick(meter);
    }

    private void use(MeterDriver meter, long nanoUsd) {
        usages++;
        meter.pipe(
                Topics.USAGE,
                TEAM,
                Given.usage("r" + usages, 1, "acme", "large")
                        .setRequestId(null)
                        .setOccurredAt(at)
                        .setInputTokens(nanoUsd)
                        .build(),
                at);
    }

    private void tick(MeterDriver meter) {
        meter.pipe(Topics.TICKS, "0", new Tick(0, null), at);
    }

    private static List<BudgetAlert> alerts(MeterDriver meter) {
        List<BudgetAlert> alerts = new ArrayList<>();
        meter.read(Topics.ALERTS).forEach(alert -> alerts.add(alert.value()));
        return alerts;
    }
}
