package dev.turnpike.failure;

import dev.turnpike.failure.Instance.Role;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A fault that was injected.
 *
 * @param target what it hit
 * @param atNanos when it began, by {@link System#nanoTime}
 */
record Fault(Kind kind, String target, long atNanos) {

    /** What can go wrong. */
    enum Kind {
        /** A moment without a fault of its own: what recovery looks like when there is nothing to recover from. */
        CONTROL(null),
        KILL_ROUTER(Role.ROUTER),
        KILL_METER(Role.METER),
        KILL_SINK(Role.SINK),
        KILL_BROKER(Role.BROKER),
        STOP_ROUTER(Role.ROUTER),
        STOP_METER(Role.METER),
        STOP_SINK(Role.SINK),
        STOP_BROKER(Role.BROKER),
        FREEZE_ROUTER(Role.ROUTER),
        FREEZE_METER(Role.METER),
        FREEZE_SINK(Role.SINK),
        CUT_LINK(null),
        SLOW_LINK(null),
        REGISTRY_GONE(null),
        FULL_DISK_ROUTER(Role.ROUTER),
        FULL_DISK_METER(Role.METER),
        FULL_DISK_BROKER(Role.BROKER),
        CLOCK_BROKER(Role.BROKER),
        CLOCK_SINK(Role.SINK);

        private final @Nullable Role role;

        Kind(@Nullable Role role) {
            this.role = role;
        }

        /** What it hits; null where it hits no process. */
        @Nullable
        Role role() {
            return role;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }
}
