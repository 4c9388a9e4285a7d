package dev.turnpike.streams;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Stands directly behind sources, before another processor: lets it see no record before the state of its task is complete, and
 * none that has been dealt with before the state was lost.
 */
public final class RebuildingProcessor<KI, VI, KO, VO, R> implements Processor<KI, VI, KO, VO> {

    // transactions that are older have been aborted
    private static final Duration COMMITTED_BY = Duration.ofMinutes(20);

    private final Processor<KI, VI, KO, VO> processor;
    private final Function<ProcessorContext<KO, VO>, Rebuildable<R>> states;
    private final Rebuilds<R> rebuilds;
    private @Nullable Task<KO, VO, R> task;
    private boolean complete;
    private final Map<String, Long> dealtWith = new HashMap<>();

    private record Task<KO, VO, R>(ProcessorContext<KO, VO> context, Rebuildable<R> state) {}

    /** @param states finds the state of the task that a context belongs to */
    public RebuildingProcessor(
            Processor<KI, VI, KO, VO> processor,
            Function<ProcessorContext<KO, VO>, Rebuildable<R>> states,
            Rebuilds<R> rebuilds) {
        this.processor = processor;
        this.states = states;
        this.rebuilds = rebuilds;
    }

    @Override
    public void init(ProcessorContext<KO, VO> context) {
        processor.init(context);
        Rebuildable<R> state = states.apply(context);
        task = new Task<>(context, state);
        rebuilds.begin(context.taskId(), state);
    }

    @Override
    public void process(Record<KI, VI> record) {
        Task<KO, VO, R> here = task;
        if (here == null) {
            throw new IllegalStateException("process before init");
        }
        if (!complete) {
            if (rebuilds.finish(here.context.taskId(), here.state)) {
                forgetOnceCommitted(here.context);
            }
            complete = true;
        }
        RecordMetadata from = here.context.recordMetadata().orElseThrow();
        if (from.offset() > dealtWith.computeIfAbsent(from.topic(), here.state::dealtWith)) {
            processor.process(record);
        }
    }

    @Override
    public void close() {
        processor.close();
    }

    // where the commit fails the task is closed, and this is not called
    private void forgetOnceCommitted(ProcessorContext<KO, VO> context) {
        context.schedule(COMMITTED_BY, PunctuationType.WALL_CLOCK_TIME, now -> rebuilds.forget(context.taskId()));
    }
}
