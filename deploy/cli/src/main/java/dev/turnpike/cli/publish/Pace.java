package dev.turnpike.cli.publish;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Holds a loop to a rate, on average since its beginning. */
public final class Pace {

    private final double perSecond;
    private final long began = System.nanoTime();
    private long steps;

    /** @param perSecond steps per second; 0 for as fast as can be */
    public Pace(double perSecond) {
        this.perSecond = perSecond;
    }

    /** Waits until the next step is due. */
    public void step() {
        if (perSecond > 0) {
            long due = began + (long) (steps++ / perSecond * TimeUnit.SECONDS.toNanos(1));
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }
}
