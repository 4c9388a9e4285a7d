package dev.turnpike.cli.log;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads many partitions once, each from its beginning to a given end, in the order of the records' times.
 *
 * <p>Records of one partition keep their order, whatever their times: among the next records of all partitions the oldest
 * comes first. So a cause and its effects come close together, and whoever joins them holds little.
 */
public final class TimeOrder implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final long PATIENCE_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int BUFFERED = 500;

    private final Consumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, Lane> lanes = new HashMap<>();
    private final Set<Lane> waiting = new HashSet<>();
    private final PriorityQueue<Lane> ready = new PriorityQueue<>();

    /** The records of one partition that were fetched and not yet handed out. */
    private static final class Lane implements Comparable<Lane> {

        final TopicPartition partition;
        final int rank;
        final long end;
        final Deque<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();
        boolean complete;
        long begin;
        long next;

        void handedOut(long offset) {
            // where a log begins is seen only by what is read of it
            begin = next == 0 ? offset : begin;
            next = offset + 1;
        }

        Lane(TopicPartition partition, int rank, long end) {
            this.partition = partition;
            this.rank = rank;
            this.end = end;
        }

        @Override
        public int compareTo(Lane other) {
            int byTime = Long.compare(time(), other.time());
            int byRank = byTime != 0 ? byTime : Integer.compare(rank, other.rank);
            return byRank != 0 ? byRank : Integer.compare(partition.partition(), other.partition.partition());
        }

        private long time() {
            ConsumerRecord<byte[], byte[]> head = fetched.peek();
            return head == null ? Long.MAX_VALUE : head.timestamp();
        }
    }

    /**
     * @param ends per partition the offset at which reading stops, exclusive
     * @param rank per topic name its place among records of the same time
     */
    TimeOrder(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends, ToIntFunction<String> rank) {
        this.consumer = consumer;
        List<TopicPartition> partitions = new ArrayList<>();
        ends.forEach((partition, end) -> {
            if (end > 0) {
                partitions.add(partition);
                lanes.put(partition, new Lane(partition, rank.applyAsInt(partition.topic()), end));
            }
        });
        waiting.addAll(lanes.values());
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** The time of the next record of each partition that has one. */
    public Map<TopicPartition, Long> heads() {
        settleAll();
        return ready.stream().collect(Collectors.toMap(lane -> lane.partition, Lane::time));
    }

    /** The next record; null after the last. */
    public @Nullable ConsumerRecord<byte[], byte[]> next() {
        settleAll();
        Lane lane = ready.poll();
        if (lane == null) {
            return null;
        }
        ConsumerRecord<byte[], byte[]> record = lane.fetched.remove();
        lane.handedOut(record.offset());
        if (!lane.fetched.isEmpty()) {
            ready.add(lane);
        } else if (!lane.complete) {
            waiting.add(lane);
        }
        return record;
    }

    /** How much of what is to be read has been handed out, 0 to 1. */
    public double share() {
        long done = 0;
        long all = 0;
        for (Lane lane : lanes.values()) {
            done += Math.max(0, lane.next - lane.begin);
            all += lane.end - lane.begin;
        }
        return all == 0 ? 1 : (double) done / all;
    }

    @Override
    public void close() {
        consumer.close();
    }

    private void settleAll() {
        while (!waiting.isEmpty()) {
            fetch();
        }
    }

    private void fetch() {
        waiting.forEach(lane -> consumer.resume(List.of(lane.partition)));
        long began = System.nanoTime();
        Set<Lane> before = Set.copyOf(waiting);
        while (waiting.equals(before)) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                Lane lane = lanes.get(new TopicPartition(record.topic(), record.partition()));
                if (lane != null && record.offset() < lane.end) {
                    lane.fetched.add(record);
                }
            }
            lanes.values().forEach(this::settle);
            if (System.nanoTime() - began > PATIENCE_NANOS) {
                Lane stuck = waiting.iterator().next();
                throw new KafkaException(stuck.partition + ": nothing to read before offset " + stuck.end
                        + " for 30 s; a transaction may be open, try again");
            }
        }
    }

    private void settle(Lane lane) {
        if (lane.complete) {
            return;
        }
        // markers of transactions move the position on, records alone would not
        lane.complete = consumer.position(lane.partition) >= lane.end;
        if (lane.complete || lane.fetched.size() >= BUFFERED) {
            consumer.pause(List.of(lane.partition));
        }
        if (waiting.contains(lane) && (lane.complete || !lane.fetched.isEmpty())) {
            waiting.remove(lane);
            if (!lane.fetched.isEmpty()) {
                ready.add(lane);
            }
        }
    }
}
