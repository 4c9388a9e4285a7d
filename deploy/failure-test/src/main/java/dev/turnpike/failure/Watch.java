package dev.turnpike.failure;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.registry.RegistryException;
import dev.turnpike.schemas.serde.EventSerdes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads along what is committed: when something arrived on which partition, and what is still open. The figures that are
 * judged are worked out from the topics at the end; this tells when it is the end.
 */
final class Watch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final List<Topic<?>> READ =
            List.of(Topics.DECISIONS, Topics.LEDGER, Topics.COMPLETIONS, Topics.BUDGETS);

    private final Cluster cluster;
    private final EventSerdes serdes;
    private final Thread thread = new Thread(this::run, "watch");
    private final Map<Topic<?>, List<List<Long>>> arrivals = new HashMap<>();
    private final Map<PositionKey, Long> held = new HashMap<>();
    private final Map<PositionKey, BudgetState> states = new HashMap<>();
    private final Set<String> decided = new HashSet<>();
    private long dispatched;
    private long rejected;
    private volatile boolean open = true;
    private volatile long lastOutput = System.nanoTime();

    Watch(Cluster cluster) {
        this.cluster = cluster;
        this.serdes = cluster.serdes();
        for (Topic<?> topic : READ) {
            List<List<Long>> partitions = new ArrayList<>();
            for (int partition = 0; partition < World.PARTITIONS; partition++) {
                partitions.add(new ArrayList<>());
            }
            arrivals.put(topic, partitions);
        }
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** When something was decided or booked for the last time, by {@link System#nanoTime}. */
    long lastOutput() {
        return lastOutput;
    }

    synchronized long dispatched() {
        return dispatched;
    }

    synchronized long rejected() {
        return rejected;
    }

    /** Whether all of these requests have a decision. */
    synchronized boolean hasDecided(Set<String> requests) {
        return decided.containsAll(requests);
    }

    synchronized long booked() {
        return arrivals.getOrDefault(Topics.LEDGER, List.of()).stream()
                .mapToLong(List::size)
                .sum();
    }

    /** Windows in which more was held than is closed, by the requests unit-independent cost. */
    synchronized long openWindows() {
        return held.entrySet().stream()
                .filter(window -> {
                    BudgetState state = states.get(window.getKey());
                    return state == null || Amounts.of(state.getClosed()).nanoUsd() != window.getValue();
                })
                .count();
    }

    /** Whether there has been something on every partition of a topic. */
    synchronized boolean hasAll(Topic<?> topic) {
        return arrivals.getOrDefault(topic, List.of()).stream().noneMatch(List::isEmpty);
    }

    /**
     * How long after a moment something had arrived on every partition of some topics; negative where on one of them nothing
     * came any more.
     */
    synchronized long recoveredNanos(List<Topic<?>> topics, long since) {
        long latest = 0;
        for (Topic<?> topic : topics) {
            for (List<Long> partition : arrivals.getOrDefault(topic, List.of())) {
                int place = firstAfter(partition, since);
                if (place == partition.size()) {
                    return -1;
                }
                latest = Math.max(latest, partition.get(place) - since);
            }
        }
        return latest;
    }

    @Override
    public void close() throws InterruptedException {
        open = false;
        thread.join();
    }

    private static int firstAfter(List<Long> times, long since) {
        int low = 0;
        int high = times.size();
        while (low < high) {
            int middle = (low + high) / 2;
            if (times.get(middle) > since) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private void run() {
        Map<String, Topic<?>> byName = new HashMap<>();
        List<TopicPartition> partitions = new ArrayList<>();
        for (Topic<?> topic : READ) {
            byName.put(cluster.name(topic), topic);
            for (int partition = 0; partition < World.PARTITIONS; partition++) {
                partitions.add(new TopicPartition(cluster.name(topic), partition));
            }
        }
        try (Consumer<byte[], byte[]> consumer = cluster.consumer()) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (open) {
                try {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                        Topic<?> topic = byName.get(record.topic());
                        if (topic != null && record.value() != null) {
                            take(topic, record);
                        }
                    }
                } catch (KafkaException e) {
                    LOG.warn("reading along: {}", e.toString());
                }
            }
        }
    }

    private synchronized void take(Topic<?> topic, ConsumerRecord<byte[], byte[]> record) {
        List<List<Long>> partitions = arrivals.get(topic);
        if (partitions != null) {
            partitions.get(record.partition()).add(System.nanoTime());
        }
        if (topic == Topics.DECISIONS || topic == Topics.LEDGER) {
            lastOutput = System.nanoTime();
        }
        if (topic == Topics.DECISIONS) {
            Decision decision = read(Topics.DECISIONS, record);
            decided.add(Load.id(decision.getTeam(), decision.getRequestId()));
            if (decision.getOutcome().equals("rejected")) {
                rejected++;
                return;
            }
            dispatched++;
            Set<PositionKey> windows = new HashSet<>();
            decision.getWindows().forEach(view -> windows.add(PositionKey.of(decision.getTeam(), view.getWindow())));
            long hold = decision.getHold() == null ? 0 : decision.getHold().getNanoUsd();
            windows.forEach(key -> held.merge(key, hold, Long::sum));
        } else if (topic == Topics.BUDGETS) {
            BudgetState state = read(Topics.BUDGETS, record);
            states.put(PositionKey.of(state), state);
        }
    }

    /** Waits for a registry that is gone: the schema is not known yet. */
    private <V extends SpecificRecord> V read(Topic<V> topic, ConsumerRecord<byte[], byte[]> record) {
        while (true) {
            try {
                return serdes.avro(topic).deserializer().deserialize(record.topic(), record.value());
            } catch (RegistryException e) {
                LOG.warn("reading along: {}", e.toString());
            }
        }
    }
}
