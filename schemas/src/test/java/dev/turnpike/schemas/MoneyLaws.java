package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MoneyLaws {

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.turnpike.schemas.Seeds#few")
    void shouldReadBackWhatItWrites(long seed) {
        RandomGenerator random = Seeds.random(seed);
        for (int i = 0; i < 1_000; i++) {
            long nanoUsd = Seeds.anyLong(random);

            assertThat(Money.parseUsd(Money.toUsd(nanoUsd))).as("seed %d", seed).isEqualTo(nanoUsd);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.turnpike.schemas.Seeds#few")
    void shouldAgreeWithExactArithmetic(long seed) {
        RandomGenerator random = Seeds.random(seed);
        for (int i = 0; i < 2_000; i++) {
            long value = Seeds.anyLong(random);
            long factor = Seeds.anyLong(random);
            long divisor = Seeds.anyLong(random);
            if (divisor == 0) {
                continue;
            }
            BigDecimal exact = BigDecimal.valueOf(value)
                    .multiply(BigDecimal.valueOf(factor))
                    .divide(BigDecimal.valueOf(divisor), 0, RoundingMode.HALF_EVEN);
            Object expected = exact.precision() > 19
                            || BigDecimal.valueOf(exact.longValue()).compareTo(exact) != 0
                    ? "does not fit"
                    : exact.longValue();

            assertThat(result(value, factor, divisor))
                    .as("seed %d: %d × %d ÷ %d", seed, value, factor, divisor)
                    .isEqualTo(expected);
        }
    }

    private static Object result(long value, long factor, long divisor) {
        try {
            return Money.multiplyDivide(value, factor, divisor);
        } catch (ArithmeticException e) {
            return "does not fit";
        }
    }
}
