package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MoneyTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0.25, 250000000",
        "5000, 5000000000000",
        "0.000000001, 1",
        "-1.5, -1500000000",
        "1e3, 1000000000000",
        "1.0000000000, 1000000000",
        "' 7 ', 7000000000",
        "9223372036.854775807, 9223372036854775807"
    })
    void shouldReadExactDollars(String usd, long nanoUsd) {
        assertThat(Money.parseUsd(usd)).isEqualTo(nanoUsd);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "free", "1,5", "NaN", "0x1"})
    void shouldRefuseWhatIsNoDecimal(String usd) {
        assertThatThrownBy(() -> Money.parseUsd(usd))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(usd + ": not a decimal amount of dollars");
    }

    @ParameterizedTest
    // the last two would take all memory if their zeros were written out
    @ValueSource(
            strings = {"0.0000000001", "9223372036.854775808", "-9223372036.854775809", "1e999999999", "1e-999999999"})
    void shouldRefuseWhatDoesNotFit(String usd) {
        assertThatThrownBy(() -> Money.parseUsd(usd))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(usd + ": dollars take at most 9 decimal places");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "250000000, 0.25", "5000000000000, 5000", "1, 0.000000001", "-1500000000, -1.5"})
    void shouldWriteExactDollars(long nanoUsd, String usd) {
        assertThat(Money.toUsd(nanoUsd)).isEqualTo(usd);
    }

    @ParameterizedTest
    @CsvSource({
        "0, $0.00",
        "5000000000000, '$5,000.00'",
        "-1500000000, -$1.50",
        "10000000, $0.01",
        "9999999, $0.010000",
        "1000, $0.000001",
        "999, $0.000000999",
        "-1, -$0.000000001",
        "-9223372036854775808, '-$9,223,372,036.85'"
    })
    void shouldShowPeopleAsManyPlacesAsMatter(long nanoUsd, String shown) {
        assertThat(Money.display(nanoUsd)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({
        // half goes to even, on both sides of zero
        "1, 1, 2, 0",
        "3, 1, 2, 2",
        "5, 1, 2, 2",
        "-1, 1, 2, 0",
        "-3, 1, 2, -2",
        "3, 1, -2, -2",
        "-3, 1, -2, 2",
        "2, 1, 3, 1",
        "-2, 1, 3, -1",
        // the product leaves the range of a long, the result does not
        "9223372036854775807, 1000000, 1000000, 9223372036854775807",
        "9223372036854775807, 3, 6, 4611686018427387904",
        // twice the remainder leaves the range of a long
        "9223372036854775806, 1, 9223372036854775807, 1",
        "4611686018427387904, 1, -9223372036854775808, 0"
    })
    void shouldRoundHalfEven(long value, long factor, long divisor, long result) {
        assertThat(Money.multiplyDivide(value, factor, divisor)).isEqualTo(result);
    }

    @Test
    void shouldFailRatherThanWrap() {
        assertThatThrownBy(() -> Money.multiplyDivide(Long.MAX_VALUE, 2, 1)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Money.multiplyDivide(Long.MIN_VALUE, 1, -1)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Money.multiplyDivide(1, 1, 0)).isInstanceOf(ArithmeticException.class);
    }
}
