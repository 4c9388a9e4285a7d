package dev.turnpike.schemas.serde;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.regex.Pattern;

/** Foreign text as it may be shown in a message: on one line, and short. */
public final class Shown {

    private static final int VALUE = 40;
    private static final int LINE = 400;
    private static final Pattern TOKEN =
            Pattern.compile("^Unrecognized token '.*?'(?=: was expecting|$)", Pattern.DOTALL);

    private Shown() {}

    public static String value(String text) {
        return shorten(text, VALUE);
    }

    public static String line(String text) {
        return shorten(text, LINE);
    }

    /** What is wrong with a text that is no JSON, without any of its words: they may be somebody's prompt. */
    public static String problem(JsonProcessingException malformed) {
        return line(
                TOKEN.matcher(String.valueOf(malformed.getOriginalMessage())).replaceFirst("Unrecognized token"));
    }

    private static String shorten(String text, int most) {
        StringBuilder shown = new StringBuilder(Math.min(text.length(), most) + 1);
        for (int i = 0; i < text.length() && i < most; i++) {
            char c = text.charAt(i);
            shown.append(
                    Character.isISOControl(c) || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029' ? ' ' : c);
        }
        return text.length() > most ? shown.append('…').toString() : shown.toString();
    }
}
