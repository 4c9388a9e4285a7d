package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.Topic;

/** Where a record stands. */
record Place(Topic<?> topic, int partition, long offset) {

    private static final int OFFSET_BITS = 48;

    /** Partition and offset in one number, for a topic that is known. */
    static long packed(Entry<?> entry) {
        return (long) entry.partition() << OFFSET_BITS | entry.offset();
    }

    /** The place that a number stands for. */
    static Place unpacked(Topic<?> topic, long packed) {
        return new Place(topic, (int) (packed >>> OFFSET_BITS), packed & ((1L << OFFSET_BITS) - 1));
    }

    static Place of(Entry<?> entry) {
        return new Place(entry.topic(), entry.partition(), entry.offset());
    }

    @Override
    public String toString() {
        return topic.suffix() + '-' + partition + '@' + offset;
    }
}
