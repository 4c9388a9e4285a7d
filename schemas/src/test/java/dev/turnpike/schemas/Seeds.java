package dev.turnpike.schemas;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;

/** Seeds for properties: each is a parameter of the test, so that a failure names the one that reproduces it. */
public final class Seeds {

    private Seeds() {}

    public static LongStream few() {
        return LongStream.rangeClosed(1, 20);
    }

    /** As many as the system property {@code turnpike.fuzz} asks for where 500 records come of a seed, from {@code turnpike.fuzz.seed} on. */
    public static LongStream fuzz() {
        return LongStream.range(0, Math.max(1, Integer.getInteger("turnpike.fuzz", 10_000) / 500))
                .map(seed -> Long.getLong("turnpike.fuzz.seed", 1) + seed);
    }

    public static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /** Any long, small ones and the edges often. */
    public static long anyLong(RandomGenerator random) {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextLong(-3, 4);
            case 1 -> Long.MIN_VALUE + random.nextLong(3);
            case 2 -> Long.MAX_VALUE - random.nextLong(3);
            default -> random.nextLong() >> random.nextInt(64);
        };
    }

    /** A text of up to {@code most} characters of every kind: plain, separators, outside the first plane. */
    public static String text(RandomGenerator random, int most) {
        String alphabet = "aZ09-_.*/%+ :=é漢\n\t\"\\😀";
        int[] characters = alphabet.codePoints().toArray();
        return random.ints(random.nextInt(most + 1), 0, characters.length)
                .mapToObj(index -> Character.toString(characters[index]))
                .reduce("", String::concat);
    }
}
