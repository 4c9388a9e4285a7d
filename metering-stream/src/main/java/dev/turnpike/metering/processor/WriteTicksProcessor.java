package dev.turnpike.metering.processor;

import dev.turnpike.schemas.event.Tick;
import java.time.Duration;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Writes a tick a second to the partition of its task, for the broker to put its time on. The only place where the meter
 * looks at a clock: what it says there is not read, only that a second has passed.
 */
final class WriteTicksProcessor extends ContextualProcessor<String, Tick, String, Tick> {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    @Override
    public void init(ProcessorContext<String, Tick> context) {
        super.init(context);
        context.schedule(INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::write);
    }

    @Override
    public void process(Record<String, Tick> record) {
        // ticks are for others to read; this one only has to be in their task
    }

    private void write(long now) {
        int partition = context().taskId().partition();
        context().forward(new Record<>(String.valueOf(partition), new Tick(partition, null), now), Sinks.TICKS);
    }
}
