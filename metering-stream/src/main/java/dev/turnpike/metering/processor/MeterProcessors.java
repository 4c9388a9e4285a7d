package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.Outcome;
import dev.turnpike.schemas.event.PerformanceSample;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.Tick;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.Received;
import dev.turnpike.streams.IntakeProcessor;
import dev.turnpike.streams.IntakeRoute;
import dev.turnpike.streams.Logs;
import dev.turnpike.streams.RebuildingProcessor;
import dev.turnpike.streams.Rebuilds;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Supplies the processors of the meter, each with its stores. None of them sees a record before the state of its task is
 * complete.
 */
public final class MeterProcessors {

    private final MeteringConfig config;
    private final MeterMetrics metrics;
    private final int partitions;
    private final Logs logs;
    // in order: the description of the topology must not change from run to run
    private final Set<StoreBuilder<?>> books = new LinkedHashSet<>(MeteringStores.books());
    private final Set<StoreBuilder<?>> state = new LinkedHashSet<>(books);
    private final Rebuilds<LostState.Read> states = new Rebuilds<>();
    private final Rebuilds<LostPerformance.Read> performances = new Rebuilds<>();

    /**
     * Supplies the processors of one meter.
     *
     * @param partitions how many partitions the topics keyed by team have
     * @param logs what lost state is rebuilt from, and the ledger read back
     */
    public MeterProcessors(MeteringConfig config, MeterMetrics metrics, int partitions, Logs logs) {
        this.config = config;
        this.metrics = metrics;
        this.partitions = partitions;
        this.logs = logs;
        state.add(MeteringStores.seenUsage(config.horizon()));
        state.addAll(MeteringStores.lender());
    }

    /** Takes in what a public topic holds. */
    public <V> ProcessorSupplier<byte[], Received<V>, Object, Object> intake(IntakeRoute<V> route) {
        return rebuilt(() -> new IntakeProcessor<>(route));
    }

    public ProcessorSupplier<String, Received<UsageReport>, Object, Object> settleUsage() {
        return new WithStores<>(() -> new SettleUsageProcessor(config, metrics), state);
    }

    public ProcessorSupplier<String, Dispatch, Object, Object> openHold(Serializer<Dispatch> serializer) {
        return rebuilt(() -> new OpenHoldProcessor(config, metrics, serializer));
    }

    public ProcessorSupplier<String, Rejection, Object, Object> closeRefused(Serializer<Rejection> serializer) {
        return rebuilt(() -> new CloseRefusedProcessor(config, metrics, serializer));
    }

    public ProcessorSupplier<String, Received<Outcome>, Object, Object> recordOutcome() {
        return new WithStores<>(() -> new RecordOutcomeProcessor(config, metrics), books);
    }

    public ProcessorSupplier<String, Tick, Object, Object> expireHolds() {
        return rebuilt(() -> new ExpireHoldsProcessor(config, metrics));
    }

    public ProcessorSupplier<String, Tick, Object, Object> tellLender() {
        return rebuilt(TellLenderProcessor::new);
    }

    public ProcessorSupplier<String, Object, Object, Object> lend() {
        return rebuilt(() -> new LendProcessor(partitions, config, metrics));
    }

    public ProcessorSupplier<String, Tick, Object, Object> watchSpend() {
        return rebuilt(() -> new WatchSpendProcessor(config, metrics));
    }

    public ProcessorSupplier<String, Tick, Object, Object> beginBudgets() {
        return rebuilt(() -> new BeginBudgetsProcessor(config, metrics));
    }

    public ProcessorSupplier<String, Tick, Object, Object> correctPrices() {
        return rebuilt(() -> new CorrectPricesProcessor(config, metrics, logs));
    }

    public ProcessorSupplier<String, Tick, String, Tick> writeTicks() {
        return WriteTicksProcessor::new;
    }

    public ProcessorSupplier<String, PerformanceSample, String, ModelPerformance> foldPerformance() {
        String samples = config.streams().topic(Topics.PERFORMANCE_SAMPLES);
        return new WithStores<>(
                () -> new RebuildingProcessor<>(
                        new FoldPerformanceProcessor(config.halfLife()),
                        context -> new LostPerformance(context, samples, partitions, logs),
                        performances),
                new LinkedHashSet<>(MeteringStores.performance()));
    }

    /** Fills the store of a table that every instance reads whole. */
    public <V> ProcessorSupplier<String, V, Void, Void> keepTable(String store, Consumer<V> check) {
        return () -> new KeepTableProcessor<>(store, check);
    }

    // whichever of them sees the first record writes all of the state
    private <KI, VI, KO, VO> ProcessorSupplier<KI, VI, KO, VO> rebuilt(Supplier<Processor<KI, VI, KO, VO>> processors) {
        return new WithStores<>(
                () -> new RebuildingProcessor<>(
                        processors.get(), context -> new LostState(context, config, metrics, partitions, logs), states),
                state);
    }

    private record WithStores<KI, VI, KO, VO>(
            Supplier<Processor<KI, VI, KO, VO>> processor, Set<StoreBuilder<?>> stores)
            implements ProcessorSupplier<KI, VI, KO, VO> {

        @Override
        public Processor<KI, VI, KO, VO> get() {
            return processor.get();
        }
    }
}
