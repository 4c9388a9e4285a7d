package dev.turnpike.schemas;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The trace a request belongs to, as headers of the same names on records and on HTTP requests (W3C Trace Context, level 1).
 *
 * @param headers {@code traceparent}, and {@code tracestate} where there is one; none where there is no trace
 */
public record Trace(Map<String, String> headers) {

    public static final Trace NONE = new Trace(Map.of());
    public static final String PARENT = "traceparent";
    public static final String STATE = "tracestate";

    private static final Pattern PARENTS = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    // the least that everybody must hand on
    private static final Pattern STATES = Pattern.compile("[ -~]{1,512}");

    /** The trace of these headers; none where they are not as the standard wants them. */
    public static Trace of(@Nullable String parent, @Nullable String state) {
        if (parent == null || !PARENTS.matcher(parent).matches()) {
            return NONE;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(PARENT, parent);
        if (state != null && STATES.matcher(state).matches()) {
            headers.put(STATE, state);
        }
        return new Trace(headers);
    }

    /** The trace that a record belongs to. */
    public static Trace of(Headers headers) {
        return of(text(headers, PARENT), text(headers, STATE));
    }

    /** Makes a record a part of this trace. */
    public void addTo(Headers record) {
        headers.forEach((name, value) -> record.add(name, value.getBytes(StandardCharsets.UTF_8)));
    }

    private static @Nullable String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
