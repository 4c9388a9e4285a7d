package dev.turnpike.router;

import static dev.turnpike.router.processor.RouteRequestSupplier.DECISIONS_SINK;
import static dev.turnpike.router.processor.RouteRequestSupplier.DISPATCHES_SINK;
import static dev.turnpike.router.processor.RouteRequestSupplier.REJECTIONS_SINK;

import dev.turnpike.router.config.RouterConfig;
import dev.turnpike.router.decision.DecisionEvents;
import dev.turnpike.router.decision.Router;
import dev.turnpike.router.decision.TrackRecord;
import dev.turnpike.router.processor.AcceptFeedbackProcessor;
import dev.turnpike.router.processor.AdmissionTime;
import dev.turnpike.router.processor.RouteRequestSupplier;
import dev.turnpike.router.processor.RouterMetrics;
import dev.turnpike.router.processor.UpdateTableProcessor;
import dev.turnpike.router.prompt.O200kCounter;
import dev.turnpike.router.state.RouterStores;
import dev.turnpike.router.state.Tables;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.streams.DeadLetters;
import dev.turnpike.streams.IntakeProcessor;
import dev.turnpike.streams.IntakeRoute;
import dev.turnpike.streams.StreamsSettings;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.FailOnInvalidTimestamp;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

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
 * catalog, aliases, policies, model-performance ─▶ (every instance, whole)
 * </pre>
 */
final class RouterTopology {

    /** What is read and written. */
    static final List<Topic<?>> TOPICS = List.of(
            Topics.REQUESTS,
            Topics.REQUESTS_MOVED,
            Topics.REDECISIONS,
            Topics.BUDGETS,
            Topics.CATALOG,
            Topics.ALIASES,
            Topics.POLICIES,
            Topics.MODEL_PERFORMANCE,
            Topics.DECISIONS,
            Topics.DISPATCHES,
            Topics.REJECTIONS,
            Topics.DEAD_LETTERS);

    private static final String ROUTE_REQUEST = "route-request";
    private static final String MOVED_SINK = "requests-moved-sink";

    private final StreamsSettings settings;
    private final EventSerdes serdes;
    private final RouterMetrics metrics;
    private final Topology topology;

    private RouterTopology(StreamsSettings settings, EventSerdes serdes, RouterMetrics metrics) {
        this.settings = settings;
        this.serdes = serdes;
        this.metrics = metrics;
        this.topology = new Topology(settings.topologyConfig());
    }

    /** @param partitions how many the team-keyed topics have */
    static Topology build(RouterConfig config, int partitions, RouterMetrics metrics) {
        StreamsSettings settings = config.streams();
        var wiring = new RouterTopology(settings, new EventSerdes(settings.registry()), metrics);
        return wiring.wire(config, partitions);
    }

    private Topology wire(RouterConfig config, int partitions) {
        Tables tables = new Tables();
        table(Topics.CATALOG, "update-catalog", tables::putOffer);
        table(Topics.ALIASES, "update-aliases", tables::putAlias);
        table(Topics.POLICIES, "update-policies", tables::putPolicy);
        table(Topics.MODEL_PERFORMANCE, "update-performance", tables::putPerformance);

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
                                new DecisionEvents(config.requestDeadline()),
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
                .addProcessor("accept-feedback", () -> new AcceptFeedbackProcessor(metrics), "budgets-source")
                // and not by stores() of a second supplier: that would make it another store, in another sub-topology
                .connectProcessorAndStateStores("accept-feedback", RouterStores.BUDGET_POSITIONS);

        sink(DISPATCHES_SINK, Topics.DISPATCHES);
        sink(REJECTIONS_SINK, Topics.REJECTIONS);
        sink(DECISIONS_SINK, Topics.DECISIONS);
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
                        ROUTE_REQUEST);
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
                .addProcessor(processor, () -> new IntakeProcessor<>(route), source);
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
            Topic<V> topic, String processor, BiConsumer<String, @Nullable V> table) {
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
