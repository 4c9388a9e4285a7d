package dev.turnpike.cli.eval;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Which prompts ask the same question, and on which side of a split a question falls.
 *
 * <p>A question is its first 160 letters and digits. Where more than one prompt in fifty begins with the same 160, they
 * are the data set's instruction ("You are given a Python function …"), and the next 160 count: otherwise a whole kind
 * of task would be one question.
 */
final class Questions {

    private static final int LENGTH = 160;
    private static final int INSTRUCTION_SHARE = 50;

    private Questions() {}

    static List<String> of(List<String> prompts) {
        List<String> plain = prompts.stream().map(Questions::lettersAndDigits).toList();
        int[] start = new int[plain.size()];
        List<String> questions = new ArrayList<>(plain.size());
        plain.forEach(text -> questions.add(part(text, 0)));
        boolean moved = true;
        while (moved) {
            moved = false;
            Map<String, Integer> count = new HashMap<>();
            questions.forEach(question -> count.merge(question, 1, Integer::sum));
            for (int i = 0; i < start.length; i++) {
                boolean instruction = count.getOrDefault(questions.get(i), 0) * INSTRUCTION_SHARE > start.length;
                if (instruction
                        && start.length >= INSTRUCTION_SHARE
                        && plain.get(i).length() > start[i] + LENGTH) {
                    start[i] += LENGTH;
                    questions.set(i, part(plain.get(i), start[i]));
                    moved = true;
                }
            }
        }
        return questions;
    }

    /** The part, of so many, that a question (or any other key) falls into. */
    static int part(String key, long seed, int parts) {
        CRC32 crc = new CRC32();
        crc.update(key.getBytes(StandardCharsets.UTF_8));
        // the finalizer of SplitMix64: a seed of its own gives a split of its own
        long hash = crc.getValue() + (seed + 1) * 0x9E3779B97F4A7C15L;
        hash = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
        hash = (hash ^ (hash >>> 27)) * 0x94D049BB133111EBL;
        return (int) Long.remainderUnsigned(hash ^ (hash >>> 31), parts);
    }

    private static String part(String text, int from) {
        return text.substring(from, Math.min(text.length(), from + LENGTH));
    }

    private static String lettersAndDigits(String prompt) {
        StringBuilder plain = new StringBuilder();
        prompt.toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(Character::isLetterOrDigit)
                .forEach(plain::appendCodePoint);
        return plain.toString();
    }
}
