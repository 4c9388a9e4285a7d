package dev.turnpike.router.processor;

import org.jspecify.annotations.Nullable;

/** What a processor gets when it is initialized, and has from then on. */
final class Started {

    private Started() {}

    static <T> T of(@Nullable T initialized) {
        if (initialized == null) {
            throw new IllegalStateException("process before init");
        }
        return initialized;
    }
}
