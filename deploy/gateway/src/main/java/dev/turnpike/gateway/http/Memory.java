package dev.turnpike.gateway.http;

import java.util.concurrent.atomic.AtomicLong;

/** A bound on the bytes that all clients together may have us keep: bodies on their way in, and what is not taken yet. */
final class Memory {

    private final long most;
    private final AtomicLong taken = new AtomicLong();

    Memory(long most) {
        this.most = most;
    }

    boolean take(long bytes) {
        if (taken.addAndGet(bytes) > most) {
            taken.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void give(long bytes) {
        taken.addAndGet(-bytes);
    }

    long taken() {
        return taken.get();
    }
}
