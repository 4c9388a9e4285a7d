package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.metering.state.Progress;
import dev.turnpike.schemas.Topics;
import dev.turnpike.streams.Logs;
import dev.turnpike.streams.Rebuildable;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/** The state of one task of the meter that books and lends, and how it is made anew. */
final class LostState implements Rebuildable<LostState.Read> {

    private final MeteringConfig config;
    private final int partition;
    private final Logs logs;
    private final Progress progress;
    private final LostBooks books;
    private final LostLending lending;

    LostState(ProcessorContext<?, ?> context, MeteringConfig config, MeterMetrics metrics, int partitions, Logs logs) {
        this.config = config;
        this.partition = context.taskId().partition();
        this.logs = logs;
        this.progress = new Progress(context.getStateStore(MeteringStores.PROGRESS));
        this.books = new LostBooks(context, config, metrics, partitions, logs);
        this.lending = new LostLending(context, partitions, logs);
    }

    /**
     * What the topics say.
     *
     * @param dealtWith by topic, up to which offset
     */
    record Read(LostBooks.Read books, LostLending.Read lending, Map<String, Long> dealtWith) {}

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
        Map<String, Long> dealtWith = new HashMap<>();
        // all that a tick says is what time it is, and newer ones come each second
        dealtWith.put(config.streams().topic(Topics.TICKS), logs.end(Topics.TICKS, partition) - 1);
        // totals, the newest of which say everything
        dealtWith.put(config.streams().topic(Topics.LEASE_REQUESTS), logs.end(Topics.LEASE_REQUESTS, partition) - 1);
        LostLending.Read lent = lending.read(partition);
        return new Read(books.read(dealtWith), lent, dealtWith);
    }

    @Override
    public void write(Read read) {
        books.write(read.books);
        lending.write(read.lending);
        read.dealtWith.forEach(progress::dealtWith);
        progress.complete();
    }
}
