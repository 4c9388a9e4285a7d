package dev.turnpike.cli.grow;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topic.Partitioning;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.admin.TopicAdmin;
import dev.turnpike.streams.StreamsSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.utils.SecurityUtils;
import org.jspecify.annotations.Nullable;

/**
 * The move of a whole log to topics with more partitions, under another prefix, while nothing runs. The old topics stay as they are.
 *
 * <p>Each team's records are in one old partition and come into one new one, in the same order and with their times; what names a place in the
 * log names the new place. So the new log says what the old one said, and applications without state that begin on it are
 * where those of the old one ended: they read their state from the topics, holds that are open among it, and go on from the offsets
 * of the groups, which are copied too.
 */
public final class Growth implements AutoCloseable {

    // what names offsets comes after what it names
    private static final List<Topic<?>> LAST = List.of(
            Topics.DECISIONS,
            Topics.LEDGER,
            Topics.BUDGETS,
            Topics.LEASES,
            Topics.LEASE_REQUESTS,
            Topics.MODEL_PERFORMANCE,
            Topics.DEAD_LETTERS);

    // as long as it is written with producers' time, it is no topic that an application starts on: the copy is not
    // complete
    private static final Topic<?> MARK = Topics.REQUESTS;

    private static final List<AclOperation> RIGHTS = List.of(AclOperation.DESCRIBE, AclOperation.CREATE);
    private static final String PRODUCER_TIME = "CreateTime";
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final byte[] GONE = {};

    private final Cluster from;
    private final Cluster to;
    private final int after;
    private final Progress progress;
    private final Admin admin;
    private final TopicLog log;
    private final Places places = new Places();

    /** Told of each topic that is copied. */
    public interface Progress {

        void copied(String topic, long records);
    }

    /**
     * What was done.
     *
     * @param before partitions of the old topics keyed by team
     * @param records that were copied
     * @param groups whose offsets were copied, by the names that they have with the new topics
     */
    public record Result(int before, long records, Set<String> groups) {}

    private Growth(Cluster from, Cluster to, int after, Progress progress) {
        this.from = from;
        this.to = to;
        this.after = after;
        this.progress = progress;
        this.admin = from.admin();
        this.log = TopicLog.open(from);
    }

    /**
     * Copies all topics. What an earlier run left incomplete is thrown away first.
     *
     * @param prefix of the new topics
     * @param partitions of the new topics keyed by team: a multiple of what there is
     * @throws IllegalStateException if it is not safe, naming why and the cure
     */
    public static Result run(Cluster from, String prefix, int partitions, Progress progress) {
        Cluster to = new Cluster(from.bootstrapServers(), prefix, from.registry(), from.kafka());
        try (Growth growth = new Growth(from, to, partitions, progress)) {
            return growth.run();
        }
    }

    private Result run() {
        requireRights();
        int before = requireSound();
        Map<String, Map<TopicPartition, Long>> groups = groups();
        requireOffsets(groups);
        Map<TopicPartition, Long> ends = requireSettled();
        Map<TopicPartition, Long> beginnings = log.beginnings(Topics.ALL);
        discardIncomplete();
        Map<String, Map<String, String>> own = create();
        Copies copies = new Copies(from, to, before, after, places);
        long records = copy(copies, beginnings, ends);
        requireUnchanged(ends);
        Set<String> continued = copyOffsets(copies, groups);
        complete(own);
        return new Result(before, records, continued);
    }

    /** Whoever does not see the groups would move the log without their offsets, and not notice. */
    private void requireRights() {
        var asked = admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true));
        Set<AclOperation> granted = get(asked.authorizedOperations(), "rights");
        // null: a cluster that does not tell
        if (granted != null && !granted.containsAll(RIGHTS)) {
            throw new IllegalStateException(
                    "to copy a log is for an administrator, and no role may do it: this principal lacks "
                            + RIGHTS.stream()
                                    .filter(right -> !granted.contains(right))
                                    .map(SecurityUtils::operationName)
                                    .collect(Collectors.joining(" and "))
                            + " on the cluster; log in as one of the brokers' super.users");
        }
    }

    private int requireSound() {
        if (from.prefix().equals(to.prefix())) {
            throw new IllegalStateException("--to " + to.prefix() + ": is where the topics are; name another prefix");
        }
        List<String> problems = TopicAdmin.check(admin, from.prefix(), Topics.ALL);
        if (!problems.isEmpty()) {
            throw new IllegalStateException(String.join("; ", problems));
        }
        int before = TopicAdmin.partitions(admin, from.prefix());
        if (after < before || after % before != 0) {
            throw new IllegalStateException("--partitions " + after + ": must be a multiple of " + before + ", which "
                    + from.prefix() + "* has: then each new partition comes of one old one");
        }
        return before;
    }

    /** The offsets on the old topics of each group that has any; none of them has members. */
    private Map<String, Map<TopicPartition, Long>> groups() {
        Set<String> names = Topics.ALL.stream().map(from::name).collect(Collectors.toSet());
        Map<String, Map<TopicPartition, Long>> groups = new TreeMap<>();
        for (GroupListing group : get(admin.listGroups().all(), "groups")) {
            Map<TopicPartition, Long> offsets = new HashMap<>(log.committed(group.groupId()));
            offsets.keySet().removeIf(partition -> !names.contains(partition.topic()));
            if (offsets.isEmpty()) {
                continue;
            }
            GroupState state = group.groupState().orElse(GroupState.UNKNOWN);
            if (state != GroupState.EMPTY && state != GroupState.DEAD) {
                throw new IllegalStateException("group " + group.groupId() + " has members (" + state
                        + "): stop routers, meters and connectors, and give the command again; one that has"
                        + " ended is missed after its session timeout");
            }
            groups.put(group.groupId(), offsets);
        }
        return groups;
    }

    /** Without its offsets an application would take up again what it has done. */
    private void requireOffsets(Map<String, ?> groups) {
        for (String name : List.of(StreamsSettings.ROUTER, StreamsSettings.METER)) {
            String group = StreamsSettings.applicationId(name, from.prefix());
            if (!groups.containsKey(group)) {
                throw new IllegalStateException(
                        "there is no group " + group + " with offsets on " + from.prefix()
                                + "*: a router and a meter must have run, under the names that they have without application.id");
            }
        }
    }

    private Map<TopicPartition, Long> requireSettled() {
        Map<TopicPartition, Long> ends = log.ends(Topics.ALL, IsolationLevel.READ_UNCOMMITTED);
        log.ends(Topics.ALL, IsolationLevel.READ_COMMITTED).forEach((partition, stable) -> {
            if (stable < ends.getOrDefault(partition, 0L)) {
                throw new IllegalStateException(
                        partition + ": a transaction is open; the broker ends it after its timeout,"
                                + " then give the command again");
            }
        });
        return ends;
    }

    private void discardIncomplete() {
        Set<String> there = get(admin.listTopics().names(), "topics");
        List<String> ours =
                Topics.ALL.stream().map(to::name).filter(there::contains).toList();
        if (ours.isEmpty()) {
            return;
        }
        String mark = to.name(MARK);
        if (!there.contains(mark) || !timestampType(mark).equals(PRODUCER_TIME)) {
            throw new IllegalStateException(ours.get(0)
                    + ": exists, and is no incomplete copy; name another prefix with --to, or delete the topics "
                    + to.prefix() + "* if nobody uses them");
        }
        delete(ours.stream().filter(name -> !name.equals(mark)).toList());
        // last, so that what is left is known for what it is
        delete(List.of(mark));
    }

    private void delete(Collection<String> topics) {
        get(admin.deleteTopics(topics).all(), "deletion of topics");
        await(() -> get(admin.listTopics().names(), "topics").stream().noneMatch(topics::contains), "deleted");
    }

    private String timestampType(String topic) {
        ConfigEntry entry = settings(topic).get(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG);
        return entry == null || entry.value() == null ? "" : entry.value();
    }

    private Config settings(String topic) {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return get(admin.describeConfigs(List.of(resource)).values().get(resource), "settings of " + topic);
    }

    /** Creates the new topics with producers' time and without a limit of size; gives what they must have in the end. */
    private Map<String, Map<String, String>> create() {
        Map<String, Map<String, String>> own = new HashMap<>();
        List<NewTopic> topics = new ArrayList<>();
        for (Topic<?> topic : Topics.ALL) {
            Map<String, String> settings = ownSettings(from.name(topic));
            own.put(to.name(topic), settings);
            Map<String, String> first = new HashMap<>(settings);
            first.putAll(whileCopied());
            int replication = replication(from.name(topic));
            int partitions = topic.partitioning() == Partitioning.SINGLE ? 1 : after;
            topics.add(new NewTopic(to.name(topic), partitions, (short) replication).configs(first));
        }
        List<NewTopic> mark = topics.stream()
                .filter(topic -> topic.name().equals(to.name(MARK)))
                .toList();
        topics.removeAll(mark);
        get(admin.createTopics(mark).all(), "creation of topics");
        get(admin.createTopics(topics).all(), "creation of topics");
        await(
                () -> get(admin.listTopics().names(), "topics").containsAll(own.keySet())
                        && TopicAdmin.partitions(admin, to.prefix()) == after,
                "known");
        return own;
    }

    private int replication(String topic) {
        TopicDescription description =
                get(admin.describeTopics(List.of(topic)).topicNameValues().get(topic), topic);
        return description.partitions().get(0).replicas().size();
    }

    private static Map<String, String> whileCopied() {
        return Map.of(
                TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                PRODUCER_TIME,
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                Integer.toString(TopicAdmin.MOST_BYTES_OF_OURS));
    }

    private Map<String, String> ownSettings(String topic) {
        return settings(topic).entries().stream()
                .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
    }

    private long copy(Copies copies, Map<TopicPartition, Long> beginnings, Map<TopicPartition, Long> ends) {
        List<Topic<?>> order = new ArrayList<>(Topics.ALL);
        order.removeAll(LAST);
        order.addAll(LAST);
        long records = 0;
        Map<String, Object> settings = Map.of(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                TopicAdmin.MOST_BYTES_OF_OURS,
                ProducerConfig.BATCH_SIZE_CONFIG,
                1 << 18,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                64L << 20);
        try (Producer<byte[], byte[]> producer = to.producer(settings)) {
            for (Topic<?> topic : order) {
                long copied = copy(topic, copies, producer, of(topic, beginnings), of(topic, ends));
                records += copied;
                progress.copied(to.name(topic), copied);
            }
        }
        return records;
    }

    private long copy(
            Topic<?> topic,
            Copies copies,
            Producer<byte[], byte[]> producer,
            Map<TopicPartition, Long> beginnings,
            Map<TopicPartition, Long> ends) {
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        Map<TopicPartition, RecordsToDelete> gone = begin(topic, copies, producer, beginnings, failure);
        long copied = 0;
        try (Consumer<byte[], byte[]> consumer = from.consumer()) {
            consumer.assign(ends.keySet());
            consumer.seekToBeginning(ends.keySet());
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    long end = ends.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L);
                    if (record.offset() < end) {
                        for (ProducerRecord<byte[], byte[]> copy : copies.of(topic, record)) {
                            int partition = copy.partition();
                            send(producer, copy, places.end(topic, partition), failure);
                            places.add(topic, partition, record.offset());
                        }
                        copied++;
                    }
                }
                requireNone(failure);
            }
        }
        producer.flush();
        requireNone(failure);
        if (!gone.isEmpty()) {
            get(admin.deleteRecords(gone).all(), "deletion of what is no longer kept");
        }
        return copied;
    }

    /** Where the beginning of an old partition is gone, the new one says so too: it begins behind a record that is deleted again. */
    private Map<TopicPartition, RecordsToDelete> begin(
            Topic<?> topic,
            Copies copies,
            Producer<byte[], byte[]> producer,
            Map<TopicPartition, Long> beginnings,
            AtomicReference<RuntimeException> failure) {
        Map<TopicPartition, RecordsToDelete> gone = new HashMap<>();
        beginnings.forEach((old, beginning) -> {
            boolean truncated = beginning > 0 && !topic.compacted();
            for (int partition : copies.partitionsOf(topic, old.partition())) {
                places.begin(topic, partition, truncated ? 1 : 0);
                if (truncated) {
                    send(producer, new ProducerRecord<>(to.name(topic), partition, 0L, GONE, GONE), 0, failure);
                    gone.put(new TopicPartition(to.name(topic), partition), RecordsToDelete.beforeOffset(1));
                }
            }
        });
        return gone;
    }

    private static void send(
            Producer<byte[], byte[]> producer,
            ProducerRecord<byte[], byte[]> copy,
            long offset,
            AtomicReference<RuntimeException> failure) {
        producer.send(copy, (written, refused) -> {
            if (refused != null) {
                failure.compareAndSet(null, new KafkaException(copy.topic() + ": " + refused.getMessage(), refused));
            } else if (written.offset() != offset) {
                failure.compareAndSet(
                        null,
                        new IllegalStateException(
                                copy.topic() + "-" + copy.partition() + ": somebody else writes to it"));
            }
        });
    }

    private static void requireNone(AtomicReference<RuntimeException> failure) {
        RuntimeException first = failure.get();
        if (first != null) {
            throw first;
        }
    }

    private void requireUnchanged(Map<TopicPartition, Long> ends) {
        log.ends(Topics.ALL, IsolationLevel.READ_UNCOMMITTED).forEach((partition, end) -> {
            if (!end.equals(ends.get(partition))) {
                throw new IllegalStateException(partition.topic()
                        + ": was written to meanwhile; stop who publishes, and give the command again");
            }
        });
    }

    private Set<String> copyOffsets(Copies copies, Map<String, Map<TopicPartition, Long>> groups) {
        Map<String, Topic<?>> topics = new HashMap<>();
        Topics.ALL.forEach(topic -> topics.put(from.name(topic), topic));
        Set<String> continued = new TreeSet<>();
        groups.forEach((group, offsets) -> {
            Map<TopicPartition, OffsetAndMetadata> there = new HashMap<>();
            offsets.forEach((old, offset) -> {
                Topic<?> topic = topics.get(old.topic());
                if (topic != null) {
                    for (int partition : copies.partitionsOf(topic, old.partition())) {
                        there.put(
                                new TopicPartition(to.name(topic), partition),
                                new OffsetAndMetadata(places.before(topic, partition, offset)));
                    }
                }
            });
            String name = groupThere(group);
            get(admin.alterConsumerGroupOffsets(name, there).all(), "offsets of " + name);
            continued.add(name);
        });
        return continued;
    }

    /** Stores and changelogs of the applications are by partition, so they begin under another name; connectors keep theirs. */
    private String groupThere(String group) {
        for (String name : List.of(StreamsSettings.ROUTER, StreamsSettings.METER)) {
            if (group.equals(StreamsSettings.applicationId(name, from.prefix()))) {
                return StreamsSettings.applicationId(name, to.prefix());
            }
        }
        return group;
    }

    private void complete(Map<String, Map<String, String>> own) {
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
        own.forEach((topic, settings) -> changes.put(
                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                whileCopied().keySet().stream()
                        .map(key -> settings.containsKey(key)
                                ? new AlterConfigOp(new ConfigEntry(key, settings.get(key)), AlterConfigOp.OpType.SET)
                                : new AlterConfigOp(new ConfigEntry(key, ""), AlterConfigOp.OpType.DELETE))
                        .toList()));
        var mark = new ConfigResource(ConfigResource.Type.TOPIC, to.name(MARK));
        Collection<AlterConfigOp> last = changes.remove(mark);
        get(admin.incrementalAlterConfigs(changes).all(), "settings of the new topics");
        get(admin.incrementalAlterConfigs(Map.of(mark, last)).all(), "settings of the new topics");
        // brokers hear of settings after the controller has answered
        await(() -> TopicAdmin.check(admin, to.prefix(), Topics.ALL).isEmpty(), "as they must be");
    }

    private Map<TopicPartition, Long> of(Topic<?> topic, Map<TopicPartition, Long> offsets) {
        String name = from.name(topic);
        return offsets.entrySet().stream()
                .filter(offset -> offset.getKey().topic().equals(name))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new KafkaException(to.prefix() + "*: the topics are not " + what + " after "
                        + PATIENCE.toSeconds() + " s; look at the brokers, and give the command again");
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                throw interrupted(e, what);
            }
        }
    }

    private static <R> R get(@Nullable KafkaFuture<R> future, String what) {
        if (future == null) {
            throw new KafkaException("no answer about " + what);
        }
        try {
            return future.get();
        } catch (InterruptedException e) {
            throw interrupted(e, what);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException refused ? refused : new KafkaException(e);
        }
    }

    private static KafkaException interrupted(InterruptedException e, String what) {
        Thread.currentThread().interrupt();
        return new KafkaException("interrupted while asking for " + what, e);
    }

    @Override
    public void close() {
        log.close();
        admin.close(Duration.ofSeconds(5));
    }
}
