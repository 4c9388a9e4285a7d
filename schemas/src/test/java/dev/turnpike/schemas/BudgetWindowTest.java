package dev.turnpike.schemas;

import static java.time.DayOfWeek.MONDAY;
import static java.time.DayOfWeek.SATURDAY;
import static java.time.DayOfWeek.SUNDAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.BudgetWindow.Period;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetWindowTest {

    @ParameterizedTest
    @CsvSource({
        // an ordinary day; its first and its last instant
        "America/Los_Angeles, 2026-06-15T07:00:00Z, 2026-06-15T07:00:00Z, 2026-06-16T07:00:00Z",
        "America/Los_Angeles, 2026-06-16T06:59:59.999Z, 2026-06-15T07:00:00Z, 2026-06-16T07:00:00Z",
        // 23 hours: the clock is set forward
        "America/Los_Angeles, 2026-03-08T12:00:00Z, 2026-03-08T08:00:00Z, 2026-03-09T07:00:00Z",
        // 25 hours: the clock is set back
        "America/Los_Angeles, 2026-11-01T12:00:00Z, 2026-11-01T07:00:00Z, 2026-11-02T08:00:00Z",
        "Europe/Berlin, 2026-10-25T12:00:00Z, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
        // 23.5 and 24.5 hours: Lord Howe shifts by half an hour
        "Australia/Lord_Howe, 2026-10-04T00:00:00Z, 2026-10-03T13:30:00Z, 2026-10-04T13:00:00Z",
        "Australia/Lord_Howe, 2026-04-05T00:00:00Z, 2026-04-04T13:00:00Z, 2026-04-05T13:30:00Z",
        // midnight itself is skipped: the day begins at one o'clock
        "Asia/Beirut, 2026-03-29T12:00:00Z, 2026-03-28T22:00:00Z, 2026-03-29T21:00:00Z",
        // an offset with quarters of an hour
        "Asia/Kathmandu, 2026-01-01T00:00:00Z, 2025-12-31T18:15:00Z, 2026-01-01T18:15:00Z",
        // a leap day, and the end of a year
        "UTC, 2028-02-29T23:59:59.999Z, 2028-02-29T00:00:00Z, 2028-03-01T00:00:00Z",
        "UTC, 2026-12-31T23:59:59.999Z, 2026-12-31T00:00:00Z, 2027-01-01T00:00:00Z",
        // before 1970
        "UTC, 1969-12-31T23:59:59.999Z, 1969-12-31T00:00:00Z, 1970-01-01T00:00:00Z"
    })
    void shouldFollowTheCalendarDay(String zone, Instant at, Instant start, Instant end) {
        assertThat(window(Period.DAY, zone, MONDAY, at)).isEqualTo(between(Period.DAY, start, end));
    }

    @ParameterizedTest
    @CsvSource({
        "UTC, 2026-06-15T12:34:56Z, 2026-06-15T12:00:00Z, 2026-06-15T13:00:00Z",
        "Asia/Kathmandu, 2026-06-15T12:00:00Z, 2026-06-15T11:15:00Z, 2026-06-15T12:15:00Z",
        // one o'clock comes twice, and each has a window of its own
        "America/Los_Angeles, 2026-11-01T08:30:00Z, 2026-11-01T08:00:00Z, 2026-11-01T09:00:00Z",
        "America/Los_Angeles, 2026-11-01T09:30:00Z, 2026-11-01T09:00:00Z, 2026-11-01T10:00:00Z",
        // half an hour comes twice: the hour before the change, the half hour after it, the next hour
        "Australia/Lord_Howe, 2026-04-04T14:59:59.999Z, 2026-04-04T14:00:00Z, 2026-04-04T15:00:00Z",
        "Australia/Lord_Howe, 2026-04-04T15:00:00Z, 2026-04-04T15:00:00Z, 2026-04-04T15:30:00Z",
        "Australia/Lord_Howe, 2026-04-04T15:30:00Z, 2026-04-04T15:30:00Z, 2026-04-04T16:30:00Z",
        // half an hour is skipped
        "Australia/Lord_Howe, 2026-10-03T15:29:59.999Z, 2026-10-03T14:30:00Z, 2026-10-03T15:30:00Z",
        "Australia/Lord_Howe, 2026-10-03T15:30:00Z, 2026-10-03T15:30:00Z, 2026-10-03T16:00:00Z",
        "UTC, 1969-12-31T23:59:59.999Z, 1969-12-31T23:00:00Z, 1970-01-01T00:00:00Z"
    })
    void shouldFollowTheHoursOfTheZone(String zone, Instant at, Instant start, Instant end) {
        assertThat(window(Period.HOUR, zone, MONDAY, at)).isEqualTo(between(Period.HOUR, start, end));
    }

    @ParameterizedTest
    @CsvSource({
        "MONDAY, 2026-06-17T12:00:00Z, 2026-06-15T00:00:00Z, 2026-06-22T00:00:00Z",
        "SUNDAY, 2026-06-17T12:00:00Z, 2026-06-14T00:00:00Z, 2026-06-21T00:00:00Z",
        "SATURDAY, 2026-06-17T12:00:00Z, 2026-06-13T00:00:00Z, 2026-06-20T00:00:00Z",
        // the first day of the week belongs to the week it begins
        "MONDAY, 2026-06-15T00:00:00Z, 2026-06-15T00:00:00Z, 2026-06-22T00:00:00Z",
        // across the end of a year
        "MONDAY, 2026-12-31T12:00:00Z, 2026-12-28T00:00:00Z, 2027-01-04T00:00:00Z"
    })
    void shouldBeginTheWeekWhereTheTeamDoes(DayOfWeek weekStart, Instant at, Instant start, Instant end) {
        assertThat(window(Period.WEEK, "UTC", weekStart, at)).isEqualTo(between(Period.WEEK, start, end));
    }

    @Test
    void shouldCountTheChangedClockIntoTheWeek() {
        BudgetWindow week = window(Period.WEEK, "America/New_York", SUNDAY, Instant.parse("2026-03-10T12:00:00Z"));

        assertThat(week.end() - week.start()).isEqualTo((7 * 24 - 1) * 3_600_000L);
    }

    @ParameterizedTest
    @CsvSource({
        "UTC, 2028-02-29T12:00:00Z, 2028-02-01T00:00:00Z, 2028-03-01T00:00:00Z",
        "UTC, 2026-12-31T23:59:59.999Z, 2026-12-01T00:00:00Z, 2027-01-01T00:00:00Z",
        // still May in Los Angeles
        "America/Los_Angeles, 2026-06-01T06:59:59.999Z, 2026-05-01T07:00:00Z, 2026-06-01T07:00:00Z"
    })
    void shouldFollowTheCalendarMonth(String zone, Instant at, Instant start, Instant end) {
        assertThat(window(Period.MONTH, zone, SATURDAY, at)).isEqualTo(between(Period.MONTH, start, end));
    }

    @Test
    void shouldNeverEndTheTotal() {
        BudgetWindow total = window(Period.TOTAL, "UTC", MONDAY, Instant.parse("2026-06-15T12:00:00Z"));

        assertThat(total).isEqualTo(BudgetWindow.TOTAL);
        assertThat(total.contains(0)).isTrue();
        assertThat(total.contains(Long.MAX_VALUE - 1)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Day", "year", "weeks"})
    void shouldRefuseAnUnknownPeriod(String period) {
        assertThatThrownBy(() -> Period.parse(period))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("period " + period + ": must be hour, day, week, month or total");
    }

    private static BudgetWindow window(Period period, String zone, DayOfWeek weekStart, Instant at) {
        return BudgetWindow.at(period, ZoneId.of(zone), weekStart, at.toEpochMilli());
    }

    private static BudgetWindow between(Period period, Instant start, Instant end) {
        return new BudgetWindow(period, start.toEpochMilli(), end.toEpochMilli());
    }
}
