package dev.turnpike.gateway.http;

import dev.turnpike.gateway.chat.Reply;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A reply that is written as fast as its client takes it, by whichever thread has something to write or is told that there
 * is room; none waits. What the client does not take is kept up to a bound; beyond it the client is cut off.
 */
final class ServletReply implements Reply, WriteListener {

    /** Of one client, beyond what the connection itself holds. */
    static final int MOST_KEPT = 1 << 20;

    private final AsyncContext async;
    private final HttpServletResponse response;
    private final Memory memory;
    private final IntConsumer ended;
    private final Departure departure;

    private final Deque<byte[]> unwritten = new ArrayDeque<>();
    private long kept;
    private @Nullable ServletOutputStream out;
    private boolean hasRoom;
    private boolean isUnflushed;
    private boolean isLast;
    private boolean isClosed;
    private Map<String, String> trailers = Map.of();
    private @Nullable Runnable whenGone;
    private boolean isGone;

    /** @param ended is told the status, once; 499 where the client went away */
    ServletReply(AsyncContext async, Memory memory, IntConsumer ended) {
        this.async = async;
        this.response = (HttpServletResponse) async.getResponse();
        this.memory = memory;
        this.ended = ended;
        this.departure = Departure.watch((HttpServletRequest) async.getRequest(), () -> gone());
    }

    @Override
    public void start(int status, String contentType, Map<String, String> headers) {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            response.setStatus(status);
            response.setContentType(contentType);
            headers.forEach(response::setHeader);
            if (departure.hasTakenBytes()) {
                response.setHeader("connection", "close");
            }
            if (contentType.startsWith("text/event-stream")
                    && async.getRequest().getProtocol().equals("HTTP/1.1")) {
                response.setHeader("trailer", "x-turnpike-cost-usd");
                response.setTrailerFields(() -> trailers);
            }
        }
        try {
            ServletOutputStream opened = response.getOutputStream();
            synchronized (this) {
                out = opened;
            }
            opened.setWriteListener(this);
        } catch (IOException | IllegalStateException e) {
            gone();
        }
    }

    @Override
    public void write(byte[] bytes) {
        boolean fits;
        synchronized (this) {
            if (isClosed) {
                return;
            }
            // one piece is always taken: it is there already
            fits = unwritten.isEmpty() || kept + bytes.length <= MOST_KEPT;
            fits = fits && memory.take(bytes.length);
            if (fits) {
                unwritten.add(bytes);
                kept += bytes.length;
            }
        }
        if (fits) {
            drain();
        } else {
            gone();
        }
    }

    @Override
    public void end(Map<String, String> last) {
        synchronized (this) {
            trailers = last;
            isLast = true;
        }
        drain();
    }

    @Override
    public void whenGone(Runnable action) {
        synchronized (this) {
            if (!isGone) {
                whenGone = action;
                return;
            }
        }
        action.run();
    }

    @Override
    public void onWritePossible() {
        synchronized (this) {
            hasRoom = true;
        }
        drain();
    }

    @Override
    public void onError(Throwable failure) {
        gone();
    }

    private void drain() {
        boolean isBroken = false;
        boolean completes = false;
        synchronized (this) {
            try {
                writeWhatHasRoom();
                if (isLast && hasRoom && unwritten.isEmpty() && !isUnflushed && !isClosed) {
                    isClosed = true;
                    completes = true;
                }
            } catch (IOException e) {
                isBroken = true;
            }
        }
        if (isBroken) {
            gone();
        } else if (completes) {
            complete(response.getStatus());
        }
    }

    private void writeWhatHasRoom() throws IOException {
        ServletOutputStream stream = out;
        if (stream == null || isClosed) {
            return;
        }
        while (hasRoom && !unwritten.isEmpty()) {
            byte[] bytes = unwritten.remove();
            kept -= bytes.length;
            memory.give(bytes.length);
            stream.write(bytes);
            isUnflushed = true;
            hasRoom = stream.isReady();
        }
        if (hasRoom && isUnflushed) {
            isUnflushed = false;
            stream.flush();
            hasRoom = stream.isReady();
        }
    }

    private void complete(int status) {
        departure.end();
        ended.accept(status);
        async.complete();
    }

    /** The client does not get the rest. */
    private void gone() {
        Runnable action;
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
            isGone = true;
            unwritten.clear();
            memory.give(kept);
            kept = 0;
            action = whenGone;
            whenGone = null;
        }
        departure.close();
        try {
            // before the place is given back, so that the client's next try finds what it left behind
            if (action != null) {
                action.run();
            }
        } finally {
            ended.accept(499);
            async.complete();
        }
    }
}
