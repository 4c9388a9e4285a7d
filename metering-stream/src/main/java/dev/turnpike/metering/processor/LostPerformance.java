package dev.turnpike.metering.processor;

import dev.turnpike.metering.performance.Performance;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.metering.state.Progress;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.streams.Logs;
import dev.turnpike.streams.Logs.From;
import dev.turnpike.streams.Rebuildable;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What models have cost and achieved by the samples of one partition, made anew from what was published last. */
final class LostPerformance implements Rebuildable<LostPerformance.Read> {

    private static final Logger LOG = LoggerFactory.getLogger(LostPerformance.class);

    private final String samples;
    private final int partition;
    private final int partitions;
    private final Logs logs;
    private final Progress progress;
    private final KeyValueStore<String, Performance> store;

    LostPerformance(ProcessorContext<?, ?> context, String samples, int partitions, Logs logs) {
        this.samples = samples;
        this.partition = context.taskId().partition();
        this.partitions = partitions;
        this.logs = logs;
        this.progress = new Progress(context.getStateStore(MeteringStores.PERFORMANCE_PROGRESS));
        this.store = context.getStateStore(MeteringStores.PERFORMANCE);
    }

    /**
     * What was published.
     *
     * @param newest by model and task type
     * @param sampleOffset of the newest sample in it
     */
    record Read(Map<String, Performance> newest, long sampleOffset) {}

    @Override
    public boolean isComplete() {
        return progress.isComplete();
    }

    @Override
    public long dealtWith(String topic) {
        return progress.dealtWith(topic);
    }

    @Override
    public Read read() {
        Map<String, Performance> newest = new HashMap<>();
        long[] last = {-1};
        logs.read(Topics.MODEL_PERFORMANCE, 0, From.BEGINNING, entry -> {
            ModelPerformance told = entry.value();
            if (told != null && Ownership.partitionOf(entry.key(), partitions) == partition) {
                newest.put(entry.key(), Performance.restored(told));
                last[0] = Math.max(last[0], told.getSampleOffset() == null ? -1 : told.getSampleOffset());
            }
        });
        return new Read(newest, last[0] < logs.end(Topics.PERFORMANCE_SAMPLES, partition) ? last[0] : -1);
    }

    @Override
    public void write(Read read) {
        read.newest.forEach(store::put);
        progress.dealtWith(samples, read.sampleOffset);
        progress.complete();
        LOG.info("partition {}: state rebuilt, {} models and task types", partition, read.newest.size());
    }
}
