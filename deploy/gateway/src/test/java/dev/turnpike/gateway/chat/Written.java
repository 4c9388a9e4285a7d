package dev.turnpike.gateway.chat;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A reply that can be looked at. */
public final class Written implements Reply {

    public int status;
    public Map<String, String> headers = Map.of();
    public String body = "";
    public Map<String, String> trailers;
    private Runnable whenGone = () -> {};

    @Override
    public void start(int status, String contentType, Map<String, String> headers) {
        if (this.status != 0) {
            throw new IllegalStateException("began twice");
        }
        this.status = status;
        this.headers = headers;
    }

    @Override
    public void write(byte[] bytes) {
        if (status == 0 || trailers != null) {
            throw new IllegalStateException("written before it began or after it ended");
        }
        body += new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void end(Map<String, String> trailers) {
        if (this.trailers != null) {
            throw new IllegalStateException("ended twice");
        }
        this.trailers = trailers;
    }

    @Override
    public void whenGone(Runnable action) {
        whenGone = action;
    }

    /** As a client whose connection breaks. */
    public void goAway() {
        whenGone.run();
    }

    public boolean isOver() {
        return trailers != null;
    }
}
