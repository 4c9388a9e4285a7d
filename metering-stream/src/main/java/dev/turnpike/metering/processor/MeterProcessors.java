package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.Outcome;
import dev.turnpike.schemas.event.PerformanceSample;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.Tick;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.Received;
import dev.turnpike.streams.Logs;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/** Supplies the processors of the meter, each with its stores. */
public final class MeterProcessors {

    private final MeteringConfig config;
    private final MeterMetrics metrics;
    private final Logs logs;
    // in order: the description of the topology must not change from run to run
    private final Set<StoreBuilder<?>> books = new LinkedHashSet<>(MeteringStores.books());

    /** @param logs to read the ledger back from */
    public MeterProcessors(MeteringConfig config, MeterMetrics metrics, Logs logs) {
        this.config = config;
        this.metrics = metrics;
        this.logs = logs;
    }

    public ProcessorSupplier<String, Received<UsageReport>, Object, Object> settleUsage() {
        Set<StoreBuilder<?>> stores = new LinkedHashSet<>(books);
        stores.add(MeteringStores.seenUsage(config.horizon()));
        return new WithStores<>(() -> new SettleUsageProcessor(config, metrics), stores);
    }

    public ProcessorSupplier<String, Dispatch, Object, Object> openHold(Serializer<Dispatch> serializer) {
        return new WithStores<>(() -> new OpenHoldProcessor(config, metrics, serializer), books);
    }

    public ProcessorSupplier<String, Rejection, Object, Object> closeRefused(Serializer<Rejection> serializer) {
        return new WithStores<>(() -> new CloseRefusedProcessor(config, metrics, serializer), books);
    }

    public ProcessorSupplier<String, Received<Outcome>, Object, Object> recordOutcome() {
        return new WithStores<>(() -> new RecordOutcomeProcessor(config, metrics), books);
    }

    public ProcessorSupplier<String, Tick, Object, Object> expireHolds() {
        return new WithStores<>(() -> new ExpireHoldsProcessor(config, metrics), books);
    }

    public ProcessorSupplier<String, Tick, Object, Object> tellLender() {
        return new WithStores<>(TellLenderProcessor::new, books);
    }

    /** @param partitions how many partitions the topics keyed by team have */
    public ProcessorSupplier<String, Object, Object, Object> lend(int partitions) {
        return new WithStores<>(
                () -> new LendProcessor(partitions, config.horizon()), new LinkedHashSet<>(MeteringStores.lender()));
    }

    public ProcessorSupplier<String, Tick, Object, Object> beginBudgets() {
        return new WithStores<>(() -> new BeginBudgetsProcessor(config, metrics), books);
    }

    public ProcessorSupplier<String, Tick, Object, Object> correctPrices() {
        return new WithStores<>(() -> new CorrectPricesProcessor(config, metrics, logs), books);
    }

    public ProcessorSupplier<String, Tick, String, Tick> writeTicks() {
        return WriteTicksProcessor::new;
    }

    public ProcessorSupplier<String, PerformanceSample, String, ModelPerformance> foldPerformance() {
        return new WithStores<>(
                () -> new FoldPerformanceProcessor(config.halfLife()), Set.of(MeteringStores.performance()));
    }

    /** Fills the store of a table that every instance reads whole. */
    public <V> ProcessorSupplier<String, V, Void, Void> keepTable(String store, Consumer<V> check) {
        return () -> new KeepTableProcessor<>(store, check);
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
