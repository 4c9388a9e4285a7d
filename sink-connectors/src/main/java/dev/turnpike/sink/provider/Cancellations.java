package dev.turnpike.sink.provider;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The requests to which nobody wants an answer any more. Safe for many threads. */
final class Cancellations {

    // more than an hour holds of them, unless somebody floods the topic: then the oldest are executed after all
    static final int MOST = 100_000;

    // by hashes, since an id may be long
    private final Set<UUID> cancelled = new LinkedHashSet<>();
    private final List<Consumer<Request>> listeners = new CopyOnWriteArrayList<>();

    void add(Request request) {
        // known before it is told, so that whoever begins now sees the one or hears the other
        synchronized (this) {
            cancelled.add(hash(request));
            if (cancelled.size() > MOST) {
                Iterator<UUID> eldest = cancelled.iterator();
                eldest.next();
                eldest.remove();
            }
        }
        listeners.forEach(listener -> listener.accept(request));
    }

    synchronized boolean contains(Request request) {
        return cancelled.contains(hash(request));
    }

    /** Tells about each one from now on, on the thread that adds it. */
    void listen(Consumer<Request> listener) {
        listeners.add(listener);
    }

    void listenNoMore(Consumer<Request> listener) {
        listeners.remove(listener);
    }

    private static UUID hash(Request request) {
        return UUID.nameUUIDFromBytes((request.team() + "\n" + request.id()).getBytes(StandardCharsets.UTF_8));
    }
}
