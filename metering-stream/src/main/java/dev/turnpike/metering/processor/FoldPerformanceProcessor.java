package dev.turnpike.metering.processor;

import dev.turnpike.metering.performance.Performance;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.PerformanceSample;
import java.time.Duration;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Folds attempts and judgements into what each model costs and achieves per task type. */
@SuppressWarnings("NullAway.Init") // Kafka calls init first
final class FoldPerformanceProcessor extends ContextualProcessor<String, PerformanceSample, String, ModelPerformance> {

    private final Duration halfLife;
    private KeyValueStore<String, Performance> store;

    FoldPerformanceProcessor(Duration halfLife) {
        this.halfLife = halfLife;
    }

    @Override
    public void init(ProcessorContext<String, ModelPerformance> context) {
        super.init(context);
        store = context.getStateStore(MeteringStores.PERFORMANCE);
    }

    @Override
    public void process(Record<String, PerformanceSample> record) {
        PerformanceSample sample = record.value();
        if (record.key() == null || sample == null) {
            return;
        }
        long at = record.timestamp();
        Performance known = store.get(record.key());
        Performance performance = (known == null ? Performance.of(sample, at) : known).fold(sample, at, halfLife);
        store.put(record.key(), performance);
        ModelPerformance told = performance.toEvent();
        told.setSampleOffset(context().recordMetadata().orElseThrow().offset());
        context().forward(record.withValue(told));
    }
}
