package dev.turnpike.sink.provider.call;

/** A place among the open calls of a provider, asked for or held. */
public final class Slot implements AutoCloseable {

    private final Slots slots;
    final Runnable granted;
    // guarded by the slots
    boolean isHeld;

    Slot(Slots slots, Runnable granted) {
        this.slots = slots;
        this.granted = granted;
    }

    /** Gives it back, or no longer waits for it; a second time it does nothing. */
    @Override
    public void close() {
        slots.release(this);
    }
}
