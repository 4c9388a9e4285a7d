package dev.turnpike.sink.provider.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.sink.provider.execution.Outcome;
import dev.turnpike.sink.provider.execution.Outcome.Failed;
import dev.turnpike.sink.provider.execution.Outcome.Remedy;
import dev.turnpike.sink.provider.execution.Outcome.Timing;
import dev.turnpike.sink.provider.execution.Outcome.Unknown;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalsTest {

    private static final Instant NOW = Instant.parse("2026-11-02T10:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "500, RETRY",
        "503, RETRY",
        "529, RETRY",
        "429, RETRY",
        "409, RETRY",
        "400, NEXT_MODEL",
        "401, NEXT_MODEL",
        "404, NEXT_MODEL",
        "302, NEXT_MODEL"
    })
    void shouldSayWhatMayHelp(int status, Remedy remedy) {
        assertThat(refusal(status, Map.of(), ""))
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.remedy()).isEqualTo(remedy));
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 502, 504, 524})
    void shouldNotClaimToKnowTheCostBehindAGatewayThatGaveUp(int status) {
        assertThat(refusal(status, Map.of(), "")).isInstanceOf(Unknown.class);
    }

    @Test
    void shouldNotRetryWhereTheMoneyAtTheProviderIsUsedUp() {
        Outcome outcome = refusal(429, Map.of(), "{\"error\":{\"message\":\"no\",\"code\":\"insufficient_quota\"}}");

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.remedy()).isEqualTo(Remedy.NEXT_MODEL));
    }

    @ParameterizedTest
    @CsvSource({
        "retry-after, 7, PT7S",
        "retry-after, 0.5, PT0.5S",
        "retry-after, 'Mon, 02 Nov 2026 10:00:30 GMT', PT30S",
        "retry-after-ms, 120.4, PT0.121S",
        "retry-after, soon,",
        "retry-after, '',"
    })
    void shouldReadHowLongToWait(String header, String value, Duration expected) {
        assertThat(refusal(429, Map.of(header, List.of(value)), ""))
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.retryAfter()).isEqualTo(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"error\":{\"message\":\"bad\\n key\"}} | HTTP 401: bad key",
                "{\"error\":\"bad key\"} | HTTP 401: bad key",
                "{\"message\":\"bad key\"} | HTTP 401: bad key",
                "<b>bad key</b> | HTTP 401: <b>bad key</b>"
            })
    void shouldSayTheReasonInOneLine(String body, String reason) {
        assertThat(refusal(401, Map.of(), body))
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.reason()).isEqualTo(reason));
    }

    private static Outcome refusal(int status, Map<String, List<String>> headers, String body) {
        return Refusals.of(status, HttpHeaders.of(headers, (name, value) -> true), body, new Timing(1, null), NOW);
    }
}
