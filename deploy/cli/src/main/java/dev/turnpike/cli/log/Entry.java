package dev.turnpike.cli.log;

import dev.turnpike.schemas.Topic;

/**
 * A record as it stands in a topic.
 *
 * @param timestamp the record's time, milliseconds since 1970-01-01 UTC
 * @param key the key as text
 * @param value what it holds
 */
public record Entry<V>(Topic<?> topic, int partition, long offset, long timestamp, String key, V value) {

    /** Where it stands, for people who look for it. */
    public String place() {
        return topic.suffix() + '-' + partition + '@' + offset;
    }
}
