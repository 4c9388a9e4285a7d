package dev.turnpike.gateway.chat;

import java.util.Map;

/** What goes back to a client. Nothing here waits: what the client does not take yet is kept, up to a bound. */
public interface Reply {

    /** Begins it. */
    void start(int status, String contentType, Map<String, String> headers);

    void write(byte[] bytes);

    /** Ends it well; the trailers follow the body where the client's HTTP has room for them. */
    void end(Map<String, String> trailers);

    /** Says, once and on any thread, if the client goes away or is cut off before it has got everything. */
    void whenGone(Runnable action);

    /** Refuses a call whose reply has not begun. */
    default void refuse(Refusal refusal, Map<String, String> headers) {
        Map<String, String> all = refusal.headers();
        all.putAll(headers);
        start(refusal.status(), "application/json", all);
        write(refusal.body());
        end(Map.of());
    }
}
