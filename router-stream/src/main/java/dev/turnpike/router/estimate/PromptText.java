package dev.turnpike.router.estimate;

import java.util.Arrays;

/**
 * What a prompt looks like in numbers: hashed words and word pairs with their counts, and its shape.
 *
 * <p>One pass over the text. A word is a run of letters (case ignored), a number a run of digits (only its length
 * counts), every other visible character stands alone; each token and each pair of neighbours falls into one of {@link
 * #BUCKETS} buckets. The shape is a fixed list of lengths, shares and counts: how long the question and its answer
 * options are, how many digits, capitals and signs, how long the words, how large the numbers.
 *
 * <p>Only the first {@link #READ} characters are read, so that the time is bounded; the total length still counts. Every
 * number comes from whole-number arithmetic, additions or {@link StrictMath}: the same text gives the same bits on every
 * machine. An instance is scratch space, reused from text to text by one thread.
 */
final class PromptText {

    static final int BUCKETS = 1 << 15;
    static final int SHAPE = 25;
    static final int READ = 3_000;

    private static final int MAX_OPTIONS = 32;
    private static final float[] LOG = logs();

    private final int[] counts = new int[BUCKETS];
    private final int[] touched = new int[2 * READ];
    private final double[] shape = new double[SHAPE];
    private final int[] optionLengths = new int[MAX_OPTIONS];
    private int size;

    // running state of one reading
    private int tokens;
    private int distinct;
    private int words;
    private int longWords;
    private int letters;
    private int longestWord;
    private int previous;
    private boolean negated;

    /** Reads a text; what was read before is forgotten. */
    void read(String text) {
        clear();
        int end = Math.min(text.length(), READ);
        int digits = 0;
        int capitals = 0;
        int signs = 0;
        int formulaSigns = 0;
        int numbers = 0;
        double largest = 0;
        int commas = 0;
        int stops = 0;
        int lines = 1;
        boolean question = false;
        boolean blank = false;
        boolean dollar = false;
        boolean backslash = false;
        int at = 0;
        while (at < end) {
            char c = text.charAt(at);
            if (isLetter(c)) {
                int start = at;
                int hash = 17;
                while (at < end && isLetter(c = text.charAt(at))) {
                    char lower = lower(c);
                    if (lower != c) {
                        capitals++;
                    }
                    hash = hash * 31 + lower;
                    at++;
                }
                word(hash, at - start);
            } else if (c >= '0' && c <= '9') {
                int start = at;
                double value = 0;
                while (at < end && (c = text.charAt(at)) >= '0' && c <= '9') {
                    value = value * 10 + (c - '0');
                    at++;
                }
                digits += at - start;
                numbers++;
                largest = Math.max(largest, Math.min(value, 1e15));
                token(1_000 + Math.min(at - start, 4));
            } else {
                if (c > ' ') {
                    signs++;
                    token(2_000 + c);
                }
                switch (c) {
                    case '\n' -> lines++;
                    case ',' -> commas++;
                    case '.' -> stops++;
                    case '?' -> question = true;
                    case '_' -> blank = true;
                    case '$' -> {
                        dollar = true;
                        formulaSigns++;
                    }
                    case '\\' -> {
                        backslash = true;
                        formulaSigns++;
                    }
                    case '=', '+', '*', '^', '/', '<', '>' -> formulaSigns++;
                    default -> {}
                }
                at++;
            }
        }
        options(text, end);
        double length = end + 1.0;
        shape[0] = log1(text.length());
        shape[6] = digits / length;
        shape[7] = capitals / length;
        shape[8] = signs / length;
        shape[9] = words == 0 ? 0 : (double) letters / words;
        shape[10] = log1(numbers);
        shape[11] = log1(largest);
        shape[12] = distinct / (1.0 + tokens);
        shape[13] = log1(lines);
        shape[14] = log1(formulaSigns);
        shape[15] = longWords / (1.0 + words);
        shape[16] = flag(question);
        shape[17] = flag(blank);
        shape[18] = flag(negated);
        shape[19] = commas;
        shape[20] = stops;
        shape[21] = flag(dollar);
        shape[22] = flag(backslash);
        shape[24] = longestWord;
    }

    /** How many buckets the text fell into. */
    int size() {
        return size;
    }

    /** The i-th bucket of the text, in the order of first appearance. */
    int bucket(int i) {
        return touched[i];
    }

    /** 1 + ln of how often the i-th bucket was hit. */
    float weight(int i) {
        return LOG[Math.min(counts[touched[i]], LOG.length - 1)];
    }

    double shape(int i) {
        return shape[i];
    }

    private void word(int hash, int length) {
        words++;
        letters += length;
        longestWord = Math.max(longestWord, length);
        if (length > 8) {
            longWords++;
        }
        if (hash == NOT || hash == EXCEPT) {
            negated = true;
        }
        token(hash);
    }

    private void token(int hash) {
        tokens++;
        if (hit(hash)) {
            distinct++;
        }
        if (tokens > 1) {
            hit(previous * 0x9E3779B9 + hash);
        }
        previous = hash;
    }

    /** Whether the bucket is new to this text. */
    private boolean hit(int hash) {
        // the finalizer of MurmurHash3: neighbours spread over all buckets
        int h = hash;
        h ^= h >>> 16;
        h *= 0x85EBCA6B;
        h ^= h >>> 13;
        h *= 0xC2B2AE35;
        h ^= h >>> 16;
        int bucket = h & (BUCKETS - 1);
        if (counts[bucket]++ > 0) {
            return false;
        }
        touched[size++] = bucket;
        return true;
    }

    /** Lines such as "B. Paris": a question with options to choose from is another task than one without. */
    private void options(String text, int end) {
        int options = 0;
        int optionLetters = 0;
        int longest = 0;
        int numeric = 0;
        int start = 0;
        while (start < end) {
            int stop = text.indexOf('\n', start);
            if (stop < 0 || stop > end) {
                stop = end;
            }
            if (stop - start >= 3
                    && options < MAX_OPTIONS
                    && text.charAt(start) >= 'A'
                    && text.charAt(start) <= 'J'
                    && text.charAt(start + 1) == '.'
                    && text.charAt(start + 2) == ' ') {
                int length = stop - start;
                optionLengths[options++] = length;
                optionLetters += length;
                longest = Math.max(longest, length);
                if (isNumber(text, start + 3, stop)) {
                    numeric++;
                }
            }
            start = stop + 1;
        }
        double mean = options == 0 ? 0 : (double) optionLetters / options;
        double variance = 0;
        for (int i = 0; i < options; i++) {
            variance += (optionLengths[i] - mean) * (optionLengths[i] - mean);
        }
        shape[1] = log1(text.length() - optionLetters - options);
        shape[2] = options;
        shape[3] = log1(mean);
        shape[4] = log1(longest);
        shape[5] = options == 0 ? 0 : StrictMath.sqrt(variance / options) / (1 + mean);
        shape[23] = numeric / (1.0 + options);
    }

    private static boolean isNumber(String text, int start, int end) {
        boolean digit = false;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                digit = true;
            } else if (c != '.' && c != ',' && c != '-' && c != '$' && c != ' ') {
                return false;
            }
        }
        return digit;
    }

    private void clear() {
        for (int i = 0; i < size; i++) {
            counts[touched[i]] = 0;
        }
        size = 0;
        tokens = 0;
        distinct = 0;
        words = 0;
        longWords = 0;
        letters = 0;
        longestWord = 0;
        previous = 0;
        negated = false;
        Arrays.fill(shape, 0);
    }

    // plain ASCII is decided here: asking Character would take half of the whole time
    private static boolean isLetter(char c) {
        return c < 128 ? (c | 0x20) >= 'a' && (c | 0x20) <= 'z' : Character.isLetter(c);
    }

    private static char lower(char c) {
        if (c < 128) {
            return c <= 'Z' ? (char) (c | 0x20) : c;
        }
        return Character.toLowerCase(c);
    }

    private static double flag(boolean set) {
        return set ? 1 : 0;
    }

    private static double log1(double value) {
        return StrictMath.log(1 + Math.max(0, value));
    }

    private static final int NOT = hash("not");
    private static final int EXCEPT = hash("except");

    private static int hash(String word) {
        int hash = 17;
        for (int i = 0; i < word.length(); i++) {
            hash = hash * 31 + word.charAt(i);
        }
        return hash;
    }

    private static float[] logs() {
        float[] logs = new float[256];
        for (int i = 1; i < logs.length; i++) {
            logs[i] = (float) (1 + StrictMath.log(i));
        }
        return logs;
    }
}
