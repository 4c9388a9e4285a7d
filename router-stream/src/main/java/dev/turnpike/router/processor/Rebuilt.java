package dev.turnpike.router.processor;

import dev.turnpike.streams.Logs;
import dev.turnpike.streams.RebuildingProcessor;
import dev.turnpike.streams.Rebuilds;
import java.time.Duration;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/** Puts the rebuilding of lost state before processors. */
public final class Rebuilt {

    private final Logs logs;
    private final RouterMetrics metrics;
    private final Duration horizon;
    private final int partitions;
    private final Rebuilds<LostState.Read> rebuilds = new Rebuilds<>();

    /**
     * Puts it before any processor of one application.
     *
     * @param logs what state is rebuilt from
     * @param horizon how long request ids are remembered, and how long a hold lasts at most
     * @param partitions how many the team-keyed topics have
     */
    public Rebuilt(Logs logs, RouterMetrics metrics, Duration horizon, int partitions) {
        this.logs = logs;
        this.metrics = metrics;
        this.horizon = horizon;
        this.partitions = partitions;
    }

    /** The same processors, each of which must have the stores of the router. */
    public <KI, VI, KO, VO> ProcessorSupplier<KI, VI, KO, VO> before(ProcessorSupplier<KI, VI, KO, VO> processors) {
        return () -> new RebuildingProcessor<>(
                processors.get(), context -> new LostState(context, logs, metrics, horizon, partitions), rebuilds);
    }
}
