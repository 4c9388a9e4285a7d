package dev.turnpike.cli.focus;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Splits what was rounded as a whole into parts that add up to it. */
final class Shares {

    private Shares() {}

    /**
     * The largest remainder method: each part is rounded down, and those that lost most get the nano-dollars that are left, the
     * earlier of two that lost the same.
     *
     * @param exact what each part costs exactly, in {@code 1 / scale} nano-dollars; none negative
     * @param whole what they cost together, rounded, in nano-dollars
     * @throws IllegalArgumentException if {@code whole} is not their sum, rounded up or down
     */
    static long[] of(List<BigInteger> exact, BigInteger scale, long whole) {
        long[] shares = new long[exact.size()];
        long given = 0;
        for (int i = 0; i < shares.length; i++) {
            shares[i] = exact.get(i).divide(scale).longValueExact();
            given = Math.addExact(given, shares[i]);
        }
        long left = whole - given;
        if (left < 0 || left > shares.length) {
            throw new IllegalArgumentException(whole + " is not the sum of parts that are " + given + " rounded down");
        }
        IntStream.range(0, shares.length)
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> exact.get(i).mod(scale))
                        .reversed())
                .limit(left)
                .forEach(i -> shares[i]++);
        return shares;
    }
}
