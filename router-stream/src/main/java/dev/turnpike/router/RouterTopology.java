package dev.turnpike.router;

import static dev.turnpike.router.processor.RouteRequestSupplier.DECISIONS_SINK;
import static dev.turnpike.router.processor.RouteRequestSupplier.DISPATCHES_SINK;
import static dev.turnpike.router.processor.RouteRequestSupplier.LEASE_REQUESTS_SINK;
import static dev.turnpike.router.processor.RouteRequestSupplier.REJECTIONS_SINK;

import dev.turnpike.router.config.RouterConfig;
import dev.turnpike.router.decision.DecisionEvents;
import dev.turnpike.router.decision.Router;
import dev.turnpike.router.decision.TrackRecord;
import dev.turnpike.router.processor.AcceptFeedbackProcessor;
import dev.turnpike.router.processor.AcceptLeaseProcessor;
import dev.turnpike.router.processor.AdmissionTime;
import dev.turnpike.router.processor.CheckCancellationProcessor;
import dev.turnpike.router.processor.Rebuilt;
import dev.turnpike.router.processor.RouteRequestSupplier;
import dev.turnpike.router.processor.RouterMetrics;
import dev.turnpike.router.processor.UpdateTableProcessor;
import dev.turnpike.router.prompt.O200kCounter;
import dev.turnpike.router.state.RouterStores;
import dev.turnpike.router.state.Tables;
import dev.turnpike.schemas.LeaseKeys;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.LeaseRequest;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.streams.DeadLetters;
import dev.turnpike.streams.IntakeProcessor;
import dev.turnpike.streams.IntakeRoute;
import dev.turnpike.streams.Logs;
import dev.turnpike.streams.StreamsSettings;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.FailOnInvalidTimestamp;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.state.Stores;

/**
 * The wiring of the router.
 *
 * <pre>
 * requests ──────▶ take-in-requests ───────┐ ┌▶ requests-moved
 * requests-moved ▶ take-in-moved-requests ─┼─┼▶ dead-letters
 * redecisions ───▶ take-in-redecisions ────┘ │
 *                                            ▼
 *             budget-positions ◀──▶ route-request ─▶ decisions, dispatches, rejections
 *             budgets ─▶ accept-feedback ─▶ budget-positions
 *             leases ─▶ accept-lease ◀─▶ org-leases, and with route-request ─▶ lease-requests
 * cancellations ─▶ check-cancellation ─▶ cancelled, dead-letters
 * catalog, aliases, policies, orgs, model-performance ─▶ (every instance, whole)
 * </pre>
 */
final class RouterTopology {

    /** What is read and written. */
    static final List<Topic<?>> TOPICS = List.of(
            Topics.REQUESTS,
            Topics.REQUESTS_MOVED,
            Topics.REDECISIONS,
            Topics.CANCELLATIONS,
            Topics.CANCELLED,
            Topics.BUDGETS,
            Topics.LEASES,
            Topics.LEASE_REQUESTS,
            Topics.CATALOG,
            Topics.ALIASES,
            Topics.POLICIES,
            Topics.ORGS,
            Topics.MODEL_PERFORMANCE,
            Topics.DECISIONS,
            Topics.DISPATCHES,
            Topics.REJECTIONS,
            Topics.DEAD_LETTERS);

    private static final String ROUTE_REQUEST = "route-request";
    private static final String MOVED_SINK = "requests-moved-sink";
    private static final String CHECK_CANCELLATION = "check-cancellation";
    private static final String ACCEPT_FEEDBACK = "accept-feedback";
    private static final String ACCEPT_LEASE = "accept-lease";
    // none of them sees a record before the state of its task is complete
    private static final List<String> BEHIND_SOURCES =
            List.of("take-in-requests", "take-in-moved-requests", "take-in-redecisions", ACCEPT_FEEDBACK, ACCEPT_LEASE);

    private final StreamsSettings settings;
    private final EventSerdes serdes;
    private final RouterMetrics metrics;
    private final Rebuilt rebuilt;
    private final Topology topology;

    private RouterTopology(StreamsSettings settings, EventSerdes serdes, RouterMetrics metrics, Rebuilt rebuilt) {
        this.settings = settings;
        this.serdes = serdes;
        this.metrics = metrics;
        this.rebuilt = rebuilt;
        this.topology = new Topology(settings.topologyConfig());
    }

    /**
     * Wires it.
     *
     * @param partitions how many the team-keyed topics have
     * @param logs what lost state is rebuilt from
     */
    static Topology build(RouterConfig config, int partitions, RouterMetrics metrics, Logs logs) {
        StreamsSettings settings = config.streams();
        var wiring = new RouterTopology(
                settings,
                new EventSerdes(settings.registry()),
                metrics,
                new Rebuilt(logs, metrics, config.requestHorizon(), partitions));
        return wiring.wire(config, partitions);
    }

    private Topology wire(RouterConfig config, int partitions) {
        Tables tables = new Tables();
        table(Topics.CATALOG, "update-catalog", (key, value, offset) -> tables.putOffer(key, value));
        table(Topics.ALIASES, "update-aliases", (key, value, offset) -> tables.putAlias(key, value));
        table(Topics.POLICIES, "update-policies", tables::putPolicy);
        table(Topics.ORGS, "update-orgs", (key, value, offset) -> tables.putOrg(key, value));
        table(
                Topics.MODEL_PERFORMANCE,
                "update-performance",
                (key, value, offset) -> tables.putPerformance(key, value));

        String application = settings.applicationId();
        TimestampExtractor recordTime = new FailOnInvalidTimestamp();
        intake(
                Topics.REQUESTS,
                recordTime,
                "take-in-requests",
                new IntakeRoute<>(
                        LlmRequest::getTeam, Admission::problemOf, partitions, MOVED_SINK, ROUTE_REQUEST, application));
        intake(
                Topics.REQUESTS_MOVED,
                recordTime,
                "take-in-moved-requests",
                new IntakeRoute<>(
                        LlmRequest::getTeam, Admission::problemOf, partitions, null, ROUTE_REQUEST, application));
        intake(
                Topics.REDECISIONS,
                new AdmissionTime(),
                "take-in-redecisions",
                new IntakeRoute<>(
                        Redecision::getTeam, Admission::problemOf, partitions, null, ROUTE_REQUEST, application));

        topology.addProcessor(
                        ROUTE_REQUEST,
                        new RouteRequestSupplier(
                                new Router(new TrackRecord(config.judge()), new O200kCounter()),
                                new DecisionEvents(config.requestDeadline(), config.requestHorizon()),
                                tables,
                                metrics,
                                new RouteRequestSupplier.Limits(
                                        config.requestHorizon(), config.requestMaxBytes(), application)),
                        "take-in-requests",
                        "take-in-moved-requests",
                        "take-in-redecisions")
                .addSource(
                        "budgets-source",
                        new StringDeserializer(),
                        serdes.avro(Topics.BUDGETS).deserializer(),
                        settings.topic(Topics.BUDGETS))
                .addProcessor(
                        ACCEPT_FEEDBACK, rebuilt.before(() -> new AcceptFeedbackProcessor(metrics)), "budgets-source")
                .addSource(
                        "leases-source",
                        new StringDeserializer(),
                        serdes.avro(Topics.LEASES).deserializer(),
                        settings.topic(Topics.LEASES))
                .addProcessor(ACCEPT_LEASE, rebuilt.before(AcceptLeaseProcessor::new), "leases-source");
        // and not by stores() of further suppliers: that would make other stores of them, in other sub-topologies
        for (String processor : BEHIND_SOURCES) {
            topology.connectProcessorAndStateStores(
                    processor,
                    RouterStores.BUDGET_POSITIONS,
                    RouterStores.ORG_LEASES,
                    RouterStores.DECIDED_REQUESTS,
                    RouterStores.PROGRESS);
        }

        // wherever a client put it: the policy is everywhere, and nothing is remembered
        topology.addSource(
                        AutoOffsetReset.earliest(),
                        "cancellations-source",
                        recordTime,
                        new ByteArrayDeserializer(),
                        serdes.received(Topics.CANCELLATIONS).deserializer(),
                        settings.topic(Topics.CANCELLATIONS))
                .addProcessor(
                        CHECK_CANCELLATION,
                        () -> new CheckCancellationProcessor(tables, Admission::problemOf, application),
                        "cancellations-source")
                .addSink(
                        CheckCancellationProcessor.CANCELLED_SINK,
                        settings.topic(Topics.CANCELLED),
                        new StringSerializer(),
                        new ByteArraySerializer(),
                        CHECK_CANCELLATION);

        sink(DISPATCHES_SINK, Topics.DISPATCHES);
        sink(REJECTIONS_SINK, Topics.REJECTIONS);
        sink(DECISIONS_SINK, Topics.DECISIONS);
        topology.addSink(
                LEASE_REQUESTS_SINK,
                settings.topic(Topics.LEASE_REQUESTS),
                new StringSerializer(),
                serdes.avro(Topics.LEASE_REQUESTS).serializer(),
                byOrg(),
                ROUTE_REQUEST,
                ACCEPT_LEASE);
        return topology.addSink(
                        MOVED_SINK,
                        settings.topic(Topics.REQUESTS_MOVED),
                        new StringSerializer(),
                        new ByteArraySerializer(),
                        "take-in-requests")
                .addSink(
                        DeadLetters.SINK,
                        settings.topic(Topics.DEAD_LETTERS),
                        new ByteArraySerializer(),
                        new ByteArraySerializer(),
                        "take-in-requests",
                        "take-in-moved-requests",
                        "take-in-redecisions",
                        ROUTE_REQUEST,
                        CHECK_CANCELLATION);
    }

    private static StreamPartitioner<String, LeaseRequest> byOrg() {
        return (topic, key, word, count) -> Optional.of(Set.of(Ownership.partitionOf(LeaseKeys.orgOf(key), count)));
    }

    private <V extends SpecificRecord> void intake(
            Topic<V> topic, TimestampExtractor time, String processor, IntakeRoute<V> route) {
        String source = topic.suffix() + "-source";
        topology.addSource(
                        AutoOffsetReset.earliest(),
                        source,
                        time,
                        new ByteArrayDeserializer(),
                        serdes.received(topic).deserializer(),
                        settings.topic(topic))
                .addProcessor(processor, rebuilt.before(() -> new IntakeProcessor<>(route)), source);
    }

    private <V extends SpecificRecord> void sink(String name, Topic<V> topic) {
        topology.addSink(
                name,
                settings.topic(topic),
                new StringSerializer(),
                serdes.avro(topic).serializer(),
                ROUTE_REQUEST);
    }

    private <V extends SpecificRecord> void table(
            Topic<V> topic, String processor, UpdateTableProcessor.Table<V> table) {
        topology.addGlobalStore(
                // stays empty: the processor keeps what it reads in the shape that deciding needs, and a store that is
                // not
                // persistent is read from the start of its topic every time
                Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(topic.suffix()), Serdes.ByteArray(), Serdes.ByteArray())
                        .withLoggingDisabled(),
                topic.suffix() + "-source",
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer(),
                settings.topic(topic),
                processor,
                UpdateTableProcessor.supplier(topic, serdes, table, metrics));
    }
}
