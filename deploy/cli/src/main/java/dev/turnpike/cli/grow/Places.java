package dev.turnpike.cli.grow;

import dev.turnpike.schemas.Topic;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Where the records of the old partitions went.
 *
 * <p>The new count is a multiple of the old one, so what is in a new partition was in one old partition, and in the same order. A
 * list per new partition of the offsets that its records had says it all: 8 bytes a record.
 */
final class Places {

    private final Map<Slot, Lane> lanes = new HashMap<>();

    private record Slot(Topic<?> topic, int partition) {}

    private static final class Lane {

        private final long first;
        private long[] old = new long[16];
        private int size;

        Lane(long first) {
            this.first = first;
        }

        void add(long offset) {
            if (size == old.length) {
                old = Arrays.copyOf(old, size + (size >> 1));
            }
            old[size++] = offset;
        }

        /** How many of its records had an offset below this one. */
        int below(long offset) {
            int found = Arrays.binarySearch(old, 0, size, offset);
            if (found < 0) {
                return -found - 1;
            }
            // copies of one record share its offset
            while (found > 0 && old[found - 1] == offset) {
                found--;
            }
            return found;
        }
    }

    /** @param first the offset of the first copy: above 0 where records of the old partition are no longer kept */
    void begin(Topic<?> topic, int partition, long first) {
        lanes.put(new Slot(topic, partition), new Lane(first));
    }

    void add(Topic<?> topic, int partition, long oldOffset) {
        lane(topic, partition).add(oldOffset);
    }

    /** The offset that the next copy gets. */
    long end(Topic<?> topic, int partition) {
        Lane lane = lane(topic, partition);
        return lane.first + lane.size;
    }

    boolean holds(Topic<?> topic, int partition, long oldOffset) {
        Lane lane = lane(topic, partition);
        int index = lane.below(oldOffset);
        return index < lane.size && lane.old[index] == oldOffset;
    }

    /** The offset of a record; one before the first where it was no longer kept. Below 0 stands for none, and stays. */
    long of(Topic<?> topic, int partition, long oldOffset) {
        if (oldOffset < 0) {
            return oldOffset;
        }
        return holds(topic, partition, oldOffset)
                ? before(topic, partition, oldOffset)
                : lane(topic, partition).first - 1;
    }

    /** The offset before which all is that was before another. */
    long before(Topic<?> topic, int partition, long oldOffset) {
        if (oldOffset < 0) {
            return oldOffset;
        }
        Lane lane = lane(topic, partition);
        return lane.first + lane.below(oldOffset);
    }

    /** The offset of the last that was not behind another. */
    long upTo(Topic<?> topic, int partition, long oldOffset) {
        return oldOffset < 0 ? oldOffset : before(topic, partition, oldOffset + 1) - 1;
    }

    private Lane lane(Topic<?> topic, int partition) {
        Lane lane = lanes.get(new Slot(topic, partition));
        if (lane == null) {
            throw new IllegalStateException(topic.suffix() + "-" + partition + ": is not copied yet");
        }
        return lane;
    }
}
