package dev.turnpike.schemas;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Form-encoding of the parts of keys, in UTF-8; most of them are plain, and are then left as they are. */
public final class FormEncoding {

    private FormEncoding() {}

    public static String encode(String part) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '_'
                    || c == '.'
                    || c == '*';
            if (!plain) {
                return URLEncoder.encode(part, StandardCharsets.UTF_8);
            }
        }
        return part;
    }

    /** @throws IllegalArgumentException if it is no form-encoding */
    public static String decode(String part) {
        return part.indexOf('%') < 0 && part.indexOf('+') < 0 ? part : URLDecoder.decode(part, StandardCharsets.UTF_8);
    }
}
