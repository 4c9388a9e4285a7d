package dev.turnpike.gateway.chat;

import org.jspecify.annotations.Nullable;

/**
 * Who speaks: what the key that came with a call says.
 *
 * @param keyHash by which the key is known
 * @param user null: the key is the team's, and its bearer may say who uses it
 */
public record Holder(String keyHash, String team, @Nullable String user) {}
