package dev.turnpike.cli.view;

import dev.turnpike.cli.text.Table;
import dev.turnpike.cli.text.Times;
import dev.turnpike.gateway.key.IssuedKey;
import dev.turnpike.schemas.event.AccessKey;

/** How keys stand in a table. */
public final class KeyLines {

    private KeyLines() {}

    /** A key that was just made: the only time that it is seen whole. */
    public static Table<IssuedKey> created() {
        return new Table<IssuedKey>()
                .text("key", IssuedKey::secret)
                .text("team", key -> key.published().getTeam())
                .text("user", key -> key.published().getUser())
                .hidden("key_hash", key -> key.published().getKeyHash());
    }

    public static Table<AccessKey> table() {
        return new Table<AccessKey>()
                .text("key", key -> key.getHint() + "…")
                .text("team", AccessKey::getTeam)
                .text("user", AccessKey::getUser)
                .shown("created_at", false, AccessKey::getCreatedAt, Times::second)
                .hidden("key_hash", AccessKey::getKeyHash);
    }
}
