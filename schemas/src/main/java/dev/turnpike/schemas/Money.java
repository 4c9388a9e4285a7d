package dev.turnpike.schemas;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** Amounts of money as a {@code long} in nano-dollars (1e-9 USD): exact, and enough for 9.2 billion dollars. */
public final class Money {

    public static final long NANOS_PER_USD = 1_000_000_000L;

    private Money() {}

    /**
     * Reads an exact decimal amount of dollars.
     *
     * @param usd a decimal with at most nine places, for example {@code 0.25}
     * @return nano-dollars
     * @throws IllegalArgumentException if the text is no decimal, is finer than a nano-dollar or does not fit a long
     */
    public static long parseUsd(String usd) {
        try {
            // moving the point would write out every zero of 1e999999999
            return new BigDecimal(usd.trim()).scaleByPowerOfTen(9).longValueExact();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(usd + ": not a decimal amount of dollars", e);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    usd + ": dollars take at most 9 decimal places and stay below 9.2 billion", e);
        }
    }

    /** The amount as an exact decimal of dollars without trailing zeros, for example {@code 0.25}. */
    public static String toUsd(long nanoUsd) {
        BigDecimal usd = BigDecimal.valueOf(nanoUsd, 9).stripTrailingZeros();
        return (usd.scale() < 0 ? usd.setScale(0) : usd).toPlainString();
    }

    /** The amount for people: dollars and cents, with more places where it is below a cent. */
    public static String display(long nanoUsd) {
        // negative, as every long has a negative but not every one a positive of its magnitude
        long magnitude = -Math.abs(nanoUsd);
        int places = magnitude == 0 || magnitude <= -NANOS_PER_USD / 100 ? 2 : magnitude <= -1_000 ? 6 : 9;
        // every decision says a sum or two: a Formatter would cost more than the decision
        String plain = BigDecimal.valueOf(nanoUsd, 9)
                .abs()
                .setScale(places, RoundingMode.HALF_UP)
                .toPlainString();
        StringBuilder text = new StringBuilder(plain);
        for (int comma = plain.indexOf('.') - 3; comma > 0; comma -= 3) {
            text.insert(comma, ',');
        }
        return text.insert(0, nanoUsd < 0 ? "-$" : "$").toString();
    }

    /** {@code value × factor ÷ divisor}, rounded half-even, exact in between; fails if the result does not fit a long. */
    public static long multiplyDivide(long value, long factor, long divisor) {
        long high = Math.multiplyHigh(value, factor);
        long low = value * factor;
        if ((high == 0 && low >= 0) || (high == -1 && low < 0)) {
            return divideHalfEven(low, divisor);
        }
        return new BigDecimal(BigInteger.valueOf(value).multiply(BigInteger.valueOf(factor)))
                .divide(BigDecimal.valueOf(divisor), 0, RoundingMode.HALF_EVEN)
                .longValueExact();
    }

    private static long divideHalfEven(long value, long divisor) {
        long quotient = divisor == -1 ? Math.negateExact(value) : value / divisor;
        long remainder = Math.abs(value % divisor);
        // unsigned: the magnitude of the least long is one more than the greatest
        int half = Long.compareUnsigned(remainder, Math.abs(divisor) - remainder);
        if (half > 0 || (half == 0 && (quotient & 1) == 1)) {
            return quotient + ((value < 0) == (divisor < 0) ? 1 : -1);
        }
        return quotient;
    }
}
