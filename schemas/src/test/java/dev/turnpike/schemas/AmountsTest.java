package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.event.AmountVector;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AmountsTest {

    private static final Amounts SOME = new Amounts(5, 70, 1);

    @Test
    void shouldAddAndSubtractEachUnit() {
        Amounts sum = SOME.plus(new Amounts(1, -20, 3));

        assertThat(sum).isEqualTo(new Amounts(6, 50, 4));
        assertThat(sum.minus(SOME)).isEqualTo(new Amounts(1, -20, 3));
        assertThat(SOME.plus(SOME.negate()).isZero()).isTrue();
    }

    @Test
    void shouldNotBeZeroWhenOneUnitIsNot() {
        assertThat(new Amounts(1, 0, 0).isZero()).isFalse();
        assertThat(new Amounts(0, 1, 0).isZero()).isFalse();
        assertThat(new Amounts(0, 0, -1).isZero()).isFalse();
    }

    @Test
    void shouldTakeTheSmallerAndTheGreaterOfEachUnit() {
        Amounts other = new Amounts(6, 7, 1);

        assertThat(SOME.min(other)).isEqualTo(new Amounts(5, 7, 1));
        assertThat(SOME.max(other)).isEqualTo(new Amounts(6, 70, 1));
    }

    @ParameterizedTest
    @EnumSource
    void shouldFailRatherThanWrap(Amounts.Unit unit) {
        Amounts greatest = of(unit, Long.MAX_VALUE);
        Amounts least = of(unit, Long.MIN_VALUE);
        Amounts one = of(unit, 1);

        assertThat(greatest.in(unit)).isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> greatest.plus(one)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> least.minus(one)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(least::negate).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void shouldBecomeAnEventAndBack() {
        assertThat(SOME.toAvro()).isEqualTo(new AmountVector(5L, 70L, 1L));
        assertThat(Amounts.of(SOME.toAvro())).isEqualTo(SOME);
    }

    @Test
    void shouldShowTheSameToPeopleInEveryCountry() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertThat(Amounts.Unit.TOKENS.display(1_234_567)).isEqualTo("1,234,567 tokens");
            assertThat(Amounts.Unit.NANO_USD.display(1_234_500_000_000L)).isEqualTo("$1,234.50");
        } finally {
            Locale.setDefault(before);
        }
    }

    private static Amounts of(Amounts.Unit unit, long amount) {
        return switch (unit) {
            case NANO_USD -> new Amounts(amount, 0, 0);
            case TOKENS -> new Amounts(0, amount, 0);
            case REQUESTS -> new Amounts(0, 0, amount);
        };
    }
}
