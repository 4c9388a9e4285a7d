package dev.turnpike.metering;

import dev.turnpike.metering.budget.UsageChecks;
import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.performance.Judgement;
import dev.turnpike.metering.processor.MeterMetrics;
import dev.turnpike.metering.processor.MeterProcessors;
import dev.turnpike.metering.processor.Sinks;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.schemas.BudgetCalendar;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.LeaseKeys;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.LeaseRequest;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.OrgLease;
import dev.turnpike.schemas.event.Outcome;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.Tick;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.streams.DeadLetters;
import dev.turnpike.streams.IntakeRoute;
import dev.turnpike.streams.Logs;
import dev.turnpike.streams.StreamsSettings;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.jspecify.annotations.Nullable;

/** The wiring of the meter. */
public final class MeteringTopology {

    /** Every topic it reads or writes. */
    public static final List<Topic<?>> TOPICS = List.of(
            Topics.DISPATCHES,
            Topics.REJECTIONS,
            Topics.USAGE,
            Topics.USAGE_MOVED,
            Topics.OUTCOMES,
            Topics.OUTCOMES_MOVED,
            Topics.TICKS,
            Topics.LEASE_REQUESTS,
            Topics.LEASES,
            Topics.PERFORMANCE_SAMPLES,
            Topics.POLICIES,
            Topics.ORGS,
            Topics.CATALOG,
            Topics.LEDGER,
            Topics.BUDGETS,
            Topics.SPEND,
            Topics.ALERTS,
            Topics.MODEL_PERFORMANCE,
            Topics.DEAD_LETTERS);

    private static final String SETTLE_USAGE = "settle-usage";
    private static final String OPEN_HOLD = "open-hold";
    private static final String CLOSE_REFUSED = "close-refused";
    private static final String RECORD_OUTCOME = "record-outcome";
    private static final String EXPIRE_HOLDS = "expire-holds";
    private static final String TELL_LENDER = "tell-lender";
    private static final String LEND = "lend";
    private static final String WATCH_SPEND = "watch-spend";
    private static final String BEGIN_BUDGETS = "begin-budgets";
    private static final String CORRECT_PRICES = "correct-prices";
    private static final String WRITE_TICKS = "write-ticks";
    private static final String FOLD_PERFORMANCE = "fold-performance";
    private static final String[] BOOKKEEPERS = {
        SETTLE_USAGE, OPEN_HOLD, CLOSE_REFUSED, RECORD_OUTCOME, BEGIN_BUDGETS, CORRECT_PRICES, EXPIRE_HOLDS
    };

    private final StreamsSettings settings;
    private final EventSerdes serdes;
    private final int partitions;
    private final MeterProcessors processors;
    private final Topology topology;

    private MeteringTopology(
            MeteringConfig config, EventSerdes serdes, int partitions, MeterMetrics metrics, Logs logs) {
        this.settings = config.streams();
        this.serdes = serdes;
        this.partitions = partitions;
        this.processors = new MeterProcessors(config, metrics, partitions, logs);
        this.topology = new Topology(settings.topologyConfig());
    }

    /**
     * Wires the meter.
     *
     * @param partitions how many partitions the topics keyed by team have
     * @param logs what lost state is rebuilt from, and the ledger corrected
     */
    public static Topology build(
            MeteringConfig config, EventSerdes serdes, int partitions, MeterMetrics metrics, Logs logs) {
        return new MeteringTopology(config, serdes, partitions, metrics, logs).build();
    }

    private Topology build() {
        table(MeteringStores.POLICIES, Topics.POLICIES, MeteringTopology::check);
        table(MeteringStores.ORGS, Topics.ORGS, MeteringTopology::check);
        table(MeteringStores.CATALOG, Topics.CATALOG, offer -> {});

        source("dispatches", Topics.DISPATCHES);
        source("rejections", Topics.REJECTIONS);
        source("ticks", Topics.TICKS);
        source("lease-requests", Topics.LEASE_REQUESTS);
        source("performance-samples", Topics.PERFORMANCE_SAMPLES);
        intake("usage", Topics.USAGE, UsageReport::getTeam, UsageChecks::problem, Sinks.USAGE_MOVED, SETTLE_USAGE);
        intake("usage-moved", Topics.USAGE_MOVED, UsageReport::getTeam, UsageChecks::problem, null, SETTLE_USAGE);
        intake("outcomes", Topics.OUTCOMES, Outcome::getTeam, Judgement::problem, Sinks.OUTCOMES_MOVED, RECORD_OUTCOME);
        intake("outcomes-moved", Topics.OUTCOMES_MOVED, Outcome::getTeam, Judgement::problem, null, RECORD_OUTCOME);

        topology.addProcessor(SETTLE_USAGE, processors.settleUsage(), "take-usage", "take-usage-moved");
        topology.addProcessor(
                OPEN_HOLD, processors.openHold(serdes.avro(Topics.DISPATCHES).serializer()), "dispatches-source");
        topology.addProcessor(
                CLOSE_REFUSED,
                processors.closeRefused(serdes.avro(Topics.REJECTIONS).serializer()),
                "rejections-source");
        topology.addProcessor(RECORD_OUTCOME, processors.recordOutcome(), "take-outcomes", "take-outcomes-moved");
        topology.addProcessor(BEGIN_BUDGETS, processors.beginBudgets(), "ticks-source");
        topology.addProcessor(CORRECT_PRICES, processors.correctPrices(), "ticks-source");
        topology.addProcessor(EXPIRE_HOLDS, processors.expireHolds(), "ticks-source");
        topology.addProcessor(TELL_LENDER, processors.tellLender(), "ticks-source");
        topology.addProcessor(LEND, processors.lend(), "lease-requests-source", "ticks-source");
        topology.addProcessor(WATCH_SPEND, processors.watchSpend(), "ticks-source");
        topology.addProcessor(WRITE_TICKS, processors.writeTicks(), "ticks-source");
        topology.addProcessor(FOLD_PERFORMANCE, processors.foldPerformance(), "performance-samples-source");

        sink(Sinks.LEDGER, Topics.LEDGER, BOOKKEEPERS);
        sink(Sinks.BUDGETS, Topics.BUDGETS, byTeamOfPosition(), BOOKKEEPERS);
        sink(Sinks.SPEND, Topics.SPEND, byTeamOfSpend(), BOOKKEEPERS);
        sink(
                Sinks.ALERTS,
                Topics.ALERTS,
                Stream.concat(Stream.of(BOOKKEEPERS), Stream.of(LEND, WATCH_SPEND))
                        .toArray(String[]::new));
        sink(Sinks.LEASES, Topics.LEASES, byTeamOfLease(), LEND);
        sink(Sinks.LEASE_REQUESTS, Topics.LEASE_REQUESTS, byOrg(), TELL_LENDER, LEND);
        sink(Sinks.PERFORMANCE_SAMPLES, Topics.PERFORMANCE_SAMPLES, BOOKKEEPERS);
        sink(Sinks.TICKS, Topics.TICKS, toOwnPartition(), WRITE_TICKS, CORRECT_PRICES);
        sink(Sinks.MODEL_PERFORMANCE, Topics.MODEL_PERFORMANCE, FOLD_PERFORMANCE);
        bytesSink(Sinks.USAGE_MOVED, Topics.USAGE_MOVED, new StringSerializer(), "take-usage");
        bytesSink(Sinks.OUTCOMES_MOVED, Topics.OUTCOMES_MOVED, new StringSerializer(), "take-outcomes");
        bytesSink(
                DeadLetters.SINK,
                Topics.DEAD_LETTERS,
                new ByteArraySerializer(),
                "take-usage",
                "take-usage-moved",
                "take-outcomes",
                "take-outcomes-moved",
                SETTLE_USAGE,
                OPEN_HOLD,
                CLOSE_REFUSED,
                RECORD_OUTCOME,
                CORRECT_PRICES,
                EXPIRE_HOLDS);
        return topology;
    }

    private <V extends SpecificRecord> void table(String name, Topic<V> topic, Consumer<V> check) {
        topology.addGlobalStore(
                MeteringStores.table(name, serdes.avro(topic)),
                name + "-source",
                new StringDeserializer(),
                serdes.avro(topic).deserializer(),
                settings.topic(topic),
                "keep-" + name,
                processors.keepTable(name, check));
    }

    // the router leaves such a policy out too, so both go on with the one before
    private static void check(TeamPolicy policy) {
        BudgetCalendar.of(policy);
        check(policy.getBudgets());
    }

    private static void check(Org org) {
        BudgetCalendar.of(org);
        check(org.getBudgets());
    }

    private static void check(List<Budget> budgets) {
        for (Budget budget : budgets) {
            BudgetWindow.Period.parse(budget.getPeriod());
            BudgetScopes.limitOf(budget);
        }
    }

    private <V extends SpecificRecord> void source(String name, Topic<V> topic) {
        topology.addSource(
                name + "-source", new StringDeserializer(), serdes.avro(topic).deserializer(), settings.topic(topic));
    }

    private <V extends SpecificRecord> void intake(
            String name,
            Topic<V> topic,
            Function<V, String> team,
            Function<V, @Nullable String> problem,
            @Nullable String movedSink,
            String next) {
        topology.addSource(
                name + "-source",
                new ByteArrayDeserializer(),
                serdes.received(topic).deserializer(),
                settings.topic(topic));
        var route = new IntakeRoute<>(team, problem, partitions, movedSink, next, settings.applicationId());
        topology.addProcessor("take-" + name, processors.intake(route), name + "-source");
    }

    private <V extends SpecificRecord> void sink(String name, Topic<V> topic, String... parents) {
        topology.addSink(
                name,
                settings.topic(topic),
                new StringSerializer(),
                serdes.avro(topic).serializer(),
                parents);
    }

    private <V extends SpecificRecord> void sink(
            String name, Topic<V> topic, StreamPartitioner<String, V> partitioner, String... parents) {
        topology.addSink(
                name,
                settings.topic(topic),
                new StringSerializer(),
                serdes.avro(topic).serializer(),
                partitioner,
                parents);
    }

    private <K> void bytesSink(String name, Topic<?> topic, Serializer<K> keys, String... parents) {
        topology.addSink(name, settings.topic(topic), keys, new ByteArraySerializer(), parents);
    }

    // by the key, since a tombstone has no value
    private static StreamPartitioner<String, BudgetState> byTeamOfPosition() {
        return (topic, key, state, count) -> {
            PositionKey position = PositionKey.decode(key);
            // what a partition says of itself stays in it
            return only(
                    position.isOfPolicies()
                            ? Integer.parseInt(position.scopeValue())
                            : Ownership.partitionOf(position.team(), count));
        };
    }

    private static StreamPartitioner<String, OrgLease> byTeamOfLease() {
        return (topic, key, lease, count) ->
                only(Ownership.partitionOf(PositionKey.decode(key).team(), count));
    }

    private static StreamPartitioner<String, LeaseRequest> byOrg() {
        return (topic, key, word, count) -> only(Ownership.partitionOf(LeaseKeys.orgOf(key), count));
    }

    private static StreamPartitioner<String, SpendAggregate> byTeamOfSpend() {
        return (topic, key, cell, count) -> only(Ownership.partitionOf(cell.getTeam(), count));
    }

    private static StreamPartitioner<String, Tick> toOwnPartition() {
        return (topic, key, tick, count) -> only(tick.getPartition());
    }

    private static Optional<Set<Integer>> only(int partition) {
        return Optional.of(Set.of(partition));
    }
}
