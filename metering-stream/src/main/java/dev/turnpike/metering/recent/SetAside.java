package dev.turnpike.metering.recent;

import dev.turnpike.schemas.DeadLetter;

/**
 * A dead letter without what was in it.
 *
 * @param at its record time, milliseconds since 1970-01-01 UTC
 * @param bytes how long the value is
 */
public record SetAside(DeadLetter letter, String key, long at, int bytes) {}
