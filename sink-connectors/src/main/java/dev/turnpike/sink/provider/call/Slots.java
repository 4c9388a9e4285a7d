package dev.turnpike.sink.provider.call;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A limited number of places, given out in the order of asking. */
final class Slots {

    private final Deque<Slot> waiting = new ArrayDeque<>();
    private final AtomicInteger queued;
    private int free;

    /** @param queued counts those that wait */
    Slots(int count, AtomicInteger queued) {
        this.free = count;
        this.queued = queued;
    }

    /** Asks for a place; {@code granted} runs once there is one, on whatever thread made it free. */
    Slot request(Runnable granted) {
        Slot slot = new Slot(this, granted);
        boolean isFree;
        synchronized (this) {
            isFree = free > 0;
            if (isFree) {
                free--;
                slot.isHeld = true;
            } else {
                waiting.add(slot);
                queued.incrementAndGet();
            }
        }
        if (isFree) {
            granted.run();
        }
        return slot;
    }

    void release(Slot slot) {
        Slot next = handOver(slot);
        if (next != null) {
            next.granted.run();
        }
    }

    private synchronized @Nullable Slot handOver(Slot slot) {
        if (!slot.isHeld) {
            if (waiting.remove(slot)) {
                queued.decrementAndGet();
            }
            return null;
        }
        slot.isHeld = false;
        Slot next = waiting.poll();
        if (next == null) {
            free++;
        } else {
            next.isHeld = true;
            queued.decrementAndGet();
        }
        return next;
    }
}
