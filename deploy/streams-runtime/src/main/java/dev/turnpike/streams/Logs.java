package dev.turnpike.streams;

import dev.turnpike.schemas.Topic;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** What topics hold, for reading beside a stream: only what is committed. */
public interface Logs {

    /** There is no record, and so no time of one. */
    long NEVER = -1;

    /** A record; empty as key: none; null as value: a tombstone. */
    record Entry<V>(String key, @Nullable V value, long offset, long timestamp) {}

    /** Where a reading begins: at the first record of a time or later, but not behind an offset. */
    record From(long timestamp, long offset) {

        public static final From BEGINNING = new From(0, 0);

        public static From time(long timestamp) {
            return new From(timestamp, Long.MAX_VALUE);
        }
    }

    /**
     * Reads a partition up to where it ends now. Transactions that are open now are waited for. What cannot be read is passed
     * over.
     */
    <V extends SpecificRecord> void read(Topic<V> topic, int partition, From from, Consumer<Entry<V>> reader);

    /**
     * Reads a part of a partition: from an offset on, up to before another, at most so many records. Transactions that are open now
     * are not waited for, so the caller may have one open itself.
     *
     * @return the offset to go on from
     */
    <V extends SpecificRecord> long read(
            Topic<V> topic, int partition, long from, long until, int most, Consumer<Entry<V>> reader);

    /** The offset of the first record of a partition that has a time or a later one; where it ends if there is none. */
    long first(Topic<?> topic, int partition, long timestamp);

    /** The latest record time in a partition, or {@link #NEVER}. */
    long newest(Topic<?> topic, int partition);

    /** The offset that the next record of a partition gets. */
    long end(Topic<?> topic, int partition);

    /** The offset from which the application's consumer group goes on in a partition; 0 where it has not begun. */
    long committed(Topic<?> topic, int partition);
}
