package dev.turnpike.gateway.http;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** How many calls may be under way, and the bytes that may be kept for them. */
public final class Places {

    private final int most;
    private final Memory memory;
    private final AtomicInteger taken = new AtomicInteger();

    public Places(int most, long mostBytes) {
        this.most = most;
        this.memory = new Memory(mostBytes);
    }

    /** A place among the calls; given back once. */
    final class Place {

        private final AtomicBoolean isTaken = new AtomicBoolean(true);

        void leave() {
            if (isTaken.compareAndSet(true, false)) {
                taken.decrementAndGet();
            }
        }
    }

    /** Calls under way. */
    public int taken() {
        return taken.get();
    }

    /** Bytes kept for calls. */
    public long bytes() {
        return memory.taken();
    }

    @Nullable
    Place enter() {
        if (taken.incrementAndGet() > most) {
            taken.decrementAndGet();
            return null;
        }
        return new Place();
    }

    Memory memory() {
        return memory;
    }
}
