package dev.turnpike.cluster;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/**
 * What broken and hostile clients send: texts and bytes that are almost right, from a seed.
 *
 * <p>How many of them a test tries is the system property {@code turnpike.fuzz}, and the first seed {@code turnpike.fuzz.seed}; the
 * ordinary run tries few, and always the same.
 */
public final class Damage {

    // what parsers trip over: ends of ranges, other types, other planes, closing too soon
    private static final String[] WORDS = {
        "null",
        "-1",
        "0",
        "9223372036854775807",
        "-9223372036854775808",
        "1e999",
        "1e-999",
        "1e99999999999",
        "NaN",
        "0.0000000001",
        "99999999999999999999",
        "\"\"",
        "{}",
        "[]",
        "true",
        "\u0000",
        "\uD83D\uDE00",
        "\uFEFF",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\n",
        "\\",
        "*",
        "&a",
        "*a",
        "!!java.lang.Runtime",
        "---\n",
        "<<: ",
        "\t"
    };

    private final RandomGenerator random;

    public Damage(long seed) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /** How many to try. */
    public static int tries(int ordinarily) {
        return Integer.getInteger("turnpike.fuzz", ordinarily);
    }

    /**
     * The seeds to try.
     *
     * @param each how many texts come of a seed; ordinarily there are four seeds
     */
    public static IntStream seeds(int each) {
        return IntStream.range(0, Math.max(1, tries(4 * each) / each))
                .map(seed -> Integer.getInteger("turnpike.fuzz.seed", 1) + seed);
    }

    public RandomGenerator random() {
        return random;
    }

    @SafeVarargs
    public final <T> T oneOf(T... values) {
        return values[random.nextInt(values.length)];
    }

    /** A text with up to four of its places changed, dropped, repeated or filled with what parsers trip over. */
    public String of(String text) {
        StringBuilder damaged = new StringBuilder(text);
        for (int i = random.nextInt(5); i > 0 && !damaged.isEmpty(); i--) {
            int at = random.nextInt(damaged.length());
            int end = Math.min(damaged.length(), at + 1 + random.nextInt(12));
            switch (random.nextInt(6)) {
                case 0 -> damaged.setLength(at);
                case 1 -> damaged.delete(at, end);
                case 2 -> damaged.insert(at, damaged.substring(at, end));
                case 3 -> damaged.setCharAt(at, (char) random.nextInt(0x3000));
                case 4 -> damaged.insert(at, oneOf(WORDS));
                default -> damaged.replace(at, end, oneOf(WORDS));
            }
        }
        return damaged.toString();
    }

    /** The same with bytes. */
    public byte[] of(byte[] bytes) {
        byte[] damaged = bytes.clone();
        for (int i = random.nextInt(5); i > 0 && damaged.length > 0; i--) {
            int at = random.nextInt(damaged.length);
            switch (random.nextInt(4)) {
                case 0 -> damaged = Arrays.copyOf(damaged, at);
                case 1 -> damaged[at] = (byte) random.nextInt(256);
                case 2 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                default -> damaged = inserted(damaged, at, oneOf(WORDS).getBytes(StandardCharsets.UTF_8));
            }
        }
        return damaged;
    }

    /** Nothing but noise. */
    public byte[] noise(int most) {
        byte[] noise = new byte[random.nextInt(most + 1)];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] inserted(byte[] bytes, int at, byte[] more) {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + more.length);
        System.arraycopy(bytes, at, longer, at + more.length, bytes.length - at);
        System.arraycopy(more, 0, longer, at, more.length);
        return longer;
    }
}
