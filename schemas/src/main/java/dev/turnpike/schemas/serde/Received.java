package dev.turnpike.schemas.serde;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What arrived on a topic that anybody may write to: the event, or why there is none.
 *
 * @param value the event; null if it could not be read
 * @param bytes the record's value as it came; empty where it had none
 * @param reason why it could not be read, a code of {@link dev.turnpike.schemas.DeadLetter}; null if it could
 * @param detail the same in one line for people
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below
public record Received<V>(
        @Nullable V value,
        byte[] bytes,
        @Nullable String reason,
        @Nullable String detail) {

    public Received {
        if ((value == null) == (reason == null)) {
            throw new IllegalArgumentException("either there is a value, or a reason why there is none");
        }
    }

    static <V> Received<V> readable(V value, byte[] bytes) {
        return new Received<>(value, bytes, null, null);
    }

    static <V> Received<V> unreadable(byte[] bytes, String reason, String detail) {
        return new Received<>(null, bytes, reason, detail);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Received<?> that
                && Objects.equals(value, that.value)
                && Arrays.equals(bytes, that.bytes)
                && Objects.equals(reason, that.reason)
                && Objects.equals(detail, that.detail);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Without the content, which may be a prompt. */
    @Override
    public String toString() {
        return "Received[" + bytes.length + " bytes, " + (reason == null ? "readable" : reason + ": " + detail) + "]";
    }
}
