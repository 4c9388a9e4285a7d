package dev.turnpike.metering.recent;

import dev.turnpike.document.Document;
import dev.turnpike.document.Kind;
import dev.turnpike.document.Published;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.registry.RegistryException;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.streams.StreamsSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that reads committed records of all partitions into {@link Recent}: tables whole, the others from near their ends. */
public final class RecentReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RecentReader.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long PAUSE_MILLIS = 500;
    private static final int FEW = 50;
    // feedback that was written before this began says nothing of how late feedback is
    private static final long LONGEST_LAG = Duration.ofMinutes(10).toMillis();
    private static final List<Topic<?>> TAILS =
            List.of(Topics.DECISIONS, Topics.ALERTS, Topics.DEAD_LETTERS, Topics.BUDGETS);

    // nobody sees a fifth of a second, and a broker under load feels each request
    private static final Map<String, Object> FEW_LARGE_ANSWERS = Map.of(
            ConsumerConfig.FETCH_MIN_BYTES_CONFIG,
            1 << 20,
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
            (int) POLL.toMillis(),
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            5_000);

    private final Recent recent = new Recent();
    private final Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();
    private final Map<String, Handler> handlers = new HashMap<>();
    private final StreamsSettings settings;
    private final EventSerdes serdes;
    private final InstantSource clock;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread;
    // until everything is read that was there at the start
    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private final List<ConsumerRecord<byte[], byte[]>> early = new ArrayList<>();
    private volatile boolean isOpen = true;

    private interface Handler {
        void handle(ConsumerRecord<byte[], byte[]> record);
    }

    private RecentReader(StreamsSettings settings, EventSerdes serdes, InstantSource clock) {
        this.settings = settings;
        this.serdes = serdes;
        this.clock = clock;
        this.consumer = consumer(settings, "recent", FEW_LARGE_ANSWERS);
        this.thread = new Thread(this::run, "meter-recent");
        thread.setDaemon(true);
        for (Kind kind : Kind.values()) {
            table(kind);
        }
        event(Topics.DECISIONS, (record, decision) -> recent.decided(decision, record.timestamp()));
        event(Topics.ALERTS, (record, alert) -> recent.alerted(alert));
        event(Topics.BUDGETS, this::budget);
        var performance = serdes.avro(Topics.MODEL_PERFORMANCE).deserializer();
        on(
                Topics.MODEL_PERFORMANCE,
                record -> recent.performed(
                        key(record),
                        record.value() == null
                                ? null
                                : performance.deserialize(record.topic(), record.headers(), record.value())));
        var leases = serdes.avro(Topics.LEASES).deserializer();
        on(
                Topics.LEASES,
                record -> recent.lent(
                        key(record),
                        record.value() == null
                                ? null
                                : leases.deserialize(record.topic(), record.headers(), record.value()),
                        record.timestamp()));
        on(Topics.DEAD_LETTERS, this::deadLetter);
    }

    /** Starts reading; returns at once. */
    public static RecentReader start(StreamsSettings settings, EventSerdes serdes, InstantSource clock) {
        RecentReader reader = new RecentReader(settings, serdes, clock);
        reader.thread.start();
        return reader;
    }

    public Recent recent() {
        return recent;
    }

    /** Whether everything before an offset of the topic of a kind has been read. */
    public boolean hasRead(Kind kind, long offset) {
        return positions.getOrDefault(new TopicPartition(settings.topic(kind.topic()), 0), 0L) >= offset;
    }

    /** A consumer of committed records without a group. */
    public static KafkaConsumer<byte[], byte[]> consumer(StreamsSettings settings, String name) {
        return consumer(settings, name, Map.of());
    }

    private static KafkaConsumer<byte[], byte[]> consumer(
            StreamsSettings settings, String name, Map<String, Object> more) {
        // the client settings of a store's restoration are those of a reader without a group
        Map<String, Object> client = new StreamsConfig(settings.properties())
                .getRestoreConsumerConfigs(settings.applicationId() + '-' + name);
        client.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        client.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        client.putAll(more);
        return new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public void close() {
        isOpen = false;
        consumer.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (consumer) {
            boolean isAssigned = false;
            while (isOpen) {
                try {
                    if (!isAssigned) {
                        assign();
                        isAssigned = true;
                    }
                    take(consumer.poll(POLL));
                    if (ends.isEmpty()) {
                        consumer.assignment().forEach(each -> positions.put(each, consumer.position(each)));
                    }
                } catch (WakeupException e) {
                    // closing
                } catch (KafkaException e) {
                    LOG.warn("reading goes on after: {}", e.toString());
                    pause();
                }
            }
        }
    }

    /** What was there at the start is taken in the order of its times, whichever partition came first. */
    private void take(ConsumerRecords<byte[], byte[]> records) {
        if (ends.isEmpty()) {
            newest(records).forEach(this::handle);
            return;
        }
        records.forEach(early::add);
        ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        if (ends.isEmpty()) {
            early.sort(Comparator.comparingLong(ConsumerRecord::timestamp));
            early.forEach(this::handle);
            early.clear();
        }
    }

    /** All of them, but of each budget window only the newest. */
    private Collection<ConsumerRecord<byte[], byte[]>> newest(ConsumerRecords<byte[], byte[]> records) {
        String budgets = settings.topic(Topics.BUDGETS);
        Map<Object, ConsumerRecord<byte[], byte[]>> newest = new LinkedHashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            newest.put(record.topic().equals(budgets) ? key(record) : record, record);
        }
        return newest.values();
    }

    private void assign() {
        List<TopicPartition> tables = new ArrayList<>(partitions(Topics.MODEL_PERFORMANCE));
        tables.addAll(partitions(Topics.LEASES));
        Arrays.stream(Kind.values()).forEach(kind -> tables.addAll(partitions(kind.topic())));
        List<TopicPartition> tails = new ArrayList<>();
        TAILS.forEach(topic -> tails.addAll(partitions(topic)));
        List<TopicPartition> all = new ArrayList<>(tables);
        all.addAll(tails);
        consumer.assign(all);
        consumer.seekToBeginning(tables);
        int back = FEW + 2 * TAILS.size() * Recent.DECISIONS / Math.max(1, tails.size());
        consumer.endOffsets(tails).forEach((partition, end) -> consumer.seek(partition, Math.max(0, end - back)));
        ends.putAll(consumer.endOffsets(all));
    }

    private List<TopicPartition> partitions(Topic<?> topic) {
        return consumer.partitionsFor(settings.topic(topic)).stream()
                .map(found -> new TopicPartition(found.topic(), found.partition()))
                .toList();
    }

    private void handle(ConsumerRecord<byte[], byte[]> record) {
        Handler handler = handlers.get(record.topic());
        while (isOpen && handler != null) {
            try {
                handler.handle(record);
                return;
            } catch (RegistryException e) {
                LOG.warn("waiting for the registry: {}", e.toString());
                pause();
            } catch (RuntimeException e) {
                LOG.warn("{}-{} offset {}: passed over", record.topic(), record.partition(), record.offset(), e);
                return;
            }
        }
    }

    private <V extends SpecificRecord> void event(
            Topic<V> topic, java.util.function.BiConsumer<ConsumerRecord<byte[], byte[]>, V> then) {
        var values = serdes.avro(topic).deserializer();
        on(topic, record -> {
            if (record.value() != null) {
                then.accept(record, values.deserialize(record.topic(), record.headers(), record.value()));
            }
        });
    }

    private void table(Kind kind) {
        var values = serdes.avro(kind.topic()).deserializer();
        on(kind.topic(), record -> {
            if (record.value() == null) {
                recent.withdrawn(kind, key(record), record.timestamp(), by(record));
            } else {
                SpecificRecord value = values.deserialize(record.topic(), record.headers(), record.value());
                recent.applied(new Applied(Document.of(value), record.offset(), record.timestamp(), by(record)));
            }
        });
    }

    private void budget(ConsumerRecord<byte[], byte[]> record, BudgetState state) {
        if (PositionKey.of(state).isOfPolicies()) {
            return;
        }
        Long usage = state.getUsageTime();
        Long lag = usage == null ? null : (Long) Math.max(0, clock.millis() - usage);
        recent.fedBack(state, record.timestamp(), lag != null && lag > LONGEST_LAG ? null : lag);
    }

    private void deadLetter(ConsumerRecord<byte[], byte[]> record) {
        DeadLetter letter = DeadLetter.of(record.headers());
        recent.setAside(new SetAside(
                letter == null
                        ? new DeadLetter(record.topic(), record.partition(), record.offset(), "unknown", "", "")
                        : letter,
                key(record),
                record.timestamp(),
                record.value() == null ? 0 : record.value().length));
    }

    private void on(Topic<?> topic, Handler handler) {
        handlers.put(settings.topic(topic), handler);
    }

    private static @Nullable String by(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(Published.APPLIED_BY);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static String key(ConsumerRecord<byte[], byte[]> record) {
        byte @Nullable [] key = record.key();
        return key == null ? "" : new String(key, StandardCharsets.UTF_8);
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Decisions on a request, looked for from the newest record back. */
    public List<Decision> decisionsOn(String requestId, @Nullable Integer partition, Duration atMost) {
        return new DecisionSearch(settings, serdes, clock).find(requestId, partition, atMost);
    }
}
