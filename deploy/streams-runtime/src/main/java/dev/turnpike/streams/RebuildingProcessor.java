package dev.turnpike.streams;

import java.util.function.Function;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Stands directly behind a source, before another processor: lets it see no record before the state of its task is complete, and
 * none that has been dealt with before the state was lost.
 */
public final class RebuildingProcessor<KI, VI, KO, VO> implements Processor<KI, VI, KO, VO> {

    private static final long NOT_ASKED = Long.MIN_VALUE;

    private final Processor<KI, VI, KO, VO> processor;
    private final Function<ProcessorContext<KO, VO>, Rebuildable> states;
    private final Rebuilds rebuilds;
    private @Nullable Task<KO, VO> task;
    private boolean complete;
    private long dealtWith = NOT_ASKED;

    private record Task<KO, VO>(ProcessorContext<KO, VO> context, Rebuildable state) {}

    /** @param states finds the state of the task that a context belongs to */
    public RebuildingProcessor(
            Processor<KI, VI, KO, VO> processor,
            Function<ProcessorContext<KO, VO>, Rebuildable> states,
            Rebuilds rebuilds) {
        this.processor = processor;
        this.states = states;
        this.rebuilds = rebuilds;
    }

    @Override
    public void init(ProcessorContext<KO, VO> context) {
        processor.init(context);
        Rebuildable state = states.apply(context);
        task = new Task<>(context, state);
        rebuilds.begin(context.taskId(), state);
    }

    @Override
    public void process(Record<KI, VI> record) {
        Task<KO, VO> here = task;
        if (here == null) {
            throw new IllegalStateException("process before init");
        }
        if (!complete) {
            rebuilds.finish(here.context.taskId(), here.state);
            complete = true;
        }
        RecordMetadata from = here.context.recordMetadata().orElseThrow();
        if (dealtWith == NOT_ASKED) {
            dealtWith = here.state.dealtWith(from.topic());
        }
        if (from.offset() > dealtWith) {
            processor.process(record);
        }
    }

    @Override
    public void close() {
        if (task != null) {
            rebuilds.forget(task.context.taskId());
        }
        processor.close();
    }
}
