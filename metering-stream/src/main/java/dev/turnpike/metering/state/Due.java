package dev.turnpike.metering.state;

import dev.turnpike.metering.budget.RequestAccount;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.kafka.common.utils.Bytes;

/**
 * Something to be looked at when its time has come.
 *
 * @param at milliseconds since 1970-01-01 UTC
 * @param subject its key in the store of its kind
 */
public record Due(long at, Kind kind, String subject) {

    /** In which order things that are due at the same instant are done: a position ends after the accounts that use it. */
    public enum Kind {
        /** An account with an open hold. */
        OPEN_ACCOUNT(0),
        ACCOUNT(1),
        POSITION(2),
        SPEND_CELL(3),
        UNPRICED_ALERT(4),
        RAISED_ALERT(5),
        BUDGET_WATCH(6);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        private static Kind of(byte code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("nothing known is due as " + code);
        }
    }

    /** When an account is to be looked at next. */
    public static Due of(RequestAccount account, String key, Duration horizon) {
        Kind kind = account.openHolds() > 0 ? Kind.OPEN_ACCOUNT : Kind.ACCOUNT;
        return new Due(account.nextDeadline(horizon.toMillis()), kind, key);
    }

    // big-endian and not negative: the order of the bytes is that of time
    Bytes encode() {
        byte[] name = subject.getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES + 1 + name.length)
                .putLong(at)
                .put(kind.code)
                .put(name)
                .array());
    }

    static Due decode(Bytes key) {
        ByteBuffer bytes = ByteBuffer.wrap(key.get());
        long at = bytes.getLong();
        Kind kind = Kind.of(bytes.get());
        return new Due(at, kind, StandardCharsets.UTF_8.decode(bytes).toString());
    }

    /** Before everything that is due at an instant. */
    static Bytes from(long at) {
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(at).array());
    }
}
