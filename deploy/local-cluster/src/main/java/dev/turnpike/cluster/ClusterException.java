package dev.turnpike.cluster;

import org.jspecify.annotations.Nullable;

/** A broker or registry that cannot start; the message's first line names what is in the way and the cure. */
public final class ClusterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ClusterException(String message) {
        this(message, null);
    }

    ClusterException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
