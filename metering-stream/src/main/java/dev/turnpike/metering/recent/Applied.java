package dev.turnpike.metering.recent;

import dev.turnpike.document.Document;
import org.jspecify.annotations.Nullable;

/**
 * A document in force.
 *
 * @param offset of its record in the topic of its kind, which identifies this version of it
 * @param at when it was applied, milliseconds since 1970-01-01 UTC
 * @param by who applied it; null where the record does not say
 */
public record Applied(
        Document document, long offset, long at, @Nullable String by) {}
