package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.Topic;

/** Where a record stands. */
record Place(Topic<?> topic, int partition, long offset) {

    static Place of(Entry<?> entry) {
        return new Place(entry.topic(), entry.partition(), entry.offset());
    }

    @Override
    public String toString() {
        return topic.suffix() + '-' + partition + '@' + offset;
    }
}
