package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.Entry;
import dev.turnpike.cli.log.TimeOrder;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.serde.Received;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads a log once and says of each law whether it holds. */
public final class Audit {

    private static final List<Topic<?>> ROUTER_INPUTS =
            List.of(Topics.REQUESTS, Topics.REQUESTS_MOVED, Topics.REDECISIONS);
    private static final List<Topic<?>> METER_INPUTS = List.of(
            Topics.USAGE, Topics.USAGE_MOVED, Topics.OUTCOMES, Topics.OUTCOMES_MOVED, Topics.DISPATCHES, Topics.TICKS);
    private static final List<Topic<?>> READ = List.of(
            Topics.REQUESTS,
            Topics.USAGE,
            Topics.OUTCOMES,
            Topics.REQUESTS_MOVED,
            Topics.USAGE_MOVED,
            Topics.OUTCOMES_MOVED,
            Topics.REDECISIONS,
            Topics.DISPATCHES,
            Topics.REJECTIONS,
            Topics.DECISIONS,
            Topics.TICKS,
            Topics.LEDGER,
            Topics.BUDGETS,
            Topics.ALERTS,
            Topics.DEAD_LETTERS);

    private static final LlmRequest NO_REQUEST = LlmRequest.newBuilder()
            .setRequestId("")
            .setTeam("")
            .setMessages("[]")
            .build();
    private static final int LOOK_UP_EVERY = 1 << 14;

    private final Cluster cluster;
    private final TopicLog log;
    private final Scope scope;
    private final Progress progress;

    /**
     * What is audited.
     *
     * @param routerGroup the router's application id
     * @param meterGroup the meter's application id
     * @param horizon within which repeats are recognised, as the applications are set
     * @param from the first instant that is judged, milliseconds since 1970-01-01 UTC; state is followed from the beginning
     * @param to the first instant that is judged no more
     */
    public record Scope(String routerGroup, String meterGroup, Duration horizon, long from, long to) {

        /** Everything, by the default names and horizon. */
        public static Scope whole() {
            return new Scope("turnpike-router", "turnpike-meter", Duration.ofHours(24), Long.MIN_VALUE, Long.MAX_VALUE);
        }
    }

    private Audit(Cluster cluster, TopicLog log, Scope scope, Progress progress) {
        this.cluster = cluster;
        this.log = log;
        this.scope = scope;
        this.progress = progress;
    }

    /** Told from time to time how far the one pass over the log has come. */
    public interface Progress {

        /**
         * @param records read so far
         * @param share of the log that is read, 0 to 1
         * @param time that the log has reached, milliseconds since 1970-01-01 UTC
         */
        void reached(long records, double share, long time);
    }

    /** Audits what the topics of a cluster hold now, whether or not it is being written to. */
    public static Report of(Cluster cluster, Scope scope) {
        return of(cluster, scope, (records, share, time) -> {});
    }

    /** The same, telling how far it has come. */
    public static Report of(Cluster cluster, Scope scope, Progress progress) {
        try (TopicLog log = TopicLog.open(cluster)) {
            return new Audit(cluster, log, scope, progress).run();
        }
    }

    private Report run() {
        // three looks, in this order: see Cut
        Map<TopicPartition, Long> settled = log.ends(READ, IsolationLevel.READ_COMMITTED);
        Map<Slot, Long> processed = new HashMap<>(processed(scope.routerGroup(), ROUTER_INPUTS, settled.keySet()));
        processed.putAll(processed(scope.meterGroup(), METER_INPUTS, settled.keySet()));
        Map<TopicPartition, Long> ends = ends();

        Set<Topic<?>> truncated = truncated();
        try (TimeOrder log = this.log.read(ends, this::rank)) {
            long from = Math.max(scope.from(), wholeSince(log.heads(), truncated));
            Cut cut = new Cut(
                    cluster.prefix(), partitions(ends), slots(settled), processed, dead(), truncated, from, scope.to());
            NothingDropped nothingDropped =
                    new NothingDropped(cut, scope.horizon().toMillis());
            List<Law> laws = laws(cut, nothingDropped);
            Map<String, Consumer<ConsumerRecord<byte[], byte[]>>> readers = readers(laws);
            long records = 0;
            for (var record = log.next(); record != null; record = log.next()) {
                records++;
                if (records % LOOK_UP_EVERY == 0) {
                    progress.reached(records, log.share(), record.timestamp());
                }
                Objects.requireNonNull(readers.get(record.topic())).accept(record);
            }
            List<Finding> findings = laws.stream().map(Law::finding).toList();
            return new Report(
                    cluster.bootstrapServers(), cluster.prefix(), records, nothingDropped.inFlight(), from, findings);
        }
    }

    private List<Law> laws(Cut cut, NothingDropped nothingDropped) {
        long horizon = scope.horizon().toMillis();
        Map<String, ModelOffer> catalog = log.table(Topics.CATALOG);
        Map<String, Entry<TeamPolicy>> policies = new HashMap<>();
        Map<String, TeamPolicy> versions = new HashMap<>();
        log.each(Topics.POLICIES, policy -> {
            policies.put(policy.key(), policy);
            versions.put(policy.value().getVersion(), policy.value());
        });
        Map<String, Entry<Org>> orgs = new HashMap<>();
        log.each(Topics.ORGS, org -> orgs.put(org.key(), org));
        // of a policy that no fingerprint was given to
        versions.remove("");
        Lent lent = new Lent(cut);
        log.each(Topics.LEASES, lent::lease);
        return List.of(
                new OneDecision(cut, horizon),
                new WithinLimits(cut, versions),
                lent,
                new Balanced(cut, horizon),
                new OneEntry(cut, horizon),
                new SameTotals(cut, catalog),
                new NoClock(cut, catalog),
                nothingDropped,
                new OneAlert(cut, policies, orgs));
    }

    private Map<String, Consumer<ConsumerRecord<byte[], byte[]>>> readers(List<Law> laws) {
        Map<String, Consumer<ConsumerRecord<byte[], byte[]>>> readers = new HashMap<>();
        received(readers, laws, Topics.REQUESTS, Law::request);
        received(readers, laws, Topics.REQUESTS_MOVED, Law::request);
        received(readers, laws, Topics.USAGE, Law::usage);
        received(readers, laws, Topics.USAGE_MOVED, Law::usage);
        received(readers, laws, Topics.OUTCOMES, Law::outcome);
        received(readers, laws, Topics.OUTCOMES_MOVED, Law::outcome);
        received(readers, laws, Topics.REDECISIONS, Law::redecision);
        avro(readers, laws, Topics.DECISIONS, Law::decision);
        avro(readers, laws, Topics.REJECTIONS, Law::rejection);
        avro(readers, laws, Topics.LEDGER, Law::ledger);
        avro(readers, laws, Topics.BUDGETS, Law::budget);
        avro(readers, laws, Topics.ALERTS, Law::alert);
        avro(readers, laws, Topics.TICKS, Law::tick);
        avro(readers, laws, Topics.DISPATCHES, Law::dispatch);
        readers.put(cluster.name(Topics.DEAD_LETTERS), record -> {
            DeadLetter letter = DeadLetter.of(record.headers());
            if (letter != null) {
                Entry<DeadLetter> entry = TopicLog.entry(Topics.DEAD_LETTERS, record, letter);
                laws.forEach(law -> law.deadLetter(entry));
            }
        });
        return readers;
    }

    private <V extends SpecificRecord> void avro(
            Map<String, Consumer<ConsumerRecord<byte[], byte[]>>> readers,
            List<Law> laws,
            Topic<V> topic,
            BiConsumer<Law, Entry<V>> visit) {
        Deserializer<V> deserializer = log.serdes().avro(topic).deserializer();
        readers.put(cluster.name(topic), record -> {
            if (record.value() != null) {
                V value = deserializer.deserialize(record.topic(), record.headers(), record.value());
                if (value instanceof Dispatch dispatch) {
                    // prompts are the bulk of the log, and no law is about them
                    dispatch.setRequest(NO_REQUEST);
                }
                if (value instanceof BudgetState state && PositionKey.of(state).isOfPolicies()) {
                    // what a partition says of itself is no window
                    return;
                }
                Entry<V> entry = TopicLog.entry(topic, record, value);
                laws.forEach(law -> visit.accept(law, entry));
            } else if (topic == Topics.BUDGETS) {
                PositionKey key =
                        PositionKey.decode(TopicLog.entry(topic, record, "").key());
                laws.forEach(law -> law.gone(key));
            }
        });
    }

    private <V extends SpecificRecord> void received(
            Map<String, Consumer<ConsumerRecord<byte[], byte[]>>> readers,
            List<Law> laws,
            Topic<V> topic,
            BiConsumer<Law, Entry<Received<V>>> visit) {
        Deserializer<Received<V>> deserializer = log.serdes().received(topic).deserializer();
        readers.put(cluster.name(topic), record -> {
            Received<V> value = deserializer.deserialize(record.topic(), record.headers(), record.value());
            Entry<Received<V>> entry = TopicLog.entry(topic, record, value);
            laws.forEach(law -> visit.accept(law, entry));
        });
    }

    private Map<TopicPartition, Long> ends() {
        // budgets first: what a state says of the other topics must have been read
        Map<TopicPartition, Long> ends =
                new HashMap<>(log.ends(List.of(Topics.BUDGETS), IsolationLevel.READ_UNCOMMITTED));
        ends.putAll(log.ends(
                READ.stream().filter(topic -> topic != Topics.BUDGETS).toList(), IsolationLevel.READ_UNCOMMITTED));
        return ends;
    }

    /** How far an application has come in its inputs; empty, which stands for to the end, where it never ran. */
    private Map<Slot, Long> processed(String group, List<Topic<?>> inputs, Set<TopicPartition> partitions) {
        Map<TopicPartition, Long> committed = log.committed(group);
        Map<Slot, Long> processed = new HashMap<>();
        if (!committed.isEmpty()) {
            for (TopicPartition partition : partitions) {
                Topic<?> topic = topic(partition.topic());
                if (inputs.contains(topic)) {
                    processed.put(new Slot(topic, partition.partition()), committed.getOrDefault(partition, 0L));
                }
            }
        }
        return processed;
    }

    /** What the dead letters name. */
    private Set<Place> dead() {
        Set<Place> dead = new HashSet<>();
        log.scan(Topics.DEAD_LETTERS, record -> {
            DeadLetter letter = DeadLetter.of(record.headers());
            if (letter != null) {
                find(letter.topic())
                        .ifPresent(topic -> dead.add(new Place(topic, letter.partition(), letter.offset())));
            }
        });
        return dead;
    }

    private Set<Topic<?>> truncated() {
        return log.beginnings(READ).entrySet().stream()
                .filter(beginning -> beginning.getValue() > 0)
                .map(beginning -> topic(beginning.getKey().topic()))
                .collect(Collectors.toSet());
    }

    /** The first instant from which on no topic has lost records to its retention. */
    private long wholeSince(Map<TopicPartition, Long> heads, Set<Topic<?>> truncated) {
        return heads.entrySet().stream()
                .filter(head -> {
                    Topic<?> topic = topic(head.getKey().topic());
                    // ticks are kept for an hour and tables for ever
                    return truncated.contains(topic) && topic != Topics.TICKS && !topic.compacted();
                })
                .mapToLong(Map.Entry::getValue)
                .max()
                .orElse(Long.MIN_VALUE);
    }

    private int partitions(Map<TopicPartition, Long> ends) {
        String requests = cluster.name(Topics.REQUESTS);
        return (int) ends.keySet().stream()
                .filter(partition -> partition.topic().equals(requests))
                .count();
    }

    private Map<Slot, Long> slots(Map<TopicPartition, Long> offsets) {
        return offsets.entrySet().stream()
                .collect(Collectors.toMap(
                        offset -> new Slot(
                                topic(offset.getKey().topic()), offset.getKey().partition()),
                        Map.Entry::getValue));
    }

    private int rank(String name) {
        return READ.indexOf(topic(name));
    }

    private Topic<?> topic(String name) {
        return find(name).orElseThrow();
    }

    private Optional<Topic<?>> find(String name) {
        return READ.stream()
                .filter(topic -> cluster.name(topic).equals(name))
                .<Topic<?>>map(topic -> topic)
                .findFirst();
    }
}
