package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.Topic;

/** A partition of a topic. */
record Slot(Topic<?> topic, int partition) {

    static Slot of(Entry<?> entry) {
        return new Slot(entry.topic(), entry.partition());
    }
}
